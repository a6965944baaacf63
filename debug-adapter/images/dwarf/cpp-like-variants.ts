import { discriminantValues, isVariantMember } from '../cpp-like-enum';
import type { BaseType, Member, Variant, VariantPart } from '../types';
import { AT, TAG } from './constants';
import type { Die } from './die';
import { nameOf } from './names';
import { sizeOf } from './types';
import type { TypeReader } from './types';

const u128: BaseType = { kind: 'base', name: 'u128', qualifiedName: 'u128', language: 'rust', size: 16, encoding: 'unsigned' };

const isData = (child: Die): boolean => child.tag === TAG.member && !child.flag(AT.external) && !child.flag(AT.declaration);

/** Variants of a Rust enum that rustc wrote as a union, as it does for UEFI with DWARF too; undefined where it has none. */
export const cppLikeVariants = (union: Die, types: TypeReader): VariantPart | undefined => {
  const member = (die: Die): Member => ({ name: nameOf(die), type: types.typeOf(die), offset: die.number(AT.data_member_location) ?? 0, artificial: false });
  const wrappers: Die[] = [];
  let tag: Member | undefined;
  for (const child of union.children()) {
    if (!isData(child)) continue;
    const name = nameOf(child);
    if (isVariantMember(name)) wrappers.push(child);
    else if (name === 'tag') tag = { ...member(child), artificial: true };
    else if (name === 'tag128_lo') tag = { ...member(child), name: 'tag', type: u128, artificial: true };
  }
  const width = tag ? Math.min(128, Math.max(8, sizeOf(tag.type) * 8)) : 64;
  const variants = wrappers.flatMap((wrapper): Variant[] => {
    const struct = wrapper.reference(AT.type);
    const children = [...(struct?.children() ?? [])];
    const value = children.find((child) => isData(child) && nameOf(child) === 'value');
    if (!value) return [];
    const payload = member(value);
    const { name } = payload.type;
    const placed = { ...payload, name, offset: member(wrapper).offset + payload.offset };
    const constant = (wanted: string): bigint | undefined => children.find((child) => nameOf(child) === wanted)?.integer(AT.const_value, false);
    const values = tag && discriminantValues(constant, width);
    return [values ? { name, values, member: placed } : { name, member: placed }];
  });
  return variants.length === 0 ? undefined : tag ? { discriminant: tag, variants } : { variants };
};
