import { entries } from './catalogue';

/** 3xx: placing images on the machine, breakpoints, expressions, launch configuration. */
export const programErrors = entries({
  noSuchImage: {
    code: 'BS300',
    what: 'The image {file} of stage {stage} cannot be opened: {detail}.',
    likely: 'it has not been built yet, or "images" names another path.',
    next: 'build it, correct the path, or mark the entry "optional": true.',
  },
  notPlaced: {
    code: 'BS301',
    what: 'The image {file} of stage {stage} is not on the machine yet, so it has no addresses.',
    likely: 'the boot has not reached it.',
    next: 'let the machine run on until that stage, or give its address with "at".',
  },
  wrongFile: {
    code: 'BS302',
    what: 'The code at {address} is not that of {file}: {detail}.',
    likely: 'the machine runs {found}, another build than the file named in "images".',
    next: 'point "images" to the files this machine was booted from, or install the new build into the boot image.',
  },
  noSuchSymbol: {
    code: 'BS304',
    what: 'The image {file} is to be placed at the symbol {symbol}, but no image of another stage has it.',
    likely: 'the name is misspelt, or the image that defines it is missing from "images".',
    next: 'correct "at", or add the image that defines the symbol.',
  },
  badBreakpointAddress: {
    code: 'BS305',
    what: 'The breakpoint address {text} is not a number.',
    likely: 'it is not of the form 0x… or decimal.',
    next: 'give the address as 0x followed by hexadecimal digits.',
  },
  noRoomForSlots: {
    code: 'BS306',
    what: 'The kernel {file} does not fit the window in which a moved Linux kernel lies.',
    likely: 'it is not an x86-64 Linux kernel linked at 0xffffffff80000000 and above.',
    next: 'set "at": "linked" for this image.',
  },
});
