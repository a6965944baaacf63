/** What every debug-information reader (DWARF, PDB) gives for types. Getters are lazy; a type may be cyclic. Sizes are bytes. */
export type Type = BaseType | PointerType | StructType | EnumType | ArrayType | FunctionType | AliasType | VoidType;

export type Language = 'c' | 'rust' | 'asm' | 'other';

interface Named {
  /** As written in the source, without path; `''` for an anonymous type. Rust generics are part of the name: `Option<u64>`. */
  readonly name: string;
  /** With namespaces, `core::option::Option<u64>`; the same as `name` in C. */
  readonly qualifiedName: string;
  readonly language: Language;
}

export interface BaseType extends Named {
  readonly kind: 'base';
  readonly size: number;
  readonly encoding: 'signed' | 'unsigned' | 'boolean' | 'float' | 'char' | 'unsigned-char' | 'utf' | 'other';
}

export interface PointerType extends Named {
  readonly kind: 'pointer';
  readonly size: number;
  readonly flavor: 'pointer' | 'reference' | 'rvalue-reference';
  /** `void` has kind 'void'. */
  readonly target: Type;
}

export interface Member {
  /** `''` for an anonymous struct or union member; Rust tuple fields are `__0`, `__1`. */
  readonly name: string;
  readonly type: Type;
  /** Bytes from the start of the aggregate. */
  readonly offset: number;
  /** Bit field: bits from the start of the aggregate (little endian), and width. */
  readonly bitOffset?: number;
  readonly bitSize?: number;
  readonly artificial: boolean;
}

/** A Rust enum's DW_TAG_variant_part, or the same thing found in CodeView. */
export interface VariantPart {
  /** Left out: a single-variant enum without a tag. */
  readonly discriminant?: Member;
  readonly variants: readonly Variant[];
}

export interface Variant {
  readonly name: string;
  /** Discriminant values, unsigned at the discriminant's width, ends included; left out: the default (niche) variant. */
  readonly values?: readonly { readonly low: bigint; readonly high: bigint }[];
  /** The payload struct, at its offset in the enum. */
  readonly member: Member;
}

export interface StructType extends Named {
  readonly kind: 'struct';
  readonly flavor: 'struct' | 'union' | 'class';
  readonly size: number;
  /** True: only declared here and defined nowhere that this image knows. */
  readonly declaration: boolean;
  readonly members: readonly Member[];
  readonly variantPart?: VariantPart | undefined;
  readonly templateParameters: readonly { readonly name: string; readonly type: Type }[];
  readonly declared?: SourcePlace | undefined;
}

export interface EnumType extends Named {
  readonly kind: 'enum';
  readonly size: number;
  readonly signed: boolean;
  readonly enumerators: readonly { readonly name: string; readonly value: bigint }[];
}

export interface ArrayType extends Named {
  readonly kind: 'array';
  readonly element: Type;
  /** Outermost dimension first; undefined is a flexible or unknown bound. A multi-dimensional array nests: `element` is an array. */
  readonly count: number | undefined;
  /** 0 where `count` is undefined. */
  readonly size: number;
}

export interface FunctionType extends Named {
  readonly kind: 'function';
  readonly size: 0;
  readonly returns: Type;
  readonly parameters: readonly Type[];
  readonly variadic: boolean;
}

export interface AliasType extends Named {
  readonly kind: 'alias';
  readonly flavor: 'typedef' | 'const' | 'volatile' | 'restrict' | 'atomic';
  readonly target: Type;
  readonly size: number;
}

export interface VoidType extends Named {
  readonly kind: 'void';
  readonly size: 0;
}

export interface SourcePlace {
  /** Absolute path as the compiler recorded it (joined with the compilation directory), `/` separators. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** The type without typedefs and qualifiers. */
export const strip = (type: Type): Exclude<Type, AliasType> => {
  let current = type;
  for (let depth = 0; current.kind === 'alias' && depth < 64; depth++) current = current.target;
  if (current.kind === 'alias') throw new RangeError(`type alias chain of ${type.name} does not end`);
  return current;
};
