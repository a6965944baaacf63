import { fromBytes } from '../../inspect/values/place';
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

/** Gives the arguments of a variadic call one after the other; `bits`: how wide the conversion wants it. */
type Arguments = (bits: 32 | 64) => Promise<bigint>;

const numberAt = async (memory: Memory, address: bigint, size: number): Promise<bigint> => {
  const bytes = await memory.readSome(address, size).catch(() => new Uint8Array());
  return bytes.length === size ? fromBytes(bytes) : 0n;
};

const arguments64 = (registers: Registers, memory: Memory): Arguments => {
  let next = 0;
  return async () => {
    const index = next++;
    const name = argumentRegisters[index];
    return name === undefined ? numberAt(memory, registers.sp + 8n * BigInt(index - argumentRegisters.length + 1), 8) : (registers.get(name) ?? 0n);
  };
};

/** All on the stack, words of 4 bytes (System V i386). */
const arguments32 = (registers: Registers, memory: Memory): Arguments => {
  let at = registers.sp + 4n;
  return async (bits) => {
    const value = await numberAt(memory, at, bits / 8);
    at += BigInt(bits / 8);
    return value;
  };
};

/**
 * What a call `f(fmt, ...)` would print, at the first instruction of `f` in 64- or 32-bit code. Conversions that a kernel adds of its own
 * stay as they are written.
 */
export const formattedMessage = async (registers: Registers, memory: Memory): Promise<string | undefined> => {
  const wide = registers.bits === 64;
  const argument = wide ? arguments64(registers, memory) : arguments32(registers, memory);
  const format = await cString(memory, await argument(32));
  if (format === undefined) return undefined;
  let text = '';
  let from = 0;
  for (const match of format.matchAll(/%[-+ #0]*\d*(?:\.\d+)?(hh|h|ll|l|z|j|t)?([diuxXpsc%])/g)) {
    text += format.slice(from, match.index);
    from = match.index + match[0].length;
    const bits = bitsOf(match[1] ?? '', wide);
    text += match[2] === '%' ? '%' : await converted(match[2] ?? '', bits, await argument(match[2] === 's' || match[2] === 'p' ? 32 : bits), memory);
  }
  // Linux marks the level of a message by a control byte and a digit.
  // eslint-disable-next-line no-control-regex
  return (text + format.slice(from)).replace(/\x01./g, '').trim();
};

/** `l`, `z` and `t` are as wide as a pointer. */
const bitsOf = (size: string, wide: boolean): 32 | 64 => (size === 'll' || size === 'j' || (wide && /^[lzt]$/.test(size)) ? 64 : 32);

const converted = async (conversion: string, bits: 32 | 64, value: bigint, memory: Memory): Promise<string> => {
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
