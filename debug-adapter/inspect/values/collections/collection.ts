import { failure } from '../../../errors/catalogue';
import { programErrors } from '../../../errors/program';
import type { StructType, Type } from '../../../images/types';
import { strip } from '../../../images/types';
import { typeName } from '../members';
import { sizedMembers } from '../pointers';
import type { TypedValue } from '../typed-value';

export interface Entry {
  /** Of a map. */
  readonly key?: TypedValue;
  readonly value: TypedValue;
}

/** A library's collection as its user thinks of it. Entries are read as they are asked for. */
export interface Collection {
  readonly kind: 'map' | 'set' | 'list';
  readonly length: number;
  /** Entries `[start, start + count)` in the collection's own order, fewer behind the end. Throws BS367 where it is damaged. */
  entries(start: number, count: number): Promise<readonly Entry[]>;
}

/** More entries than memory holds. */
export const mostEntries = 1n << 40n;

export const damaged = (value: TypedValue, detail: string): Error => failure(programErrors.damaged, { type: typeName(value.type), detail });

/** A struct of Rust's own libraries or of hashbrown, which std's maps are made of. */
export const libraryStruct = (type: Type): StructType | undefined => {
  const real = strip(type);
  return real.kind === 'struct' && real.language !== 'c' && !real.variantPart && /^(std|alloc|core|hashbrown)::/.test(real.qualifiedName) ? real : undefined;
};

/** A generic argument by the name of its parameter; by its position where the debug information has no names, as CodeView. */
export const parameterOf = (type: StructType, name: string, position: number): Type | undefined => {
  const { templateParameters } = type;
  return (templateParameters.every((parameter) => parameter.name === '') ? templateParameters[position] : templateParameters.find((parameter) => parameter.name === name))?.type;
};

/** A count that a collection keeps, checked. */
export const countOf = async (collection: TypedValue, count: TypedValue): Promise<number> => {
  const number = await count.integer();
  if (number < 0n || number > mostEntries) throw damaged(collection, `it says that it holds ${number} entries`);
  return Number(number);
};

/** What `MaybeUninit<T>` holds once it is written: through its union and the wrappers in it (library/core/src/mem/maybe_uninit.rs, manually_drop.rs). */
export const initialised = (value: TypedValue): TypedValue => {
  let current = value;
  for (let depth = 0; depth < 4; depth++) {
    const type = strip(current.type);
    if (type.kind !== 'struct' || !/^(MaybeUninit|ManuallyDrop|MaybeDangling)(<|$)/.test(type.name)) return current;
    const member = type.members.find(({ name }) => name === 'value') ?? sizedMembers(type)[0] ?? type.members[0];
    if (!member) return current;
    current = current.field(member);
  }
  return current;
};
