import type { BaseType, Language, Type } from '../../images/types';
import { strip } from '../../images/types';

const make = (name: string, size: number, encoding: BaseType['encoding'], language: Language): BaseType => ({ kind: 'base', name, qualifiedName: name, language, size, encoding });

const cWords = new Set(['unsigned', 'signed', 'long', 'short', 'int', 'char', '__int128']);

/** Base types that an expression can name where no debug information has them. */
export const builtinType = (name: string, addressSize: number): BaseType | undefined => {
  const rust = /^([iu])(8|16|32|64|128|size)$/.exec(name);
  if (rust) return make(name, rust[2] === 'size' ? addressSize : Number(rust[2]) / 8, rust[1] === 'i' ? 'signed' : 'unsigned', 'rust');
  if (name === 'f32' || name === 'f64') return make(name, name === 'f32' ? 4 : 8, 'float', 'rust');
  const fixed = /^u?int(8|16|32|64|ptr)_t$/.exec(name);
  if (fixed) return make(name, fixed[1] === 'ptr' ? addressSize : Number(fixed[1]) / 8, name.startsWith('u') ? 'unsigned' : 'signed', 'c');
  if (name === 'size_t' || name === 'ssize_t') return make(name, addressSize, name === 'size_t' ? 'unsigned' : 'signed', 'c');
  if (name === 'bool' || name === '_Bool') return make(name, 1, 'boolean', 'c');
  if (name === 'float' || name === 'double') return make(name, name === 'float' ? 4 : 8, 'float', 'c');
  const words = name.split(' ');
  if (!words.every((word) => cWords.has(word))) return undefined;
  const unsigned = words.includes('unsigned');
  const longs = words.filter((word) => word === 'long').length;
  if (words.includes('char')) return make(name, 1, unsigned ? 'unsigned-char' : 'char', 'c');
  if (words.includes('__int128')) return make(name, 16, unsigned ? 'unsigned' : 'signed', 'c');
  return make(name, words.includes('short') ? 2 : longs > 1 ? 8 : longs === 1 ? addressSize : 4, unsigned ? 'unsigned' : 'signed', 'c');
};

export const integerType = (size: number, signed: boolean, language: Language): BaseType => {
  const name = language === 'rust' ? `${signed ? 'i' : 'u'}${size * 8}` : `${signed ? '' : 'unsigned '}${size <= 4 ? 'int' : size === 8 ? 'long' : '__int128'}`;
  return make(name, size, signed ? 'signed' : 'unsigned', language);
};

export const floatType = (size: number, language: Language): BaseType => make(language === 'rust' ? `f${size * 8}` : size === 4 ? 'float' : 'double', size, 'float', language);

export const booleanType = make('bool', 1, 'boolean', 'other');
/** To C a character is an int; shown as what it is, as in gdb, it tells more. */
export const characterTypes = { int: make('char', 1, 'char', 'c'), char: make('char', 4, 'utf', 'rust'), u8: make('u8', 1, 'unsigned', 'rust') } as const;

export const isFloat = (type: Type): boolean => {
  const real = strip(type);
  return real.kind === 'base' && real.encoding === 'float';
};
export const isBoolean = (type: Type): boolean => {
  const real = strip(type);
  return real.kind === 'base' && real.encoding === 'boolean';
};
