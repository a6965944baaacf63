export interface LinuxKernel {
  version: string;
  vmlinuz: string;
  vmlinux: string;
}
export interface Skipped {
  skipped: string;
}
export interface LinuxGuest extends LinuxKernel {
  /** The kernel command line. */
  append: string;
  /** Argument vector of QEMU, without gdb, QMP and serial options. */
  qemu: string[];
}
/** A small initramfs made from init.c: its archive, and the ELF of /init. `module`: a kernel module that /init loads first. */
export function makeInitramfs(folder?: string, module?: string): { initramfs: string; init: string };
/** The programs of pair.c in an initramfs: `first` and `second` run at the same addresses. */
export function makePair(folder: string): { initramfs: string; programs: { init: string; first: string; second: string }; source: string };
/** The program of fork.c in an initramfs: processes that have forked run the same code at the same addresses. */
export function makeFork(folder: string): { initramfs: string; program: string; source: string };
/** An archive of these files: a text is a file, `null` a directory, `{link}` a symbolic link. */
export function cpioArchive(files: Record<string, string | Buffer | null | { link: string }>): Buffer;
/** A disk of 4 MiB with one partition (MBR) of type Linux, which holds zeros. */
export function makeDisk(file: string): string;
/** `download: false` looks in the cache only. `parameters`: further words of the command line. `disk`: an NVMe drive, whose driver this kernel has built in. */
export function linuxGuest(options?: { root?: string; initramfs?: string; kaslr?: boolean; download?: boolean; parameters?: string[]; disk?: string }): LinuxGuest | Skipped;
/** A module of that kernel which needs no other, and the file with its debug information. */
export function linuxModule(): { file: string; symbols: string } | Skipped;
