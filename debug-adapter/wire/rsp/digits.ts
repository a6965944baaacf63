const none = 256;
/** What a character is as a hexadecimal digit; `x`, which stands for what is not available, counts as 0. */
const values = new Uint16Array(256).fill(none);
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16);
  values[digit.charCodeAt(0)] = values[digit.toUpperCase().charCodeAt(0)] = value;
}
values['x'.charCodeAt(0)] = 0;

/** Writes the bytes `[from, to)` of those that `digits` spell into the same places of `into`. False where a character is missing or no digit. */
export function decodeDigits(digits: Uint8Array, into: Uint8Array, from = 0, to = digits.length >> 1): boolean {
  if (2 * to > digits.length || to > into.length) return false;
  for (let i = from; i < to; i++) {
    const byte = ((values[digits[2 * i] as number] as number) << 4) | (values[digits[2 * i + 1] as number] as number);
    if (byte >= none) return false;
    into[i] = byte;
  }
  return true;
}

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
/** The two digits of a number's last eight bits. */
export const pair = (byte: number): string => pairs[byte & 255] as string;
const word = (bits: number): string => pair(bits) + pair(bits >>> 8) + pair(bits >>> 16) + pair(bits >>> 24);

/** The digits of a number of at most 64 bits in `size` bytes (4 or 8), the least significant first. */
export const littleEndianDigits = (value: bigint, size: 4 | 8): string => {
  const low = word(Number(BigInt.asUintN(32, value)));
  return size === 4 ? low : low + word(Number(BigInt.asUintN(32, value >> 32n)));
};
