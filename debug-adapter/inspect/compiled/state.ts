/** The machine at a place of its code, as a compiled expression sees it. */
export interface State {
  /** A general register of 64-bit code by its name, `rax` to `r15` and `rip`. */
  register(name: string): bigint | undefined;
  /** Virtual memory. undefined: not known yet, or not readable; whoever runs the expression fetches it and asks again. */
  read(address: bigint, length: number): Uint8Array | undefined;
}

/** A number out of a state; undefined where something of it is not known. */
export type Get = (state: State) => bigint | undefined;
