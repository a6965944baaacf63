import type { Language, Member, SourcePlace, Type } from '../types';
import type { Field } from './field-list';
import type { TypeStream } from './type-stream';
import type { Udt } from './udt';

/** What types need from the rest of the PDB. */
export interface TypeSurroundings {
  readonly addressSize: 4 | 8;
  /** Value of a constant that stands outside the types: `Variant0::DISCR_EXACT`. */
  constant(name: string): bigint | undefined;
  /** Where a type was declared. */
  declared(index: number): SourcePlace | undefined;
}

/** How one type finds the others that it is made of, by their TPI records. */
export interface TypeLookup {
  readonly stream: TypeStream;
  readonly around: TypeSurroundings;
  /** Record of the definition of a struct, union or enum of that key. */
  readonly udts: { definition(key: string): number | undefined };
  at(index: number, language: Language): Type;
  fields(index: number): Field[];
  member(field: Extract<Field, { readonly kind: 'member' }>, language: Language): Member;
  /** The definition of a type that may only be declared here. */
  definition(index: number, udt: Udt): { readonly index: number; readonly udt: Udt };
}
