import { entries } from './catalogue';

/** 4xx: reading a boot chain out of a stopped machine. */
export const chainErrors = entries({
  noSymbol: {
    code: 'BS400',
    what: 'no symbol {name} in {file}.',
    likely: 'the image is stripped, is another build than the one that runs, or the compiler removed the name.',
    next: 'give the unstripped file or the separate symbol file of this build as `symbols` of the image.',
  },
  noType: {
    code: 'BS401',
    what: 'no type {name} in {file}.',
    likely: 'the image has no debug information, or this kernel was configured without that part.',
    next: 'build with debug information (FreeBSD: kernel.full; Linux: the -dbg package; Redox: kernel.sym) and give it as `symbols`.',
  },
  noMember: {
    code: 'BS402',
    what: '{type} has no member {member}.',
    likely: 'this kernel is of a version whose structure has another shape.',
    next: 'check that the symbol file belongs to the running build; if it does, report the kernel version.',
  },
  notPointer: {
    code: 'BS403',
    what: '{type} is not a pointer and cannot be followed.',
    likely: 'the structure has another shape in this build.',
    next: 'check that the symbol file belongs to the running build.',
  },
  listTooLong: {
    code: 'BS404',
    what: 'the list {name} does not end after {count} elements.',
    likely: 'the machine stopped while the list was being changed, or memory is damaged.',
    next: 'continue a few instructions and look again.',
  },
  noSuchProcess: {
    code: 'BS405',
    what: 'no process {process} on this machine.',
    likely: 'it has not started yet, has ended, or has another name.',
    next: 'look at the list of processes; a process is a name, a pid, or name:pid.',
  },
  noChain: {
    code: 'BS406',
    what: 'there is no boot chain named {chain}.',
    likely: 'a spelling mistake in the configuration.',
    next: 'use one of redox, freebsd, nextbsd, linux, generic, or leave `chain` out.',
  },
  notThereYet: {
    code: 'BS408',
    what: '{what} is not in {place}.',
    likely: 'the boot has not come so far at this stop, or is past it.',
    next: 'let the machine run on to a later stage and look again.',
  },
  notUnsigned: {
    code: 'BS407',
    what: '{what} holds {value}, which is out of its range.',
    likely: 'memory of another build is being read, or it is not initialised yet.',
    next: 'check that the symbol file belongs to the running build.',
  },
  notOfThisChain: {
    code: 'BS409',
    what: 'the boot chain {chain} has no {what}.',
    likely: 'the question is about another kind of system, or the chain was not recognised.',
    next: 'set `chain` in the configuration if another system boots here.',
  },
  noVariable: {
    code: 'BS410',
    what: 'there is no variable {name} in {place}.',
    likely: 'a spelling mistake, or it is set at another stage of the boot.',
    next: 'look at the list of variables; a new one cannot be added from outside.',
  },
  valueTooLong: {
    code: 'BS411',
    what: 'the new value of {name} has {length} bytes, and {place} has room for {limit}.',
    likely: '{reason}',
    next: 'use a value of at most {limit} bytes, or set the variable in the guest.',
  },
  valueOtherLength: {
    code: 'BS412',
    what: 'the new value of {name} has {length} bytes and must have exactly {limit}.',
    likely: '{reason}',
    next: 'use a value of {limit} bytes.',
  },
  notEditable: {
    code: 'BS413',
    what: 'the variable {name} cannot be changed here.',
    likely: '{reason}',
    next: '{instead}',
  },
  badValue: {
    code: 'BS414',
    what: 'the new value of {name} holds a character that its place cannot hold.',
    likely: 'a NUL ends the text there, a line feed begins the next variable.',
    next: 'use printable characters only.',
  },
  noDebugInfo: {
    code: 'BS415',
    what: 'no debug information for {name} in {file}.',
    likely: 'the image has a symbol table only: what a variable is made of stands in its debug information.',
    next: 'give the file of this build that has it as `symbols` of the image (FreeBSD: kernel.full or kernel.debug; Linux: vmlinux of the -dbg package; Redox: kernel.sym).',
  },
});
