import type { Image } from '../../images/image';
import type { Memory } from '../../machine/machine';

interface ReturnSite {
  /** Linear. */
  readonly pc: bigint;
  /** Memory by linear addresses. */
  readonly code: Memory;
}

const longestCall = 8;

/** Where the `call rel32` before a return address goes; undefined for another kind of call or unreadable code. */
export const directCallTarget = async ({ pc, code }: ReturnSite): Promise<bigint | undefined> => {
  const bytes = await code.readSome(pc - 5n, 5);
  if (bytes.length < 5 || bytes[0] !== 0xe8) return undefined;
  return BigInt.asUintN(64, pc + BigInt(new DataView(bytes.buffer, bytes.byteOffset).getInt32(1, true)));
};

/** True when the instruction before this address can be a call: a return address that a search found is not believed without. */
export const followsCall = async ({ pc, code }: ReturnSite): Promise<boolean> => {
  const bytes = await code.readSome(pc - BigInt(longestCall), longestCall);
  if (bytes.length < longestCall) return false;
  if (bytes[longestCall - 5] === 0xe8) return true;
  for (let length = 2; length < longestCall; length++) {
    const at = longestCall - length;
    const modrm = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || ((modrm >> 3) & 7) !== 2) continue;
    if (length === indirectLength(modrm, bytes[at + 2] ?? 0)) return true;
  }
  return false;
};

/** Bytes of `call r/m` from its opcode on (Intel SDM volume 2, 2.1.5). */
const indirectLength = (modrm: number, sib: number): number => {
  const mode = modrm >> 6;
  const base = modrm & 7;
  if (mode === 3) return 2;
  const withSib = base === 4 ? 1 : 0;
  if (mode === 1) return 3 + withSib;
  if (mode === 2) return 6 + withSib;
  return base === 5 || (withSib === 1 && (sib & 7) === 5) ? 6 + withSib : 2 + withSib;
};

/** Bytes from the first call on another stack to the end of that (Linux arch/x86/include/asm/irq_stack.h, ASM_CALL_IRQ): three calls, two moves of arguments, the pop. */
export const borrowedStackCode = 24;
const popStackPointer = 0x5c;

/**
 * Whether code goes straight on to `pop %rsp`, by nothing but direct calls and moves into other registers: the stack pointer is then the same there as here, and
 * where it points lies that of the stack which was left.
 */
export const leadsToStackPointer = (bytes: Uint8Array): boolean => {
  for (let at = 0; at < bytes.length; ) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at);
    if (first === popStackPointer) return true;
    const prefixed = (first & 0xf0) === 0x40;
    const [opcode, modrm] = prefixed ? [second, third] : [first, second];
    if (!prefixed && opcode === 0xe8) at += 5;
    // A move between registers, whose destination is not rsp (Intel SDM volume 2, MOV; REX.B widens the destination's number).
    else if (opcode === 0x89 && modrm >> 6 === 3 && ((modrm & 7) !== 4 || (prefixed && (first & 1) === 1))) at += prefixed ? 3 : 2;
    else return false;
  }
  return false;
};

const known = new WeakMap<Image, Map<bigint, boolean | undefined>>();
/** Return addresses that are remembered of one image. */
const most = 4096;

/** The same of the code that an image's file has at a linked address; undefined where it has none. Stacks ask for the same few again and again. */
export const leadsToStackPointerIn = (image: Image, linked: bigint): boolean | undefined => {
  let verdicts = known.get(image);
  if (!verdicts || verdicts.size >= most) known.set(image, (verdicts = new Map()));
  if (!verdicts.has(linked)) {
    const bytes = image.bytesAt(linked, borrowedStackCode) ?? image.bytesAt(linked, 1);
    verdicts.set(linked, bytes && leadsToStackPointer(bytes));
  }
  return verdicts.get(linked);
};
