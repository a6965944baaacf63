import type { Cursor } from '../bytes/cursor';

/** LF_NUMERIC leaves: a value below 0x8000 stands for itself, else the leaf says how the value is written. */
const leaf = { char: 0x8000, short: 0x8001, ushort: 0x8002, long: 0x8003, ulong: 0x8004, quad: 0x8009, uquad: 0x800a, oct: 0x8017, uoct: 0x8018 } as const;

export const readNumeric = (cursor: Cursor): bigint => {
  const first = cursor.u16();
  if (first < 0x8000) return BigInt(first);
  switch (first) {
    case leaf.char:
      return BigInt(cursor.i8());
    case leaf.short:
      return BigInt.asIntN(16, BigInt(cursor.u16()));
    case leaf.ushort:
      return BigInt(cursor.u16());
    case leaf.long:
      return BigInt(cursor.i32());
    case leaf.ulong:
      return BigInt(cursor.u32());
    case leaf.quad:
      return BigInt.asIntN(64, cursor.u64());
    case leaf.uquad:
      return cursor.u64();
    case leaf.oct:
    case leaf.uoct: {
      const value = cursor.u64() | (cursor.u64() << 64n);
      return first === leaf.oct ? BigInt.asIntN(128, value) : value;
    }
    default:
      throw cursor.section.damaged(cursor.position - 2, `numeric leaf 0x${first.toString(16)}`);
  }
};

/** A numeric leaf that is a size or an offset. */
export const readSize = (cursor: Cursor): number => {
  const at = cursor.position;
  const value = readNumeric(cursor);
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw cursor.section.damaged(at, `size ${value}`);
  return Number(value);
};
