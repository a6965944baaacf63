import type { BaseType, EnumType, Type } from '../../images/types';
import { strip } from '../../images/types';
import { floatFrom } from '../values/floats';

/** Text in quotes, with what cannot be seen escaped. */
export const quoted = (text: string, quote: '"' | "'" = '"'): string => {
  let out = '';
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    if (c === quote || c === '\\') out += `\\${c}`;
    else if (c === '\n') out += '\\n';
    else if (c === '\r') out += '\\r';
    else if (c === '\t') out += '\\t';
    else if (c === '\0') out += '\\0';
    // Control characters, also those that turn the direction of writing: a guest's text is not trusted.
    else if (code < 0x20 || (code >= 0x7f && code < 0xa0) || /[\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/.test(c)) out += `\\u{${code.toString(16)}}`;
    else out += c;
  }
  return quote + out + quote;
};

/** A number of a base type, as its language writes it. */
export const baseText = (type: BaseType, bytes: Uint8Array, number: bigint): string => {
  switch (type.encoding) {
    case 'boolean':
      return number === 0n ? 'false' : number === 1n ? 'true' : `${number}`;
    case 'float':
      return floatText(bytes);
    case 'utf':
      return number <= 0x10ffffn && !(number >= 0xd800n && number < 0xe000n) ? quoted(String.fromCodePoint(Number(number)), "'") : `0x${number.toString(16)}`;
    case 'char':
    case 'unsigned-char':
      return type.language === 'rust' || type.size !== 1 ? `${number}` : `${number} ${quoted(String.fromCharCode(Number(BigInt.asUintN(8, number))), "'")}`;
    default:
      return `${number}`;
  }
};

const floatText = (bytes: Uint8Array): string => {
  const number = floatFrom(bytes);
  if (number === undefined) return `0x${Buffer.from(bytes).reverse().toString('hex')}`;
  return String(bytes.length === 4 ? Number(number.toPrecision(9)) : number);
};

/** An enumerator's name; `A | B` where the enumerators are flags that make up the value; else the number. */
export const enumText = (type: EnumType, value: bigint): string => {
  const exact = type.enumerators.find((one) => one.value === value);
  if (exact) return exact.name;
  const flags = value > 0n ? flagsOf(type) : [];
  const names: string[] = [];
  let rest = value;
  for (const flag of flags) {
    if ((rest & flag.value) === 0n) continue;
    names.push(flag.name);
    rest &= ~flag.value;
  }
  if (names.length === 0) return `${value}`;
  return rest === 0n ? names.join(' | ') : `${names.join(' | ')} | 0x${rest.toString(16)}`;
};

/** The single bits of a set of flags, beside which there may be names for several together; none for an enum that counts. */
const flagsOf = ({ enumerators }: EnumType): EnumType['enumerators'] => {
  const values = enumerators.filter((one) => one.value !== 0n);
  const flags = values.filter((one) => one.value > 0n && (one.value & (one.value - 1n)) === 0n);
  const all = flags.reduce((bits, { value }) => bits | value, 0n);
  // 1, 2, 3 count: there 3 is the third and not A | B.
  const counts = values.length > flags.length && new Set(values.map(({ value }) => value)).has(3n) && values.every(({ value }) => value <= BigInt(values.length));
  return flags.length > 1 && !counts && values.every(({ value }) => value > 0n && (value & ~all) === 0n) ? flags : [];
};

/** True for elements that are shown as text in C. */
export const isTextElement = (type: Type): boolean => {
  const real = strip(type);
  return real.kind === 'base' && real.size === 1 && (real.encoding === 'char' || (real.encoding === 'unsigned-char' && real.language !== 'rust'));
};
