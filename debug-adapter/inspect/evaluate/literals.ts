import type { NumberSuffix } from './expression';

const escapes: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, a: 7, b: 8, f: 12, v: 11, e: 27, '0': 0 };
const escape = /\\(?:x([\da-fA-F]+)|u\{([\da-fA-F]+)\}|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|\r?\n\s*|([^]))/y;

/** Code points of the inside of a literal; `byte` marks those that `\x` or an octal number wrote, which are bytes and no characters. */
const codes = function* (inside: string): Generator<{ readonly code: number; readonly byte: boolean }> {
  for (let at = 0; at < inside.length; ) {
    escape.lastIndex = at;
    const match = inside[at] === '\\' ? escape.exec(inside) : null;
    if (!match) {
      const code = inside.codePointAt(at) ?? 0;
      at += code > 0xffff ? 2 : 1;
      yield { code, byte: false };
      continue;
    }
    at = escape.lastIndex;
    const [, hex, braced, short, long, octal, other] = match;
    const unicode = braced ?? short ?? long;
    if (hex !== undefined) yield { code: parseInt(hex, 16), byte: true };
    else if (unicode !== undefined) yield { code: parseInt(unicode, 16), byte: false };
    else if (octal !== undefined) yield { code: parseInt(octal, 8), byte: true };
    else if (other !== undefined) yield { code: escapes[other] ?? other.codePointAt(0) ?? 0, byte: false };
  }
};

/** The number a character literal stands for, or undefined when it is not one character. `text` with its quotes and prefix. */
export const characterValue = (text: string): bigint | undefined => {
  const inside = /^(?:u8|[LuUb])?'([^]*)'$/.exec(text)?.[1];
  const all = inside === undefined ? [] : [...codes(inside)];
  const [only, another] = all;
  return only && !another ? BigInt(only.code) : undefined;
};

/** The bytes a string literal stands for, UTF-8, without the NUL that C puts behind. */
export const stringBytes = (text: string): Uint8Array => {
  const raw = /^[bc]?r(#*)"([^]*)"\1$/.exec(text);
  if (raw) return Buffer.from(raw[2] ?? '');
  const inside = /^(?:u8|[LuUbc])?"([^]*)"$/.exec(text)?.[1] ?? text;
  const parts: Uint8Array[] = [];
  for (const { code, byte } of codes(inside)) parts.push(byte ? Uint8Array.of(code & 0xff) : Buffer.from(code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'));
  return Uint8Array.from(Buffer.concat(parts));
};

export type NumberLiteral = { readonly kind: 'number'; readonly value: bigint; readonly suffix: NumberSuffix } | { readonly kind: 'float'; readonly value: number; readonly size: 4 | 8 };

/** A number as C or Rust writes it, undefined for anything else. A leading zero means octal in C only. */
export const numberLiteral = (text: string, language: 'c' | 'rust'): NumberLiteral | undefined => {
  const plain = text.replace(language === 'c' ? /'/g : /_/g, '').toLowerCase();
  const whole = /^([-+]?)(0x[\da-f]+|0b[01]+|0o[0-7]+|\d+)(.*)$/.exec(plain);
  const [, sign, digits = '', suffix = ''] = whole ?? [];
  const known = whole && integerSuffix(suffix, language, /^\d/.test(digits) && !/^0[xbo]/.test(digits) && !(language === 'c' && /^0\d/.test(digits)));
  if (known) {
    const octal = language === 'c' && /^0\d/.test(digits);
    if (octal && /[89]/.test(digits)) return undefined;
    const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
    return { kind: 'number', value: sign === '-' ? -value : value, suffix: known };
  }
  const float = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(f|l|f32|f64)?$/.exec(plain);
  if (!float || (language === 'c' && /^[-+]?\d+$/.test(float[1] ?? ''))) return undefined;
  return { kind: 'float', value: Number(float[1]), size: float[2] === 'f' || float[2] === 'f32' ? 4 : 8 };
};

const integerSuffix = (suffix: string, language: 'c' | 'rust', decimal: boolean): NumberSuffix | undefined => {
  if (language === 'rust') {
    if (suffix === '') return { unsigned: false, long: false, decimal };
    return /^[iu](8|16|32|64|128|size)$/.test(suffix) ? { type: suffix, unsigned: suffix.startsWith('u'), long: false, decimal } : undefined;
  }
  return /^(u?l{0,2}|l{1,2}u)$/.test(suffix) ? { unsigned: suffix.includes('u'), long: suffix.includes('l'), decimal } : undefined;
};
