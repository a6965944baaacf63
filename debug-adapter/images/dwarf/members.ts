import type { Member, Type, Variant, VariantPart } from '../types';
import { strip } from '../types';
import { AT, TAG } from './constants';
import type { Die } from './die';
import { leb, readUleb } from './forms';
import { shownNameOf } from './names';
import { sizeOf } from './types';
import type { TypeReader } from './types';

/** Data members in order; base classes come as unnamed members. Static members are not part of the layout. */
export const membersOf = (die: Die, types: TypeReader): Member[] => {
  const members: Member[] = [];
  for (const child of die.children()) {
    if (child.tag !== TAG.member && child.tag !== TAG.inheritance) continue;
    if (child.flag(AT.external) || child.flag(AT.declaration)) continue;
    members.push(memberOf(child, types));
  }
  return members;
};

const memberOf = (die: Die, types: TypeReader): Member => {
  const type = types.typeOf(die);
  const offset = offsetOf(die);
  const base = { name: shownNameOf(die), type, offset, artificial: die.flag(AT.artificial) };
  const bitSize = die.number(AT.bit_size);
  if (bitSize === undefined) return base;
  const bitOffset = bitOffsetOf(die, type, offset, bitSize);
  return { ...base, offset: die.has(AT.data_bit_offset) ? Math.floor(bitOffset / 8) : offset, bitOffset, bitSize };
};

const bitOffsetOf = (die: Die, type: Type, offset: number, bitSize: number): number => {
  const fromStart = die.number(AT.data_bit_offset);
  if (fromStart !== undefined) return fromStart;
  // Before DWARF 4: bits from the most significant end of a storage unit (DWARF 3, 5.6.6).
  const fromTop = die.integer(AT.bit_offset, true);
  const storage = die.number(AT.byte_size) ?? sizeOf(type);
  return offset * 8 + (fromTop === undefined ? 0 : storage * 8 - Number(fromTop) - bitSize);
};

/** DW_AT_data_member_location: a constant, or the expression `DW_OP_plus_uconst n` that old compilers wrote. */
const offsetOf = (die: Die): number => {
  const constant = die.number(AT.data_member_location);
  if (constant !== undefined) return constant;
  const expression = die.block(AT.data_member_location);
  return expression && expression[0] === 0x23 ? readUleb(expression, 1) : 0;
};

/** A Rust enum's variants (DW_TAG_variant_part, rustc's compiler/rustc_codegen_llvm/src/debuginfo/metadata/enums/native.rs). */
export const variantPartOf = (die: Die, types: TypeReader): VariantPart | undefined => {
  for (const child of die.children()) {
    if (child.tag !== TAG.variant_part) continue;
    const discriminantDie = child.reference(AT.discr);
    const discriminant = discriminantDie ? memberOf(discriminantDie, types) : undefined;
    const width = Math.min(128, 8 * (discriminant ? Math.max(1, sizeOf(discriminant.type)) : 8));
    const tag = discriminant && strip(discriminant.type);
    const signed = tag !== undefined && (tag.kind === 'enum' ? tag.signed : tag.kind === 'base' && (tag.encoding === 'signed' || tag.encoding === 'char'));
    const variants: Variant[] = [];
    for (const variant of child.children()) {
      if (variant.tag !== TAG.variant) continue;
      const memberDie = [...variant.children()].find((c) => c.tag === TAG.member);
      if (!memberDie) continue;
      const member = memberOf(memberDie, types);
      const values = valuesOf(variant, width, signed);
      // Coroutine states are numbered members; their types carry the name (`Suspend0`).
      const name = /^\d*$/.test(member.name) && member.type.name !== '' ? member.type.name : member.name;
      variants.push(values ? { name, values, member } : { name, member });
    }
    return discriminant ? { discriminant, variants } : { variants };
  }
  return undefined;
};

/** `signed`: whether the tag is, so that LLVM has written its values in the shortest form that keeps the sign (DwarfUnit::constructVariantPart… addSInt). */
const valuesOf = (variant: Die, width: number, signed: boolean): { low: bigint; high: bigint }[] | undefined => {
  const single = variant.integer(AT.discr_value, signed);
  if (single !== undefined) {
    const value = BigInt.asUintN(width, single);
    return [{ low: value, high: value }];
  }
  const list = variant.block(AT.discr_list);
  if (!list) return undefined;
  const values: { low: bigint; high: bigint }[] = [];
  for (let at = 0; at < list.length; ) {
    const range = list[at] === 1;
    const low = readUleb(list, at + 1);
    const high = range ? readUleb(list, leb.next) : low;
    at = leb.next;
    values.push({ low: BigInt.asUintN(width, BigInt(low)), high: BigInt.asUintN(width, BigInt(high)) });
  }
  return values;
};
