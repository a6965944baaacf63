import type { ExpressionContext, Location } from '../debug-info';
import type { Register } from './registers';

/** DW_OP_* of DWARF 5, section 7.7.1. */
const OP = { addr: 0x03, deref: 0x06, const1u: 0x08, shr: 0x25, reg0: 0x50, breg0: 0x70, regx: 0x90, bregx: 0x92, piece: 0x93, stackValue: 0x9f } as const;

const uleb = (value: number): number[] => {
  const bytes: number[] = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low | 0x80 : low);
  } while (value > 0);
  return bytes;
};

const sleb = (value: number): number[] => {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    const last = (value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0);
    bytes.push(last ? low : low | 0x80);
    if (last) return bytes;
  }
};

/** `context` for expressions that refer to nothing outside themselves. */
export const plainContext = (addressSize: 4 | 8): ExpressionContext => ({
  addressSize,
  dwarfVersion: 4,
  offsetSize: 4,
  address: () => 0n,
  baseType: () => undefined,
  expressionAt: () => undefined,
});

export const inRegister = ({ dwarf, high }: Register): number[] => {
  if (high) return [...atRegister(dwarf, 0), OP.const1u, 8, OP.shr, OP.stackValue];
  return dwarf < 32 ? [OP.reg0 + dwarf] : [OP.regx, ...uleb(dwarf)];
};

/** Memory at a register plus an offset in bytes. */
export const atRegister = (dwarf: number, offset: number): number[] => (dwarf < 32 ? [OP.breg0 + dwarf, ...sleb(offset)] : [OP.bregx, ...uleb(dwarf), ...sleb(offset)]);

export const atAddress = (address: bigint, addressSize: 4 | 8): number[] => {
  const bytes: number[] = [OP.addr];
  for (let i = 0; i < addressSize; i++) bytes.push(Number((address >> BigInt(8 * i)) & 0xffn));
  return bytes;
};

/** What a pointer points to; `pointer` says where it is: in one register or in memory. */
export const behind = (pointer: readonly number[]): number[] => {
  const [first = 0] = pointer;
  return pointer.length === 1 && first >= OP.reg0 && first < OP.breg0 ? atRegister(first - OP.reg0, 0) : [...pointer, OP.deref];
};

export interface Piece {
  /** Bytes from the start of the variable. */
  readonly offset: number;
  /** Most bytes that the place holds. */
  readonly size: number;
  readonly expression: readonly number[];
}

/** Joins the places of a variable's parts; what no part covers is left empty, at the end left out. `size`: of the variable, bytes. */
export const composed = (pieces: readonly Piece[], size: number): number[] => {
  const ordered = [...pieces].sort((a, b) => a.offset - b.offset);
  const result: number[] = [];
  let at = 0;
  ordered.forEach((piece, i) => {
    if (piece.offset < at || piece.offset >= size) return;
    if (piece.offset > at) result.push(OP.piece, ...uleb(piece.offset - at));
    const next = ordered.slice(i + 1).find((other) => other.offset > piece.offset)?.offset ?? size;
    const length = Math.min(piece.size, Math.min(next, size) - piece.offset);
    result.push(...piece.expression, OP.piece, ...uleb(length));
    at = piece.offset + length;
  });
  return result;
};

export const location = (bytes: readonly number[], context: ExpressionContext): Location => ({ expression: Uint8Array.from(bytes), context });
