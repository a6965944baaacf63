import type { Memory } from '../../machine/machine';
import type { Registers } from '../../machine/registers';

const longestString = 256;

/** A zero-terminated string of the guest; undefined where memory cannot be read. */
export const cString = async (memory: Memory, address: bigint): Promise<string | undefined> => {
  const bytes = Buffer.from(await memory.readSome(address, longestString).catch(() => new Uint8Array()));
  if (bytes.length === 0) return undefined;
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
};

/** The integer arguments of a variadic C function at its first instruction, System V AMD64 calling convention. */
const argumentRegisters = ['rdi', 'rsi', 'rdx', 'rcx', 'r8', 'r9'];

/**
 * What a call `f(fmt, ...)` would print, at the first instruction of `f` on x86-64. Conversions that a kernel adds of its own
 * stay as they are written.
 */
export const formattedMessage = async (registers: Registers, memory: Memory): Promise<string | undefined> => {
  const format = await cString(memory, registers.get('rdi') ?? 0n);
  if (format === undefined) return undefined;
  let next = 1;
  const argument = async (): Promise<bigint> => {
    const index = next++;
    const name = argumentRegisters[index];
    if (name !== undefined) return registers.get(name) ?? 0n;
    const address = registers.sp + 8n * BigInt(index - argumentRegisters.length + 1);
    const bytes = await memory.readSome(address, 8).catch(() => new Uint8Array());
    return bytes.length === 8 ? Buffer.from(bytes).readBigUInt64LE() : 0n;
  };
  let text = '';
  let from = 0;
  for (const match of format.matchAll(/%[-+ #0]*\d*(?:\.\d+)?(hh|h|ll|l|z|j|t)?([diuxXpsc%])/g)) {
    text += format.slice(from, match.index);
    from = match.index + match[0].length;
    text += match[2] === '%' ? '%' : await converted(match[2] ?? '', match[1] ?? '', await argument(), memory);
  }
  // Linux marks the level of a message by a control byte and a digit.
  // eslint-disable-next-line no-control-regex
  return (text + format.slice(from)).replace(/\x01./g, '').trim();
};

const converted = async (conversion: string, size: string, value: bigint, memory: Memory): Promise<string> => {
  const bits = /^(ll|l|z|j|t)$/.test(size) ? 64 : 32;
  switch (conversion) {
    case 'd':
    case 'i':
      return BigInt.asIntN(bits, value).toString();
    case 'u':
      return BigInt.asUintN(bits, value).toString();
    case 's':
      return (await cString(memory, value)) ?? `(at 0x${value.toString(16)})`;
    case 'c':
      return String.fromCharCode(Number(value & 0xffn));
    case 'p':
      return `0x${value.toString(16)}`;
    default:
      return BigInt.asUintN(bits, value).toString(16);
  }
};
