import { entries } from './catalogue';

/** 32x: launch and attach configurations. 33x: requests of the editor. */
export const sessionErrors = entries({
  unknownAttribute: {
    code: 'BS320',
    what: 'the configuration has no attribute "{name}"{where}.',
    likely: 'a misspelling of "{nearest}".',
    next: 'write "{nearest}", or remove it. Attributes here: {all}.',
  },
  wrongAttribute: {
    code: 'BS321',
    what: 'the attribute "{name}" must be {expected}, not {found}.',
    likely: 'a typing error in launch.json.',
    next: 'correct "{name}".',
  },
  missingTarget: {
    code: 'BS322',
    what: 'the configuration names no machine.',
    likely: 'none of {all} is given.',
    next: 'add "qemu" (a command line to start) or "gdb" (the address of a running QEMU\'s gdbstub).',
  },
  conflictingTargets: {
    code: 'BS323',
    what: 'the configuration gives both "{first}" and "{second}".',
    likely: 'two configurations were merged.',
    next: 'keep one of them: "qemu" starts a machine, "gdb" joins one that runs.',
  },
  missingAttribute: {
    code: 'BS324',
    what: 'the attribute "{name}" is missing{where}.',
    likely: 'the entry is incomplete.',
    next: 'add "{name}": {expected}.',
  },
  notYet: {
    code: 'BS325',
    what: '"{name}" is not supported by this version.',
    likely: 'the configuration was written for a later one.',
    next: 'remove "{name}"; the rest of the configuration works without it.',
  },
  noMachine: {
    code: 'BS330',
    what: 'there is no machine for the request "{request}" yet.',
    likely: 'it was sent before launch or attach succeeded.',
    next: 'launch or attach first.',
  },
  machineRuns: {
    code: 'BS331',
    what: 'the request "{request}" needs a stopped machine, and it runs.',
    likely: 'the machine was continued in the meantime.',
    next: 'pause it first.',
  },
  staleReference: {
    code: 'BS332',
    what: 'the {kind} {id} of the request "{request}" belongs to an earlier stop.',
    likely: 'the machine has run since.',
    next: 'ask for the stack again.',
  },
  unknownRequest: {
    code: 'BS333',
    what: 'the adapter has no request "{request}".',
    likely: 'it was written for another debug adapter, or a later version of this one.',
    next: 'use a request that the answer to "initialize" or docs/ names.',
  },
  badArgument: {
    code: 'BS334',
    what: 'the argument "{name}" of "{request}" is {found}; {expected} is expected.',
    likely: 'the client sent something incomplete.',
    next: 'correct the argument.',
  },
  notAssignable: {
    code: 'BS335',
    what: '{name} cannot be set: {detail}.',
    likely: 'it has no place in memory or in a register here, or is not a single number.',
    next: 'set one of its members, or write its memory.',
  },
  filterSyntax: {
    code: 'BS336',
    what: 'the condition of the filter "{filter}" is wrong at column {column}: {detail}.',
    likely: 'a typing error in the condition.',
    next: 'write it as {grammar}.',
  },
  filterNeedsLimit: {
    code: 'BS337',
    what: 'the filter "errno" without a limit has nothing to break on in a {chain} system.',
    likely: 'every function and every process could be meant, and this system has no code that runs for errors only.',
    next: 'name one: "EINVAL in process:lived", "EINVAL in function:NAME", or "FUNCTION returns EINVAL".',
  },
  filterNoFunction: {
    code: 'BS338',
    what: 'no image has a function {name} whose result can be seen.',
    likely: 'the name is misspelt, the function is inlined everywhere, or its image is missing from "images".',
    next: 'check the name (`symbols IMAGE --functions GLOB` lists them), or use "in process:NAME".',
  },
  noSerialPort: {
    code: 'BS339',
    what: 'the machine has no serial port {port}.',
    likely: 'it was started without a serial line, or attached without `serial`.',
    next: 'give the address of its serial line as `serial`.',
  },
  stepUnclear: {
    code: 'BS340',
    what: 'there is no caller to step out to: {detail}.',
    likely: 'this is the outermost frame that is known.',
    next: 'continue to a breakpoint instead.',
  },
  noStub: {
    code: 'BS341',
    what: 'the request "{request}" needs a gdbstub; this session has a serial line only.',
    likely: 'the configuration gives `serial` alone (level 0).',
    next: 'start QEMU with -s and add "gdb": "127.0.0.1:1234".',
  },
  otherCode: {
    code: 'BS342',
    what: 'other code than that of {file} runs at {address}, where it is linked: {equal} of {compared} compared bytes are equal.',
    likely: 'the machine was started from another build than the file named in "images"; or firmware or a loader is still there.',
    next: 'point "images" to the file that this machine boots; its breakpoints hold nothing until its code is there.',
  },
  notWatchable: {
    code: 'BS343',
    what: '{name} cannot be watched: {detail}.',
    likely: 'a data breakpoint watches 1 to 8 bytes of memory.',
    next: 'watch one of its members, or an address with a size.',
  },
  badDataId: {
    code: 'BS344',
    what: '"{dataId}" is not a data breakpoint of this session.',
    likely: 'it was kept from an earlier session.',
    next: 'remove it and add it again from the variable.',
  },
  threadSleeps: {
    code: 'BS345',
    what: '{thread} cannot be stepped: no processor runs it now ({state}).',
    likely: 'it waits in the kernel; its stack shows for what.',
    next: 'set a breakpoint where it goes on, or step the processor.',
  },
  cancelled: {
    code: 'BS348',
    what: '"{what}" was cancelled.',
    likely: 'it took too long.',
    next: 'start again; symbols that were read once come from the index on disk.',
  },
});
