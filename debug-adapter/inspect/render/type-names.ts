import { rustTypeName } from '../../images/demangle/cpp-like-names';
import type { Type } from '../../images/types';
import { strip } from '../../images/types';

/** A type as its user wrote it: `struct mount *`, `Option<u64>`. */
export const displayTypeName = (type: Type): string => {
  const { name } = type;
  if (type.language !== 'c') return name === '' ? '{…}' : rustTypeName(name);
  if (type.kind === 'struct') return `${type.flavor} ${name === '' ? '{…}' : name}`;
  if (type.kind === 'enum') return `enum ${name === '' ? '{…}' : name}`;
  return name;
};

/** Name of a struct or variant in a value: without path and generics. */
export const shortName = (type: Type): string => {
  const name = rustTypeName(strip(type).name);
  const generic = name.indexOf('<');
  return generic > 0 ? name.slice(0, generic) : name;
};

/** A tuple, or a struct or variant with unnamed fields. */
export const isTupleLike = (names: readonly string[]): boolean => names.length > 0 && names.every((name, i) => name === `__${i}`);

/** A member as Rust writes it: `0` for `__0`. */
export const memberLabel = (name: string, language: Type['language']): string => (language !== 'c' && /^__\d+$/.test(name) ? name.slice(2) : name);
