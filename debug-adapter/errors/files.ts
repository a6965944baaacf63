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
  notRaw: {
    code: 'BS505',
    what: 'the image {file} is no raw image but a qcow2 file.',
    likely: 'it was made by qemu-img, or is the overlay of a raw one.',
    next: 'convert it (qemu-img convert -O raw) or give the raw image beneath it.',
  },
  noRedoxfs: {
    code: 'BS506',
    what: 'the image {file} holds no RedoxFS header that is whole (partitions: {partitions}).',
    likely: 'it is an image of another system, was cut short, or its header ring is damaged.',
    next: 'check the file; a RedoxFS begins with the text "RedoxFS" at the start of its partition, or of the disk.',
  },
  commandInterrupted: {
    code: 'BS507',
    what: 'the command {command} was ended in its terminal ({status}) before a gdbstub answered at {address}.',
    likely: 'Ctrl-C was typed there, or the terminal was closed.',
    next: 'start the session again; let the command run until its QEMU listens.',
  },
});
