import type { BaseType, Language, PointerType, Type } from '../types';

/** Type numbers below 0x1000: kind in the low byte, kind of pointer above it (cvinfo.h, "Simple types"). */
type Simple = readonly [c: string, rust: string, size: number, encoding: BaseType['encoding']];

const simple: Readonly<Record<number, Simple>> = {
  0x08: ['HRESULT', 'i32', 4, 'signed'],
  0x10: ['signed char', 'i8', 1, 'char'],
  0x11: ['short', 'i16', 2, 'signed'],
  0x12: ['long', 'i32', 4, 'signed'],
  0x13: ['long long', 'i64', 8, 'signed'],
  0x14: ['__int128', 'i128', 16, 'signed'],
  0x20: ['unsigned char', 'u8', 1, 'unsigned-char'],
  0x21: ['unsigned short', 'u16', 2, 'unsigned'],
  0x22: ['unsigned long', 'u32', 4, 'unsigned'],
  0x23: ['unsigned long long', 'u64', 8, 'unsigned'],
  0x24: ['unsigned __int128', 'u128', 16, 'unsigned'],
  0x30: ['bool', 'bool', 1, 'boolean'],
  0x31: ['bool', 'bool', 2, 'boolean'],
  0x32: ['bool', 'bool', 4, 'boolean'],
  0x33: ['bool', 'bool', 8, 'boolean'],
  0x40: ['float', 'f32', 4, 'float'],
  0x41: ['double', 'f64', 8, 'float'],
  0x42: ['long double', 'f80', 10, 'float'],
  0x43: ['__float128', 'f128', 16, 'float'],
  0x46: ['_Float16', 'f16', 2, 'float'],
  0x68: ['signed char', 'i8', 1, 'signed'],
  0x69: ['unsigned char', 'u8', 1, 'unsigned'],
  0x70: ['char', 'i8', 1, 'char'],
  0x71: ['wchar_t', 'u16', 2, 'utf'],
  0x72: ['short', 'i16', 2, 'signed'],
  0x73: ['unsigned short', 'u16', 2, 'unsigned'],
  0x74: ['int', 'i32', 4, 'signed'],
  0x75: ['unsigned int', 'u32', 4, 'unsigned'],
  0x76: ['long long', 'i64', 8, 'signed'],
  0x77: ['unsigned long long', 'u64', 8, 'unsigned'],
  0x78: ['__int128', 'i128', 16, 'signed'],
  0x79: ['unsigned __int128', 'u128', 16, 'unsigned'],
  0x7a: ['char16_t', 'u16', 2, 'utf'],
  0x7b: ['char32_t', 'char', 4, 'utf'],
  0x7c: ['char8_t', 'u8', 1, 'utf'],
};

const pointerSizes: Readonly<Record<number, number>> = { 1: 2, 2: 4, 3: 4, 4: 4, 5: 6, 6: 8, 7: 16 };

/** Encoding that a language gives to a number that CodeView does not tell from a character. */
const encodingOf = (encoding: BaseType['encoding'], language: Language): BaseType['encoding'] => {
  if (language !== 'rust') return encoding;
  return encoding === 'unsigned-char' ? 'unsigned' : encoding === 'char' ? 'signed' : encoding;
};

export const voidType = (language: Language, name = language === 'rust' ? '()' : 'void'): Type => ({ kind: 'void', name, qualifiedName: name, language, size: 0 });

export const baseType = (name: string, size: number, encoding: BaseType['encoding'], language: Language): BaseType => ({ kind: 'base', name, qualifiedName: name, language, size, encoding });

/** The number without its pointer, and the pointer's size where there is one. */
export const splitSimple = (index: number): { readonly target: number; readonly pointerSize: number | undefined } => ({ target: index & 0xff, pointerSize: pointerSizes[(index >> 8) & 0xf] });

/** A base type or void; `index` has no pointer. */
export const simpleType = (index: number, language: Language): Type => {
  const found = simple[index];
  if (!found) return voidType(language, index === 0 || index === 3 ? undefined : `<type 0x${index.toString(16)}>`);
  const [c, rust, size, encoding] = found;
  return baseType(language === 'rust' ? rust : c, size, encodingOf(encoding, language), language);
};

/** Rust's own names for base types, as they stand in generic arguments. */
const rustNames: Readonly<Record<string, readonly [size: number, encoding: BaseType['encoding']]>> = {
  ...Object.fromEntries(Object.values(simple).filter(([, name, , encoding]) => /^[iuf]\d+$/.test(name) && encoding !== 'utf').map(([, name, size, encoding]) => [name, [size, encodingOf(encoding, 'rust')] as const])),
  bool: [1, 'boolean'],
  char: [4, 'utf'],
};

export const rustBase = (name: string, addressSize: 4 | 8): Type | undefined => {
  if (name === 'usize' || name === 'isize') return baseType(name, addressSize, name === 'usize' ? 'unsigned' : 'signed', 'rust');
  if (name === 'never$') return voidType('rust', '!');
  const known = Object.hasOwn(rustNames, name) ? rustNames[name] : undefined;
  return known && baseType(name, known[0], known[1], 'rust');
};

/** CodeView writes `&T`, `*const T` and `*mut T` alike; C's pointers are named by the caller. */
export const rustPointer = (target: () => Type, size: number, flavor: PointerType['flavor'], named?: string): PointerType => ({
  kind: 'pointer',
  language: 'rust',
  size,
  flavor,
  get target() {
    return target();
  },
  get name() {
    return named ?? `*${this.target.name}`;
  },
  get qualifiedName() {
    return this.name;
  },
});
