import { entries } from './catalogue';

/** 5xx: files and commands on the host. */
export const fileErrors = entries({
  commandNotStarted: {
    code: 'BS500',
    what: 'the command {command} could not be started: {detail}.',
    likely: 'its first word is not a program on the PATH, or `cwd` is not a directory.',
    next: 'correct `command` or `cwd`; run the command by hand to try it.',
  },
  commandEnded: {
    code: 'BS501',
    what: 'the command {command} ended ({status}) before a gdbstub answered at {address}: {detail}.',
    likely: 'the build failed, or the command starts QEMU without a gdbstub.',
    next: 'let the command start QEMU with -s -S (or -gdb), and give that address as `gdb`.',
  },
  commandSilent: {
    code: 'BS502',
    what: 'the command {command} runs, but no gdbstub listened at {address} within {seconds} s.',
    likely: 'it starts QEMU without a gdbstub, or at another address.',
    next: 'let it start QEMU with -s -S (or -gdb), and give that address as `gdb`.',
  },
  portInUse: {
    code: 'BS503',
    what: 'the debug adapter cannot listen on port {port}: {detail}.',
    likely: 'another program, perhaps an earlier adapter, holds that port.',
    next: 'end it, or choose another port with --port (0 picks a free one).',
  },
  notReadable: {
    code: 'BS504',
    what: 'the file {file} cannot be read: {detail}.',
    likely: 'a wrong path, or missing rights.',
    next: 'correct the path in the configuration.',
  },
});
