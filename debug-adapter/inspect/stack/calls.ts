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

const known = new WeakMap<Image, Map<bigint, number | undefined>>();
/** Return addresses that are remembered of one image. */
const most = 4096;

/** The byte of code that an image's file has at a linked address; undefined where it has none. Stacks ask for the same few again and again. */
export const codeByte = (image: Image, linked: bigint): number | undefined => {
  let bytes = known.get(image);
  if (!bytes || bytes.size >= most) known.set(image, (bytes = new Map()));
  if (!bytes.has(linked)) bytes.set(linked, image.bytesAt(linked, 1)?.[0]);
  return bytes.get(linked);
};
