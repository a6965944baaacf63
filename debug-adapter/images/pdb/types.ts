import type { AliasType, ArrayType, EnumType, FunctionType, Language, Member, PointerType, Type } from '../types';
import { arrayName, functionName, pointerName, spelled } from '../dwarf/type-names';
import { sizeOf } from '../dwarf/types';
import type { Cursor } from '../bytes/cursor';
import type { IndexHandle } from '../index/handle';
import { LF } from './codeview';
import { readFields } from './field-list';
import type { Field } from './field-list';
import { readSize } from './numeric';
import { rustPointer, simpleType, splitSimple, voidType } from './simple-types';
import { PdbStruct } from './structs';
import type { TypeLookup, TypeSurroundings } from './type-lookup';
import type { TypeStream } from './type-stream';
import { isUdt, plainName, readUdt, UdtIndex } from './udt';
import type { Udt } from './udt';

const modifier = { const: 1, volatile: 2 } as const;
const constPointer = 0x400;
const volatilePointer = 0x200;

/** Makes `Type`s from TPI records, one object for each record and language, whose parts are read when asked for. */
export class PdbTypes implements TypeLookup {
  readonly udts: UdtIndex;
  private readonly known = new Map<string, Type>();

  constructor(
    readonly stream: TypeStream,
    readonly around: TypeSurroundings,
    index: IndexHandle | undefined,
  ) {
    this.udts = new UdtIndex(stream, index);
  }

  at(index: number, language: Language): Type {
    const key = `${index} ${language}`;
    let type = this.known.get(key);
    if (!type) {
      type = this.make(index, language);
      this.known.set(key, type);
    }
    return type;
  }

  /** A function's signature record, LF_PROCEDURE or LF_MFUNCTION; undefined for anything else. */
  signature(index: number): { readonly returns: number; readonly parameters: number } | undefined {
    const kind = this.stream.kind(index);
    if (kind !== LF.procedure && kind !== LF.memberFunction) return undefined;
    const cursor = this.stream.record(index);
    const returns = cursor.u32();
    cursor.skip(kind === LF.procedure ? 4 : 12);
    return { returns, parameters: cursor.u32() };
  }

  fields(index: number): Field[] {
    return readFields(this.stream, index);
  }

  definition(index: number, udt: Udt): { readonly index: number; readonly udt: Udt } {
    const found = udt.forward ? this.udts.definition(udt.key) : undefined;
    return found === undefined ? { index, udt } : { index: found, udt: readUdt(this.stream, found) };
  }

  private make(index: number, language: Language): Type {
    if (index < this.stream.first) return this.makeSimple(index, language);
    const kind = this.stream.kind(index);
    if (isUdt(kind)) {
      const udt = readUdt(this.stream, index);
      return kind === LF.enum ? new PdbEnum(this, index, udt, language) : new PdbStruct(this, index, udt, language);
    }
    if (kind === 0) return voidType(language, `<type 0x${index.toString(16)}>`);
    const cursor = this.stream.record(index);
    switch (kind) {
      case LF.modifier: {
        const target = cursor.u32();
        return qualified(cursor.u16(), modifier.const, modifier.volatile, () => this.at(target, language), language);
      }
      case LF.pointer:
        return this.makePointer(cursor, language);
      case LF.array: {
        const element = cursor.u32();
        cursor.skip(4);
        return new PdbArray(() => this.at(element, language), readSize(cursor), language);
      }
      case LF.procedure:
      case LF.memberFunction:
        return new PdbFunctionType(this, index, language);
      case LF.bitField:
        return this.at(cursor.u32(), language);
      default:
        return voidType(language, `<type of kind 0x${kind.toString(16)}>`);
    }
  }

  private makeSimple(index: number, language: Language): Type {
    const { target, pointerSize } = splitSimple(index);
    if (pointerSize === undefined) return simpleType(target, language);
    return this.pointerTo(() => this.at(target, language), pointerSize, 'pointer', language);
  }

  private makePointer(cursor: Cursor, language: Language): Type {
    const target = cursor.u32();
    const attributes = cursor.u32();
    const mode = (attributes >> 5) & 7;
    const size = (attributes >> 13) & 0x3f || this.around.addressSize;
    const flavor = mode === 1 ? 'reference' : mode === 4 ? 'rvalue-reference' : 'pointer';
    const pointer = this.pointerTo(() => this.at(target, language), size, flavor, language);
    return language === 'rust' ? pointer : qualified(attributes, constPointer, volatilePointer, () => pointer, language);
  }

  private pointerTo(target: () => Type, size: number, flavor: PointerType['flavor'], language: Language): PointerType {
    return language === 'rust' ? rustPointer(target, size, flavor) : new PdbPointer(target, size, flavor, language);
  }

  /** A data member, of a bit field too. */
  member(field: Extract<Field, { kind: 'member' }>, language: Language): Member {
    const type = this.at(field.type, language);
    const base = { name: field.name, type, offset: field.offset, artificial: false };
    if (this.stream.kind(field.type) !== LF.bitField) return base;
    const cursor = this.stream.record(field.type);
    cursor.skip(4);
    const bitSize = cursor.u8();
    const bitOffset = field.offset * 8 + cursor.u8();
    return { ...base, offset: Math.floor(bitOffset / 8), bitOffset, bitSize };
  }
}

