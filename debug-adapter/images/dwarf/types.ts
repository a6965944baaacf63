import { failure } from '../../errors/catalogue';
import type { BootscopeError } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import type { SectionBytes } from '../bytes/section-bytes';
import type { AliasType, ArrayType, BaseType, EnumType, FunctionType, Language, PointerType, SourcePlace, StructType, Type, VoidType } from '../types';
import { isCppLikeEnum } from '../cpp-like-enum';
import { AT, FORM, TAG } from './constants';
import { cppLikeVariants } from './cpp-like-variants';
import type { Die } from './die';
import type { LineTables } from './line-tables';
import { membersOf, variantPartOf } from './members';
import { shownNameOf, shownQualifiedNameOf } from './names';
import { arrayName, functionName, pointerName, spelled } from './type-names';

/** Finds the definition of a type that is only declared here. */
export type Definitions = (declaration: Die) => Die | undefined;

/** Makes `Type`s from DIEs, one object for each, whose parts are read when asked for. */
export class TypeReader {
  /** By section, since every split file has its own; in it by offset. */
  private readonly known = new Map<SectionBytes, Map<number, Type>>();
  private readonly voids = new Map<Language, VoidType>();

  constructor(
    readonly lines: LineTables,
    readonly definitionOf: Definitions,
  ) {}

  /** Type that a DIE's DW_AT_type names; void when there is none. Throws BS214 where the file that says so is missing. */
  typeOf(die: Die): Type {
    let last = die;
    for (const link of die.chain()) {
      const target = link.reference(AT.type);
      if (target) return this.typeAt(target);
      last = link;
    }
    const missing = whyUntold(last);
    if (missing) throw missing;
    return this.voidOf(die.unit.language);
  }

  typeAt(die: Die): Type {
    const { section } = die.unit;
    let known = this.known.get(section);
    if (!known) this.known.set(section, (known = new Map()));
    let type = known.get(die.offset);
    if (!type) {
      type = this.make(die);
      known.set(die.offset, type);
    }
    return type;
  }

  voidOf(language: Language): VoidType {
    let type = this.voids.get(language);
    if (!type) {
      const name = language === 'rust' ? '()' : 'void';
      type = { kind: 'void', name, qualifiedName: name, language, size: 0 };
      this.voids.set(language, type);
    }
    return type;
  }

  private make(die: Die): Type {
    switch (die.tag) {
      case TAG.base_type:
        return new DwarfBase(die);
      case TAG.pointer_type:
        return new DwarfPointer(die, this, 'pointer');
      case TAG.reference_type:
        return new DwarfPointer(die, this, 'reference');
      case TAG.rvalue_reference_type:
        return new DwarfPointer(die, this, 'rvalue-reference');
      case TAG.structure_type:
      case TAG.interface_type:
        return new DwarfStruct(die, this, 'struct');
      case TAG.class_type:
        return new DwarfStruct(die, this, 'class');
      case TAG.union_type:
        return new DwarfStruct(die, this, 'union');
      case TAG.enumeration_type:
        return new DwarfEnum(die, this);
      case TAG.array_type:
        return this.makeArray(die);
      case TAG.subroutine_type:
        return new DwarfFunctionType(die, this);
      case TAG.typedef:
        return new DwarfAlias(die, this, 'typedef');
      case TAG.const_type:
      case TAG.immutable_type:
        return new DwarfAlias(die, this, 'const');
      case TAG.volatile_type:
        return new DwarfAlias(die, this, 'volatile');
      case TAG.restrict_type:
        return new DwarfAlias(die, this, 'restrict');
      case TAG.atomic_type:
        return new DwarfAlias(die, this, 'atomic');
      case TAG.subrange_type:
        return this.typeOf(die);
      default: {
        // DW_TAG_unspecified_type (nullptr_t, Rust's `!` in places) and what no kind of ours stands for.
        const name = shownNameOf(die);
        return { kind: 'void', name: name === '' ? 'void' : name, qualifiedName: name === '' ? 'void' : name, language: die.unit.language, size: 0 };
      }
    }
  }

  private makeArray(die: Die): Type {
    const bounds = [...die.children()].filter((child) => child.tag === TAG.subrange_type || child.tag === TAG.enumeration_type).map(countOf);
    if (bounds.length === 0) bounds.push(undefined);
    let dimension: ArrayType | undefined;
    const element = (): Type => this.typeOf(die);
    for (const count of bounds.reverse()) {
      const inner: ArrayType | undefined = dimension;
      dimension = new DwarfArray(die.unit.language, inner ? () => inner : element, count, shownNameOf(die));
    }
    return dimension ?? this.voidOf(die.unit.language);
  }
}

/** Why the entry that ends a chain has no type, where it should say one or leads to what would. */
const whyUntold = (die: Die): BootscopeError | undefined => {
  const { unit } = die;
  // What a skeleton says of its functions is their names and code.
  if (unit.missing) return unit.missing;
  if (!die.has(AT.type) && !die.has(AT.abstract_origin) && !die.has(AT.specification)) return undefined;
  if (die.place(AT.type)?.form === FORM.ref_sig8) return missingType(die, AT.type);
  return unit.file.missing;
};

