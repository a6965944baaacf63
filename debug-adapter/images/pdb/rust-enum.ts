import { discriminantValues, isVariantMember } from '../cpp-like-enum';
import { sizeOf } from '../dwarf/types';
import type { Member, Variant, VariantPart } from '../types';
import { baseType } from './simple-types';
import { isUdt, plainName, readUdt } from './udt';
import type { Udt } from './udt';
import type { TypeLookup } from './type-lookup';

/** Variants of a Rust enum or coroutine in its C++-like shape. The constants' values are symbols of their own, named by path. */
export const variantPartOf = (types: TypeLookup, union: Udt): VariantPart | undefined => {
  const fields = types.fields(union.fields);
  const wrappers: { member: Member; type: number }[] = [];
  let tag: Member | undefined;
  let low: Member | undefined;
  for (const field of fields) {
    if (field.kind !== 'member') continue;
    const member = types.member(field, 'rust');
    if (isVariantMember(field.name)) wrappers.push({ member, type: field.type });
    else if (field.name === 'tag') tag = member;
    else if (field.name === 'tag128_lo') low = member;
  }
  if (low) tag = { ...low, name: 'tag', type: baseType('u128', 16, 'unsigned', 'rust'), artificial: true };
  const width = tag ? Math.min(128, Math.max(8, sizeOf(tag.type) * 8)) : 64;
  const variants = wrappers.flatMap(({ member, type }) => variantOf(types, member, type, width, tag === undefined) ?? []);
  if (variants.length === 0) return undefined;
  return tag ? { discriminant: { ...tag, artificial: true }, variants } : { variants };
};

const variantOf = (types: TypeLookup, outer: Member, index: number, width: number, single: boolean): Variant | undefined => {
  if (!isUdt(types.stream.kind(index))) return undefined;
  const { udt } = types.definition(index, readUdt(types.stream, index));
  const fields = types.fields(udt.fields);
  const payload = fields.find((field) => field.kind === 'member' && field.name === 'value');
  if (payload?.kind !== 'member') return undefined;
  const inner = types.member(payload, 'rust');
  const name = nameOf(types, udt, fields) ?? inner.type.name;
  const member = { name, type: inner.type, offset: outer.offset + inner.offset, artificial: false };
  if (single) return { name, member };
  const values = discriminantValues((constant) => types.around.constant(`${udt.name}::${constant}`), width);
  return values ? { name, values, member } : { name, member };
};

/** The constant NAME is a number of the enum that is its type. */
const nameOf = (types: TypeLookup, wrapper: Udt, fields: ReturnType<TypeLookup['fields']>): string | undefined => {
  const constant = types.around.constant(`${wrapper.name}::NAME`);
  const field = fields.find((candidate) => candidate.kind === 'static' && candidate.name === 'NAME');
  if (constant === undefined || field?.kind !== 'static') return undefined;
  let type = types.at(field.type, 'rust');
  for (let depth = 0; type.kind === 'alias' && depth < 8; depth++) type = type.target;
  const name = type.kind === 'enum' ? type.enumerators.find(({ value }) => value === constant)?.name : undefined;
  // Coroutine states are numbered like members; the payload's type has the better name.
  return name === undefined || /^\d*$/.test(name) ? undefined : plainName(name);
};
