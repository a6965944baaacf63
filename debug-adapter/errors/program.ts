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
  optimisedOut: {
    code: 'BS350',
    what: '{name} has no value here: {reason}.',
    likely: 'the compiler keeps it nowhere at this instruction.',
    next: 'step to another line, look in the caller, or build with less optimisation.',
  },
  notNumber: {
    code: 'BS351',
    what: 'a value of type {type} is not a number.',
    likely: 'it is a structure, an array or a function.',
    next: 'name one of its members, or cast it.',
  },
  notArray: {
    code: 'BS352',
    what: 'a value of type {type} has no elements.',
    likely: 'it is neither an array nor a pointer to elements.',
    next: 'follow a member that is, or cast it.',
  },
  notText: {
    code: 'BS353',
    what: 'a value of type {type} is not text.',
    likely: 'it is neither a char array, a pointer to char, nor a Rust str or String.',
    next: 'name the member that holds the characters.',
  },
  noVariant: {
    code: 'BS354',
    what: 'the discriminant {value} is none of {type}.',
    likely: 'the value is not initialised yet, or its memory holds something else now.',
    next: 'step past its initialisation and look again.',
  },
  badLocation: {
    code: 'BS355',
    what: 'the location of {name} cannot be evaluated: {detail}.',
    likely: 'the debug information uses something that this debugger or this stop cannot give.',
    next: 'look at the registers and memory directly; report the compiler and its version.',
  },
  notWritable: {
    code: 'BS356',
    what: 'a value of type {type} cannot be assigned to here: {reason}.',
    likely: 'only scalars in memory or in a register can be set.',
    next: 'set one of its members, or write memory.',
  },
  numberTooLarge: {
    code: 'BS357',
    what: 'the value {value} of type {type} is larger than can be counted with.',
    likely: 'it is not initialised, or its memory holds something else now.',
    next: 'check that the symbol file belongs to the running build.',
  },
  ambiguousName: {
    code: 'BS358',
    what: 'there are several {name} in {file}: {places}.',
    likely: 'several source files define a static of that name.',
    next: 'name the file too, as FILE:NAME.',
  },
  threadLocal: {
    code: 'BS359',
    what: '{name} is thread-local, and where a thread keeps its block is not known in this system.',
    likely: 'thread-local storage is laid out by the C library or the kernel at run time.',
    next: 'read it through the thread pointer: $fs_base or $gs_base.',
  },
  expressionSyntax: {
    code: 'BS360',
    what: 'column {column}: {detail}.',
    likely: 'a slip of the pen in the expression.',
    next: 'correct the expression there; names, members, casts, pointers, indices, arithmetic and comparisons are understood.',
  },
  unknownName: {
    code: 'BS361',
    what: 'column {column}: there is no {name} here.',
    likely: 'it is out of scope in this frame, misspelt, or its image has no debug information.',
    next: 'choose the frame that has it, or name a global of an image that is placed.',
  },
  wrongOperand: {
    code: 'BS362',
    what: 'column {column}: {detail}.',
    likely: 'the operator does not fit the type of its operand.',
    next: 'cast the operand, or name a member of it.',
  },
  callRefused: {
    code: 'BS363',
    what: 'column {column}: {name}(…) is a call, and calls are not made.',
    likely: 'running a function of the guest would change the machine that is being looked at.',
    next: 'use values and members only.',
  },
  unknownType: {
    code: 'BS364',
    what: 'column {column}: there is no type {name}.',
    likely: 'it is misspelt, or no image here has it in its debug information.',
    next: 'write it as the debug information does, as in (struct mount *)x or x as usize.',
  },
  unknownRegister: {
    code: 'BS365',
    what: 'column {column}: there is no register ${name} here.',
    likely: 'it is misspelt, or the functions called since have not kept it.',
    next: 'look at the registers of the innermost frame.',
  },
  noResult: {
    code: 'BS366',
    what: 'column {column}: ${name} is not known here: {reason}.',
    likely: 'a function has its result at its return instruction, in the innermost frame, and nowhere else.',
    next: 'stop there with the exception filter errno (FUNCTION returns error), or step to the end of the function.',
  },
  damaged: {
    code: 'BS367',
    what: 'a value of type {type} is damaged: {detail}.',
    likely: 'it is not initialised yet, is being changed, or its memory holds something else now.',
    next: 'step past its initialisation and look again; its members can be named one by one.',
  },
});
