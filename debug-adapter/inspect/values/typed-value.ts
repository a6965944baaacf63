import { failure } from '../../errors/catalogue';
import { chainErrors } from '../../errors/chains';
import { programErrors } from '../../errors/program';
import type { Type } from '../../images/types';
import { strip } from '../../images/types';
import type { Memory } from '../../machine/machine';
import type { Value } from '../value';
import type { FoundMember } from './members';
import { findMember, typeName } from './members';
import type { Place } from './place';
import { fromBytes, heldBytes, readPlace, toBytes, writePlace } from './place';
import { arrayOf, countedContent, innerPointer, isReference, sliceShape, strOf } from './pointers';
import { readText } from './text';
import { activeVariant } from './variants';

interface Bits {
  /** Bits from the first byte of the value. */
  readonly offset: number;
  readonly size: number;
}

/** Elements of one slice; more means that its length is not a length. */
const longestSlice = 1n << 40n;

/** A value wherever it is: memory, registers, pieces of both, constants. */
export class TypedValue implements Value {
  readonly bits?: Bits;

  constructor(
    readonly type: Type,
    readonly place: Place,
    readonly memory: Memory,
    /** Bytes from the start of `place`; 0 for memory, whose address says it. */
    private readonly offset = 0,
    bits?: Bits,
  ) {
    if (bits) this.bits = bits;
  }

  static at(type: Type, address: bigint, memory: Memory): TypedValue {
    return new TypedValue(type, { kind: 'memory', address: BigInt.asUintN(64, address) }, memory);
  }

  static of(type: Type, bytes: Uint8Array, memory: Memory): TypedValue {
    return new TypedValue(type, { kind: 'bytes', bytes }, memory);
  }

  get address(): bigint | undefined {
    return this.place.kind === 'memory' ? this.place.address : undefined;
  }

  /** Why there is no value; undefined when there may be one. */
  get absence(): string | undefined {
    return this.place.kind === 'absent' ? this.place.reason : undefined;
  }

  async bytes(): Promise<Uint8Array> {
    const size = this.type.size;
    if (!this.bits) return readPlace(this.place, this.offset, size, this.memory, () => typeName(this.type));
    const raw = await readPlace(this.place, this.offset, Math.ceil((this.bits.offset + this.bits.size) / 8), this.memory, () => typeName(this.type));
    return toBytes(BigInt.asUintN(this.bits.size, fromBytes(raw) >> BigInt(this.bits.offset)), size);
  }

  /** So many bytes from its start where they were fetched at this stop already, not copied: to be read only. */
  held(length: number): Uint8Array | undefined {
    return this.bits ? undefined : heldBytes(this.place, this.offset, length, this.memory);
  }

  /** Replaces the bytes; a bit field keeps its neighbours. Throws BS356 where that cannot be done. */
  async write(bytes: Uint8Array): Promise<void> {
    const { bits } = this;
    if (!bits) return writePlace(this.place, this.offset, bytes, this.memory, typeName(this.type));
    const length = Math.ceil((bits.offset + bits.size) / 8);
    const old = fromBytes(await readPlace(this.place, this.offset, length, this.memory, () => typeName(this.type)));
    const mask = ((1n << BigInt(bits.size)) - 1n) << BigInt(bits.offset);
    const merged = (old & ~mask) | ((fromBytes(bytes) << BigInt(bits.offset)) & mask);
    return writePlace(this.place, this.offset, toBytes(merged, length), this.memory, typeName(this.type));
  }

  /** A part of this value as a value. */
  part(type: Type, offset: number, bits?: Bits): TypedValue {
    const { place } = this;
    if (place.kind === 'memory') {
      return new TypedValue(type, { kind: 'memory', address: BigInt.asUintN(64, place.address + BigInt(offset)) }, this.memory, 0, bits);
    }
    return new TypedValue(type, place, this.memory, this.offset + offset, bits);
  }

  cast(type: Type): TypedValue {
    return new TypedValue(type, this.place, this.memory, this.offset);
  }

  member(name: string): TypedValue {
    const holder = this.holder();
    const type = strip(holder.type);
    const found = type.kind === 'struct' ? findMember(type, name) : undefined;
    if (!found) throw failure(chainErrors.noMember, { type: typeName(holder.type), member: name });
    return holder.field(found);
  }

  hasMember(name: string): boolean {
    const type = strip(this.holder().type);
    return type.kind === 'struct' && findMember(type, name) !== undefined;
  }

  /** A member that was found in the type before. */
  field(member: FoundMember): TypedValue {
    if (member.bitSize === undefined) return this.part(member.type, member.offset);
    const bitOffset = member.bitOffset ?? member.offset * 8;
    return this.part(member.type, Math.floor(bitOffset / 8), { offset: bitOffset % 8, size: member.bitSize });
  }

