/**
 * Version 1 unwind codes do not describe epilogues; the ABI fixes their form instead ("x64 prolog and epilog"):
 * an optional `add rsp, n`, pops of saved registers, then a return or a jump out of the function.
 * Gives what is still to be undone at this address, or undefined when this is no epilogue.
 * `leaves` says whether a jump to an RVA ends the function.
 */
export const epilogueAt = (read: (length: number) => Uint8Array | undefined, rva: number, functionEnd: number, leaves: (target: number) => boolean): { adjust: number; pops: readonly number[] } | undefined => {
  const length = Math.min(64, functionEnd - rva);
  const code = read(length);
  if (!code) return undefined;
  let at = 0;
  let adjust = 0;
  if (code[0] === 0x48 && code[1] === 0x83 && code[2] === 0xc4) {
    adjust = code[3] ?? 0;
    if (adjust >= 0x80) return undefined;
    at = 4;
  } else if (code[0] === 0x48 && code[1] === 0x81 && code[2] === 0xc4 && code.length >= 7) {
    adjust = new DataView(code.buffer, code.byteOffset).getInt32(3, true);
    if (adjust < 0) return undefined;
    at = 7;
  }
  const pops: number[] = [];
  for (;;) {
    const first = code[at];
    const second = code[at + 1] ?? 0;
    if (first !== undefined && first >= 0x58 && first <= 0x5f) {
      pops.push(first - 0x58);
      at += 1;
    } else if (first === 0x41 && second >= 0x58 && second <= 0x5f) {
      pops.push(second - 0x50);
      at += 2;
    } else break;
  }
  const ends = code[at] === 0xc3 || code[at] === 0xc2 || (code[at] === 0xf3 && code[at + 1] === 0xc3) || jumpsAway(code, at, rva, leaves) || (code[at] === 0x48 && code[at + 1] === 0xff && ((code[at + 2] ?? 0) & 0xf8) === 0xe0);
  return ends ? { adjust, pops } : undefined;
};

/** A direct or indirect jump that ends the function. */
const jumpsAway = (code: Uint8Array, at: number, rva: number, leaves: (target: number) => boolean): boolean => {
  if (code[at] === 0xff && code[at + 1] === 0x25) return true;
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  if (code[at] === 0xeb && at + 2 <= code.length) return leaves(rva + at + 2 + view.getInt8(at + 1));
  return code[at] === 0xe9 && at + 5 <= code.length && leaves(rva + at + 5 + view.getInt32(at + 1, true));
};