/** Throws BS214 for a type unit that an attribute names and no file has. */
export const missingType = (die: Die, attribute: number): never => {
  const { unit } = die;
  const place = die.place(attribute);
  const signature = place?.form === FORM.ref_sig8 ? `0x${unit.view.getBigUint64(place.at, true).toString(16).padStart(16, '0')}` : 'that an entry names';
  throw failure(imageErrors.partMissing, {
    missing: `The type unit ${signature}`,
    file: unit.file.source.path,
    reason: 'no file that was read has it; it is in the .dwp package, or the .dwo file, of the unit that defines the type',
  });
};

/** Elements of one array dimension; undefined where it is open or only known at run time. */
const countOf = (subrange: Die): number | undefined => {
  // Counts and bounds fill the forms they are written in: 0xff in one byte is 255, not -1.
  const count = subrange.integer(AT.count, false);
  if (count !== undefined) return isMinusOne(count) ? undefined : Number(count);
  const upper = subrange.block(AT.upper_bound) ? undefined : subrange.integer(AT.upper_bound, false);
  if (upper === undefined) return undefined;
  // gcc writes an upper bound of -1 for `int a[0]`.
  const result = isMinusOne(upper) ? 0 : Number(upper - (subrange.integer(AT.lower_bound, true) ?? 0n)) + 1;
  return result < 0 ? undefined : result;
};

const isMinusOne = (value: bigint): boolean => value < 0n || value === 0xffff_ffffn || value === 0xffff_ffff_ffff_ffffn;

abstract class DwarfNamed {
  private lazyName: string | undefined;
  private lazyQualified: string | undefined;
  readonly language: Language;

  constructor(protected readonly die: Die) {
    this.language = die.unit.language;
  }
  get name(): string {
    return (this.lazyName ??= shownNameOf(this.die));
  }
  get qualifiedName(): string {
    return (this.lazyQualified ??= shownQualifiedNameOf(this.die));
  }
}

/** DW_ATE_* of DWARF 5, table 7.11. */
const encodings: Readonly<Record<number, BaseType['encoding']>> = { 2: 'boolean', 4: 'float', 5: 'signed', 6: 'char', 7: 'unsigned', 8: 'unsigned-char', 0x10: 'utf' };

class DwarfBase extends DwarfNamed implements BaseType {
  readonly kind = 'base';
  get size(): number {
    return this.die.number(AT.byte_size) ?? Math.ceil((this.die.number(AT.bit_size) ?? 0) / 8);
  }
  get encoding(): BaseType['encoding'] {
    return encodings[this.die.number(AT.encoding) ?? 0] ?? 'other';
  }
}

class DwarfPointer implements PointerType {
  readonly kind = 'pointer';
  readonly language: Language;
  constructor(
    private readonly die: Die,
    private readonly types: TypeReader,
    readonly flavor: PointerType['flavor'],
  ) {
    this.language = die.unit.language;
  }
  get size(): number {
    return this.die.number(AT.byte_size) ?? this.die.unit.addressSize;
  }
  get target(): Type {
    return this.types.typeOf(this.die);
  }
  get name(): string {
    const own = shownNameOf(this.die);
    return own !== '' ? own : pointerName(this.target, this.flavor === 'pointer' ? '*' : this.flavor === 'reference' ? '&' : '&&');
  }
  get qualifiedName(): string {
    return this.name;
  }
}

class DwarfStruct extends DwarfNamed implements StructType {
  readonly kind = 'struct';
  private lazyDefinition: Die | undefined;
  private lazyMembers: StructType['members'] | undefined;
  private lazyVariants: { part: StructType['variantPart'] | undefined } | undefined;

  constructor(
    die: Die,
    private readonly types: TypeReader,
    readonly flavor: StructType['flavor'],
  ) {
    super(die);
  }
  /** The entry with the members: another one when this one only declares. */
  private get definition(): Die {
    return (this.lazyDefinition ??= this.die.has(AT.declaration) || this.die.has(AT.signature) ? (this.types.definitionOf(this.die) ?? this.die) : this.die);
  }
  override get name(): string {
    return this.die.has(AT.name) ? super.name : shownNameOf(this.die.has(AT.signature) ? this.definition : this.die);
  }
  get declaration(): boolean {
    return this.definition.flag(AT.declaration);
  }
  get size(): number {
    return this.definition.number(AT.byte_size) ?? 0;
  }
  get members(): StructType['members'] {
    if (this.isCppLike && this.variantPart) return [];
    return (this.lazyMembers ??= membersOf(this.definition, this.types));
  }
  /** A Rust enum as a union, as rustc writes it for UEFI. */
  private get isCppLike(): boolean {
    return this.flavor === 'union' && this.language === 'rust' && isCppLikeEnum(this.name);
  }
  get variantPart(): StructType['variantPart'] {
    this.lazyVariants ??= { part: this.isCppLike ? cppLikeVariants(this.definition, this.types) : variantPartOf(this.definition, this.types) };
    return this.lazyVariants.part;
  }
  get templateParameters(): StructType['templateParameters'] {
    const result: { name: string; type: Type }[] = [];
    for (const child of this.definition.children())
      if (child.tag === TAG.template_type_parameter) result.push({ name: shownNameOf(child), type: this.types.typeOf(child) });
    return result;
  }
  get declared(): SourcePlace | undefined {
    return this.types.lines.declared(this.definition);
  }
}

