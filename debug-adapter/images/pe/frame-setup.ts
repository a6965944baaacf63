/** One instruction of the code that sets up a frame. */
export interface SetupStep {
  /** Offset behind the instruction, bytes from the function's entry. */
  readonly end: number;
  /** Bytes by which it moves the stack pointer down. */
  readonly bytes: number;
  /** DWARF number of the register that it saves. */
  readonly saves?: number;
}

/** Instructions number registers in this order. */
const dwarfRegister = [0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15];
/** Registers that the x64 convention for Windows and UEFI lets a function keep: rbx, rbp, rdi, rsi, r12 to r15. */
const kept = new Set([3, 6, 5, 4, 12, 13, 14, 15]);
export const longestSetup = 64;

/**
 * Reads how an x86-64 function sets up its frame: pushes, then one subtraction, large ones with a call that touches the
 * pages (`mov eax, n; call __chkstk; sub rsp, rax`). Ends where anything else begins.
 */
export const readSetup = (code: Uint8Array): SetupStep[] => {
  const steps: SetupStep[] = [];
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const is = (at: number, ...bytes: number[]): boolean => bytes.every((byte, i) => code[at + i] === byte);
  const number = (at: number): number | undefined => (at + 4 <= code.length ? view.getUint32(at, true) : undefined);
  let at = 0;
  for (;;) {
    const wide = code[at] === 0x41 || code[at] === 0x40;
    const opcode = code[wide ? at + 1 : at] ?? 0;
    if (opcode < 0x50 || opcode > 0x57) break;
    const register = dwarfRegister[opcode - 0x50 + (code[at] === 0x41 ? 8 : 0)];
    at += wide ? 2 : 1;
    // A push of another register only makes room.
    steps.push({ end: at, bytes: 8, ...(register !== undefined && kept.has(register) ? { saves: register } : {}) });
  }
  if (is(at, 0x48, 0x83, 0xec)) return [...steps, { end: at + 4, bytes: code[at + 3] ?? 0 }];
  if (is(at, 0x48, 0x81, 0xec)) return [...steps, { end: at + 7, bytes: number(at + 3) ?? 0 }];
  const size = is(at, 0xb8) && is(at + 5, 0xe8) && is(at + 10, 0x48, 0x29, 0xc4) ? number(at + 1) : undefined;
  return size === undefined ? steps : [...steps, { end: at + 13, bytes: size }];
};

/**
 * Bytes of the stores of registers to the stack that code begins with: where a function that is not optimised keeps its
 * parameters (`mov [rsp+n], reg`, `mov [rbp+n], reg`).
 */
export const storesLength = (code: Uint8Array): number => {
  let at = 0;
  for (;;) {
    const rex = code[at] ?? 0;
    const wide = rex === 0x66 ? ((code[at + 1] ?? 0) & 0xf0) === 0x40 ? 2 : 1 : (rex & 0xf0) === 0x40 ? 1 : 0;
    const opcode = code[at + wide];
    const modrm = code[at + wide + 1] ?? 0;
    const mode = modrm >> 6;
    const onStack = (modrm & 7) === 4 ? code[at + wide + 2] === 0x24 : (modrm & 7) === 5 && mode !== 0;
    if ((opcode !== 0x88 && opcode !== 0x89) || !onStack || mode === 3) return at;
    at += wide + 2 + ((modrm & 7) === 4 ? 1 : 0) + (mode === 1 ? 1 : mode === 2 ? 4 : 0);
  }
};
