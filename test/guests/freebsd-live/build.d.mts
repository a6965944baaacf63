/** How the guest is built; every choice left out is the first one named. */
export interface FreebsdLiveOptions {
  /** clang-19 (-O2, DWARF 5) or gcc (-O2, DWARF 4). */
  compiler?: 'clang' | 'gcc';
  dwarf?: 4 | 5;
  /** Whose structure members: FreeBSD 15.1, 13.2 or 12.x. */
  shape?: '15.1' | '13.2' | '12.x';
  /** Permutes and pads the structures, scatters allocations and moves constants; the seed. */
  shuffle?: number;
  opt?: 0 | 1 | 2;
  /** Symbol table only. */
  strip?: boolean;
}

export type FreebsdLiveVariant = 'a' | 'b' | 'b-bug' | 'c' | 'c-orphan' | 'c-half' | 'd2' | 'd19' | 'd22' | 'e' | 'f' | 'gunion' | 'reroot' | 'mfsroot' | 'ventoy';
export type FreebsdLiveProgram = 'init' | 'rescue' | 'devd' | 'syslogd' | 'sshd' | 'watchdogd' | 'httpd' | 'getty' | 'launchd' | 'efibootmgr';

export interface FreebsdLive {
  directory: string;
  /** ELF64 with a PVH note, linked at 0xffffffff80200000. */
  kernel: string;
  /** The UEFI loader: the PE file that runs, and the ELF file linked at 0 with its symbols. */
  loader: string;
  loaderSymbols: string;
  /** The BIOS loader's client: ELF32 linked at 0, running at linear 0xa000. */
  biosLoaderSymbols: string;
  /** loader.conf and the rest of /boot of each variant. */
  media: string;
  /** The same programs as on the guest's media, with debug information; all linked at 0x200000. */
  programs: Record<FreebsdLiveProgram, string>;
  /** Where the sources lie; the debug information names them there. */
  source: string;
  shuffle: number | undefined;
  /** An argument vector without -serial, -gdb or -qmp. `append` adds assignments to the environment: `name=value "other=with blanks"`. */
  qemu(variant: FreebsdLiveVariant, extra?: { append?: string; args?: string[]; memory?: string }): string[];
  /** The same machine started by firmware and the UEFI loader, which reads loader.conf of the variant from a disk. */
  efiQemu(variant: FreebsdLiveVariant, extra?: { args?: string[] }): string[];
  /** The same behind a BIOS and BTX. `conf`: lines behind those of loader.conf. */
  biosQemu(variant: FreebsdLiveVariant, extra?: { args?: string[]; conf?: string }): string[];
}

export declare const PROGRAMS: readonly FreebsdLiveProgram[];
export declare const VARIANTS: readonly FreebsdLiveVariant[];
export declare function buildFreebsdLive(options?: FreebsdLiveOptions): Promise<FreebsdLive>;
