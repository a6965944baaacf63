import { entries } from './catalogue';

/** 2xx: files that carry code and debug information. */
export const imageErrors = entries({
  unreadable: {
    code: 'BS201',
    what: 'Cannot read {file}: {reason}.',
    likely: 'the path is wrong, or the file was moved or is not readable by you.',
    next: 'check the path in the launch configuration and the file permissions.',
  },
  unknownFormat: {
    code: 'BS202',
    what: '{file} is neither an ELF nor a PE image.',
    likely: 'it is a compressed kernel, a raw binary, a script or an archive.',
    next: 'name the linked file with symbols (for Linux vmlinux, not vmlinuz).',
  },
  unsupportedMachine: {
    code: 'BS203',
    what: '{file} is for {machine}, which is not supported.',
    likely: 'the image was built for another architecture; only x86 in 32 and 64 bit is known.',
    next: 'name an image for x86-64 or i386.',
  },
  damagedHeader: {
    code: 'BS204',
    what: 'The headers of {file} are damaged at offset {offset}: {reason}.',
    likely: 'the file is truncated, or still being written by the linker.',
    next: 'build or copy the file again.',
  },
  outOfSection: {
    code: 'BS205',
    what: '{file}: section {section} ends before offset {offset}.',
    likely: 'the debug information is damaged or the file is truncated.',
    next: 'build or copy the file again; if it still fails, report it with the compiler and its flags.',
  },
  damagedSection: {
    code: 'BS206',
    what: '{file}: section {section} is damaged at offset {offset}: {reason}.',
    likely: 'the file is damaged, or was written by a tool this reader does not know.',
    next: 'build or copy the file again; if it still fails, report it with the compiler and its flags.',
  },
  badCompression: {
    code: 'BS207',
    what: '{file}: section {section} cannot be decompressed at offset {offset}: {reason}.',
    likely: 'the file is damaged, or compressed by an unknown method.',
    next: 'build again, or decompress with: objcopy --decompress-debug-sections.',
  },
  wrongSymbolFile: {
    code: 'BS208',
    what: 'Wrong file: {symbols} does not belong to {file} ({reason}).',
    likely: 'the two come from different builds.',
    next: 'name the symbol file made by the same build as the image.',
  },
  pdbUnsupported: {
    code: 'BS209',
    what: '{symbols} is a PDB that cannot be read: {reason}.',
    likely: 'it was written by an old linker, is still being written, or is only part of one.',
    next: 'link again with /debug (MSF 7.0, not /debug:fastlink), and name the PDB as the symbols of its PE image.',
  },
  unsupportedDwarf: {
    code: 'BS210',
    what: '{file}: DWARF version {version} in {section} at offset {offset} is not supported.',
    likely: 'the file was built by a compiler older or newer than this reader (versions 2 to 5).',
    next: 'build with -gdwarf-5 or -gdwarf-4.',
  },
  workerFailed: {
    code: 'BS211',
    what: 'The symbols of {file} could not be read in the background: {reason}.',
    likely: 'the file is damaged, changed meanwhile, or memory ran out.',
    next: 'go on: they are read when they are needed, which holds the session up for a moment.',
  },
  leftAlone: {
    code: 'BS212',
    what: '{beside}, found beside {file}, is left alone: {reason}.',
    likely: 'it is damaged, still being written, or from another build than the image.',
    next: 'build or copy both again, or name the right file as "symbols" of the image; until then less is known of its code.',
  },
  indexNotKept: {
    code: 'BS213',
    what: 'No index of names can be kept in {directory}: {reason}.',
    likely: 'the directory is not writable by you, or the disk is full.',
    next: 'go on: names are read anew each time, which is slower; to keep an index, make room, or let XDG_CACHE_HOME name a folder that you can write.',
  },
  partMissing: {
    code: 'BS214',
    what: '{missing}, which holds part of the debug information of {file}, is not there: {reason}.',
    likely: 'it was not installed or copied with {file}, or is from another build.',
    next: 'put it there (.dwo and .dwp files come from the build folder; what dwz shares comes with the same debug package).',
  },
});
