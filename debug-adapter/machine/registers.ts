/** Registers of one vCPU at a stop, decoded for its mode. */
export interface Registers {
  readonly mode: 'real' | 'protected16' | 'protected32' | 'compat16' | 'compat32' | 'long';
  /** Bits of an instruction at this pc. */
  readonly bits: 16 | 32 | 64;
  /** Privilege level, 0–3. */
  readonly cpl: number;
  /** Linear address of the next instruction: CS base added outside long mode. */
  readonly pc: bigint;
  /** Linear address at which the code segment begins; left out: 0. */
  readonly codeBase?: bigint;
  /** Stack pointer at the width of the mode. */
  readonly sp: bigint;
  readonly cr3: bigint;
  readonly paging: boolean;
  /** By target-description name (`rax`, `eflags`, `k_gs_base`, `xmm0` as little-endian integer). */
  get(name: string): bigint | undefined;
  /** In the order of the target description. */
  readonly all: readonly { readonly name: string; readonly value: bigint; readonly bits: number; readonly group: 'general' | 'segment' | 'control' | 'float' | 'vector' }[];
}
