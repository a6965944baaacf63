export interface ReturnsPaths {
  /** An ELF that QEMU boots by multiboot, with debug info. */
  kernel: string;
  /** Sources. */
  c: string;
  rust: string;
  /** Without -serial, -gdb, -qmp, -S. */
  qemu: string[];
}

export declare function buildReturns(options?: { cc?: 'gcc' | 'clang'; opt?: 0 | 2; bits?: 32 | 64; structs?: 'memory' | 'registers' }): Promise<ReturnsPaths>;
