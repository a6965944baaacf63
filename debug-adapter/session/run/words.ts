import type { Memory } from '../../machine/machine';

/** A little-endian word, or undefined where memory cannot be read. */
export const wordAt = async (memory: Memory, address: bigint, size: number): Promise<bigint | undefined> => {
  const [bytes] = await memory.readMany([{ address, length: size }]);
  if (!bytes || bytes.length < size) return undefined;
  let value = 0n;
  for (let index = size - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[index] ?? 0);
  return value;
};
