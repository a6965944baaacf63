export interface RedoxLiveOptions {
  /** `full`: the mount reads past the preload and fails. `mini`: all it needs lies in the preload. */
  variant?: 'full' | 'mini';
  /** Which build of the loader is on the disk. */
  loader?: 'pdb' | 'dwarf';
  /** Left out: uefi. */
  firmware?: 'uefi' | 'bios';
  /** Cap of the preload; default $REDOX_LIVE_PRELOAD_MIB or 4. */
  preloadMib?: number;
  /** Size of the file system; default $REDOX_LIVE_SIZE_MIB or 16 (`full`), 8 (`mini`). */
  sizeMib?: number;
  uuid?: string;
  /** Permutes the members of Rust structures of kernel and programs. */
  shuffle?: number | string;
  /**
   * Left out: as cargo's release profile, where `LiveDisk::read`'s coroutine is a function of its own.
   * 1: LLVM folds nearly all of lived into `lived::daemon`, the coroutine is there as inlined copies.
   */
  codegenUnits?: number;
  /** Optimisation of kernel and programs; left out: 3. */
  opt?: 0 | 1 | 2 | 3;
  /** Left out: rustc's default. */
  dwarf?: 4 | 5;
  /** Unit files of the initfs beside or in place of those of image/initfs, by name. */
  initfsUnits?: Record<string, string>;
  /** A file of so many MiB behind the others; as `mini` with as much as the preload, no free block lies inside of it. */
  fillMib?: number;
}

export interface RedoxLivePaths {
  directory: string;
  /** The folder of the sources that debug info points into. */
  sources: string;
  /** The raw disk. Boot it with `snapshot=on`, it is shared. */
  disk: string;
  /** The loader with its PDB beside it. */
  loader: string;
  loaderPdb: string;
  /** The loader with DWARF in the PE. */
  loaderDwarf: string;
  /** Of `firmware: 'bios'`: stage 3 of the loader with DWARF, and its debug info alone. It runs where it is linked. */
  biosLoader?: string;
  biosLoaderSymbols?: string;
  /** With debug info; only the debug info; as on the disk: symbol table but no debug info. */
  kernel: string;
  kernelSymbols: string;
  kernelStripped: string;
  /** Programs with debug info. Those on the disk have neither debug info nor symbols. */
  programs: Record<'init' | 'lived' | 'ahcid' | 'redoxfs' | 'getty', string>;
  constants: {
    variant: 'full' | 'mini';
    preloadMib: number;
    sizeMib: number;
    uuid: string;
    /** Offset of the file system on the disk, bytes. */
    redoxfsOffset: number;
    /** Blocks of the allocation log, newest first in the chain: newest, middle, oldest. */
    allocBlocks: { newest: number; middle: number; oldest: number };
  };
  /** Without -serial, -gdb, -qmp, -S. */
  qemu: string[];
}

export declare function buildRedoxLive(options?: RedoxLiveOptions): Promise<RedoxLivePaths>;