class DwarfEnum extends DwarfNamed implements EnumType {
  readonly kind = 'enum';
  private lazyEnumerators: EnumType['enumerators'] | undefined;
  constructor(
    die: Die,
    private readonly types: TypeReader,
  ) {
    super(die);
  }
  private get definition(): Die {
    return this.die.has(AT.declaration) || this.die.has(AT.signature) ? (this.types.definitionOf(this.die) ?? this.die) : this.die;
  }
  get size(): number {
    return this.definition.number(AT.byte_size) ?? sizeOf(this.types.typeOf(this.definition));
  }
  get signed(): boolean {
    const { definition } = this;
    const encoding = definition.number(AT.encoding);
    if (encoding !== undefined) return encodings[encoding] === 'signed' || encodings[encoding] === 'char';
    for (let type = definition.has(AT.type) ? this.types.typeOf(definition) : undefined, depth = 0; type && depth < 64; depth++) {
      if (type.kind === 'base') return type.encoding === 'signed' || type.encoding === 'char';
      type = type.kind === 'alias' ? type.target : undefined;
    }
    return this.raw(true).some(({ value }) => value < 0n);
  }
  get enumerators(): EnumType['enumerators'] {
    if (!this.lazyEnumerators) this.lazyEnumerators = this.raw(this.signed);
    return this.lazyEnumerators;
  }
  /** Only sdata says its sign; fixed-size forms follow the type's. */
  private raw(signed: boolean): { name: string; value: bigint }[] {
    const result: { name: string; value: bigint }[] = [];
    const bits = BigInt(Math.min(128, Math.max(8, this.size * 8)));
    for (const child of this.definition.children()) {
      if (child.tag !== TAG.enumerator) continue;
      const value = child.integer(AT.const_value, false) ?? 0n;
      const wide = signed && value >= 0n && value >> (bits - 1n) === 1n ? BigInt.asIntN(Number(bits), value) : value;
      result.push({ name: shownNameOf(child), value: signed ? wide : BigInt.asUintN(Number(bits), wide) });
    }
    return result;
  }
}

class DwarfArray implements ArrayType {
  readonly kind = 'array';
  constructor(
    readonly language: Language,
    private readonly readElement: () => Type,
    readonly count: number | undefined,
    private readonly own: string,
  ) {}
  get element(): Type {
    return this.readElement();
  }
  get size(): number {
    return this.count === undefined ? 0 : this.count * sizeOf(this.element);
  }
  get name(): string {
    return this.own !== '' ? this.own : arrayName(this.element, this.count);
  }
  get qualifiedName(): string {
    return this.name;
  }
}

class DwarfFunctionType implements FunctionType {
  readonly kind = 'function';
  readonly size = 0;
  readonly language: Language;
  constructor(
    private readonly die: Die,
    private readonly types: TypeReader,
  ) {
    this.language = die.unit.language;
  }
  get returns(): Type {
    return this.types.typeOf(this.die);
  }
  get parameters(): readonly Type[] {
    return [...this.die.children()].filter((child) => child.tag === TAG.formal_parameter).map((child) => this.types.typeOf(child));
  }
  get variadic(): boolean {
    return [...this.die.children()].some((child) => child.tag === TAG.unspecified_parameters);
  }
  get name(): string {
    const own = shownNameOf(this.die);
    return own !== '' ? own : functionName(this.returns, this.parameters, this.variadic, this.language);
  }
  get qualifiedName(): string {
    return this.name;
  }
}

class DwarfAlias extends DwarfNamed implements AliasType {
  readonly kind = 'alias';
  constructor(
    die: Die,
    private readonly types: TypeReader,
    readonly flavor: AliasType['flavor'],
  ) {
    super(die);
  }
  get target(): Type {
    return this.types.typeOf(this.die);
  }
  get size(): number {
    return sizeOf(this.target);
  }
  override get name(): string {
    const own = super.name;
    if (own !== '' || this.flavor === 'typedef') return own;
    const { target } = this;
    // `char *const` qualifies the pointer, `const char` what it stands before.
    if (target.kind === 'pointer') return `${spelled(target)} ${this.flavor}`;
    const inner = spelled(target);
    return this.flavor === 'volatile' && inner.startsWith('const ') ? `const volatile ${inner.slice(6)}` : `${this.flavor} ${inner}`;
  }
  override get qualifiedName(): string {
    return this.flavor === 'typedef' ? super.qualifiedName : this.name;
  }
}

/** Size of a type behind its aliases, guarded against chains that loop. */
export const sizeOf = (type: Type): number => {
  let current = type;
  for (let depth = 0; current.kind === 'alias' && depth < 64; depth++) current = current.target;
  return current.kind === 'alias' ? 0 : current.size;
};