  /** What a reference refers to, unread; the value itself otherwise. */
  private holder(): TypedValue {
    const type = strip(this.type);
    if (type.kind !== 'pointer' || !isReference(type)) return this;
    return new TypedValue(type.target, { kind: 'behind', pointer: () => this.integer(), offset: 0 }, this.memory);
  }

  async path(path: string): Promise<TypedValue> {
    let current: TypedValue = this.here();
    for (const name of path.split('.')) {
      if (!current.hasMember(name) && innerPointer(current.type)) current = await current.deref();
      current = current.member(name);
    }
    return current;
  }

  private here(): TypedValue {
    return new TypedValue(this.type, this.place, this.memory, this.offset, this.bits);
  }

  index(n: number | bigint): TypedValue {
    const type = strip(this.type);
    if (type.kind !== 'array') throw failure(programErrors.notArray, { type: typeName(this.type) });
    return this.part(type.element, Number(n) * type.element.size);
  }

  async deref(): Promise<TypedValue> {
    const own = strip(this.type);
    if (this.place.kind === 'implicit-pointer' && own.kind === 'pointer') {
      return this.place.target((place, offset) => new TypedValue(own.target, place, this.memory).part(own.target, offset));
    }
    const slice = sliceShape(this.type);
    if (slice) {
      const count = await this.part(slice.pointer.type, slice.lengthOffset).unsigned(slice.lengthSize);
      const room = slice.capacity && (await this.part(slice.capacity.type, slice.capacity.offset).integer());
      if (room !== undefined && count > room) throw failure(programErrors.damaged, { type: typeName(this.type), detail: `${count} elements in room for ${room}` });
      if (count > longestSlice) throw failure(programErrors.numberTooLarge, { value: count, type: typeName(this.type) });
      const start = await this.part(slice.pointer.type, slice.pointer.offset).integer();
      return TypedValue.at(slice.text ? strOf(slice.element, Number(count)) : arrayOf(slice.element, Number(count), 'rust'), start + BigInt(slice.start ?? 0), this.memory);
    }
    const inner = this.pointerHere();
    if (!inner) throw failure(chainErrors.notPointer, { type: typeName(this.type) });
    const type = strip(inner.type);
    if (type.kind !== 'pointer') throw failure(chainErrors.notPointer, { type: typeName(this.type) });
    const address = await inner.integer();
    const counted = countedContent(type.target);
    return counted ? TypedValue.at(counted.type, address + BigInt(counted.offset), this.memory) : TypedValue.at(type.target, address, this.memory);
  }

  /** The pointer that `deref` follows: this value, or the one inside a smart pointer or a `dyn` pointer. */
  private pointerHere(): TypedValue | undefined {
    const inner = innerPointer(this.type);
    if (inner) return this.part(inner.type, inner.offset);
    const type = strip(this.type);
    if (type.kind !== 'struct' || type.language === 'c') return undefined;
    const data = type.members.find(({ name }) => name === 'pointer' || name === 'data_ptr');
    const isDynamic = data !== undefined && type.members.some(({ name }) => name === 'vtable');
    return isDynamic ? this.field(data).pointerHere() : undefined;
  }

  private async unsigned(size: number): Promise<bigint> {
    return fromBytes(await readPlace(this.place, this.offset, size, this.memory, () => typeName(this.type)));
  }

  async integer(): Promise<bigint> {
    const type = strip(this.type);
    const signed = isSigned(type);
    if (signed === undefined) throw failure(programErrors.notNumber, { type: typeName(this.type) });
    const value = fromBytes(this.held(type.size) ?? (await this.bytes()));
    return signed ? BigInt.asIntN(this.bits?.size ?? type.size * 8, value) : value;
  }

  async number(): Promise<number> {
    const value = await this.integer();
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw failure(programErrors.numberTooLarge, { value, type: typeName(this.type) });
    return number;
  }

  async isNull(): Promise<boolean> {
    const pointer = sliceShape(this.type)?.pointer ?? innerPointer(this.type);
    const value = pointer ? this.part(pointer.type, pointer.offset) : (this.pointerHere() ?? this);
    return (await value.integer()) === 0n;
  }

  async string(max = 4096): Promise<string> {
    return readText(this, max);
  }

  async variant(): Promise<{ readonly name: string; readonly payload: TypedValue }> {
    const { name, member } = await activeVariant(this);
    return { name, payload: member ? this.field(member) : this };
  }
}

/** True for signed, false for unsigned; undefined for what is no integer. */
export const isSigned = (type: Type): boolean | undefined => {
  switch (type.kind) {
    case 'base':
      return type.encoding === 'float' ? undefined : type.encoding === 'signed' || type.encoding === 'char';
    case 'enum':
      return type.signed;
    case 'pointer':
      return false;
    default:
      return undefined;
  }
};