const qualified = (bits: number, constBit: number, volatileBit: number, target: () => Type, language: Language): Type => {
  let read = target;
  if (bits & volatileBit) {
    const inner = new PdbQualified('volatile', read, language);
    read = () => inner;
  }
  return bits & constBit ? new PdbQualified('const', read, language) : read();
};

class PdbQualified implements AliasType {
  readonly kind = 'alias';
  constructor(
    readonly flavor: AliasType['flavor'],
    private readonly read: () => Type,
    readonly language: Language,
  ) {}
  get target(): Type {
    return this.read();
  }
  get size(): number {
    return sizeOf(this.target);
  }
  get name(): string {
    const { target } = this;
    return target.kind === 'pointer' ? `${spelled(target)} ${this.flavor}` : `${this.flavor} ${spelled(target)}`;
  }
  get qualifiedName(): string {
    return this.name;
  }
}

class PdbPointer implements PointerType {
  readonly kind = 'pointer';
  constructor(
    private readonly read: () => Type,
    readonly size: number,
    readonly flavor: PointerType['flavor'],
    readonly language: Language,
  ) {}
  get target(): Type {
    return this.read();
  }
  get name(): string {
    return pointerName(this.target, this.flavor === 'pointer' ? '*' : this.flavor === 'reference' ? '&' : '&&');
  }
  get qualifiedName(): string {
    return this.name;
  }
}

/** A typedef: S_UDT gives it a name. */
export class PdbTypedef implements AliasType {
  readonly kind = 'alias';
  readonly flavor = 'typedef';
  constructor(
    readonly qualifiedName: string,
    readonly target: Type,
    readonly language: Language,
  ) {}
  get name(): string {
    return plainName(this.qualifiedName);
  }
  get size(): number {
    return sizeOf(this.target);
  }
}

class PdbArray implements ArrayType {
  readonly kind = 'array';
  constructor(
    private readonly read: () => Type,
    readonly size: number,
    readonly language: Language,
  ) {}
  get element(): Type {
    return this.read();
  }
  get count(): number | undefined {
    const each = sizeOf(this.element);
    // C's flexible array member has no size; a Rust array of none neither, but it has a count.
    if (this.size === 0 && this.language !== 'rust') return undefined;
    return each === 0 ? 0 : Math.floor(this.size / each);
  }
  get name(): string {
    return arrayName(this.element, this.count);
  }
  get qualifiedName(): string {
    return this.name;
  }
}

class PdbFunctionType implements FunctionType {
  readonly kind = 'function';
  readonly size = 0;
  constructor(
    private readonly types: PdbTypes,
    private readonly index: number,
    readonly language: Language,
  ) {}
  private get arguments(): number[] {
    return argumentsOf(this.types, this.index);
  }
  get returns(): Type {
    return this.types.at(this.types.signature(this.index)?.returns ?? 0, this.language);
  }
  get parameters(): readonly Type[] {
    return this.arguments.filter((type) => type !== 0).map((type) => this.types.at(type, this.language));
  }
  get variadic(): boolean {
    return this.arguments.includes(0);
  }
  get name(): string {
    return functionName(this.returns, this.parameters, this.variadic, this.language);
  }
  get qualifiedName(): string {
    return this.name;
  }
}

/** Types of a function's parameters; 0 stands for `...`. */
export const argumentsOf = (types: PdbTypes, signature: number): number[] => {
  const list = types.signature(signature)?.parameters;
  if (list === undefined || types.stream.kind(list) !== LF.argumentList) return [];
  const cursor = types.stream.record(list);
  const count = Math.min(cursor.u32(), 1024);
  return Array.from({ length: count }, () => cursor.u32());
};

class PdbEnum implements EnumType {
  readonly kind = 'enum';
  readonly name: string;
  private lazy: { index: number; udt: Udt } | undefined;
  private lazyEnumerators: EnumType['enumerators'] | undefined;
  constructor(
    private readonly types: PdbTypes,
    private readonly index: number,
    private readonly udt: Udt,
    readonly language: Language,
  ) {
    this.name = plainName(udt.name);
  }
  get qualifiedName(): string {
    return this.name === '' ? '' : this.udt.name;
  }
  private get definition(): Udt {
    return (this.lazy ??= this.types.definition(this.index, this.udt)).udt;
  }
  private get underlying(): Type {
    return this.types.at(this.definition.underlying, this.language);
  }
  get size(): number {
    return sizeOf(this.underlying);
  }
  get signed(): boolean {
    const type = this.underlying;
    return type.kind === 'base' && (type.encoding === 'signed' || type.encoding === 'char');
  }
  get enumerators(): EnumType['enumerators'] {
    if (this.lazyEnumerators) return this.lazyEnumerators;
    const bits = Math.max(8, this.size * 8);
    const wrap = (value: bigint): bigint => (this.signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
    this.lazyEnumerators = this.types.fields(this.definition.fields).flatMap((field) => (field.kind === 'enumerator' ? [{ name: field.name, value: wrap(field.value) }] : []));
    return this.lazyEnumerators;
  }
}
