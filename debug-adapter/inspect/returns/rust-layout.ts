import type { Member, StructType, Type, VariantPart } from '../../images/types';
import { strip } from '../../images/types';
import { sizedMembers } from '../values/pointers';

/** What the compiler hands over in one register. */
export interface Scalar {
  readonly kind: 'integer' | 'float';
  /** Bytes. */
  readonly size: number;
  readonly offset: number;
}

/**
 * How rustc represents a type as a value: nothing, one scalar, a pair of scalars, or memory
 * (compiler/rustc_abi/src/layout.rs: univariant, layout_of_enum, layout_of_union). Told from the shape in the debug
 * information; `#[repr(C)]` does not show there and is taken for Rust's own.
 */
export type Representation = { readonly kind: 'nothing' } | { readonly kind: 'scalars'; readonly scalars: readonly [Scalar] | readonly [Scalar, Scalar] } | { readonly kind: 'memory' };

const memory: Representation = { kind: 'memory' };
const nothing: Representation = { kind: 'nothing' };
const scalar = (kind: Scalar['kind'], size: number): Representation => ({ kind: 'scalars', scalars: [{ kind, size, offset: 0 }] });

const deepest = 32;

export const representationOf = (type: Type, depth = 0): Representation => {
  const real = strip(type);
  if (depth > deepest) return memory;
  switch (real.kind) {
    case 'void':
    case 'function':
      return nothing;
    case 'base':
      return real.size === 0 ? nothing : scalar(real.encoding === 'float' ? 'float' : 'integer', real.size);
    case 'pointer':
    case 'enum':
      return scalar('integer', real.size);
    case 'array':
      return real.size === 0 ? nothing : memory;
    case 'struct':
      if (real.size === 0) return nothing;
      if (real.variantPart) return enumeration(real, real.variantPart, depth);
      return real.flavor === 'union' ? unionOf(real, depth) : fieldsOf(sizedMembers(real), real.size, depth);
  }
};

/** A struct: like its only field, or a pair when it has two scalars that lie as a pair would. */
const fieldsOf = (members: readonly Member[], size: number, depth: number): Representation => {
  const [first, second, third] = [...members].sort((a, b) => a.offset - b.offset);
  if (!first) return nothing;
  if (third) return memory;
  const a = representationOf(first.type, depth + 1);
  if (!second) return first.offset === 0 && first.type.size === size ? a : memory;
  const b = representationOf(second.type, depth + 1);
  if (a.kind !== 'scalars' || b.kind !== 'scalars' || a.scalars.length !== 1 || b.scalars.length !== 1) return memory;
  return pair({ ...a.scalars[0], offset: first.offset }, { ...b.scalars[0], offset: second.offset }, size);
};

const pair = (a: Scalar, b: Scalar, size: number): Representation => {
  const end = roundUp(a.size, b.size);
  const whole = roundUp(end + b.size, Math.max(a.size, b.size));
  return a.offset === 0 && b.offset === end && size === whole ? { kind: 'scalars', scalars: [a, b] } : memory;
};

const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to;

const unionOf = (type: StructType, depth: number): Representation => {
  const all = sizedMembers(type).map((member) => (member.type.size === type.size ? representationOf(member.type, depth + 1) : memory));
  const [first] = all;
  return first && all.every((one) => JSON.stringify(one) === JSON.stringify(first)) ? first : memory;
};

const enumeration = (type: StructType, part: VariantPart, depth: number): Representation => {
  const payloads = part.variants.map(({ member, values }) => {
    const real = strip(member.type);
    const fields = real.kind === 'struct' ? sizedMembers(real).map((field) => ({ ...field, offset: field.offset + member.offset })) : [];
    return { fields, tagged: values !== undefined };
  });
  const { discriminant } = part;
  const [only] = payloads;
  if (!discriminant) return only && payloads.length === 1 ? fieldsOf(only.fields, type.size, depth) : memory;
  const holders = payloads.filter(({ fields }) => fields.length > 0);
  const dataful = payloads.find(({ tagged }) => !tagged);
  // The discriminant hides in the one variant that has data.
  if (dataful) return holders.length > 1 ? memory : fieldsOf(dataful.fields, type.size, depth);
  const tag = representationOf(discriminant.type, depth + 1);
  if (tag.kind !== 'scalars' || tag.scalars.length !== 1) return memory;
  if (holders.length === 0) return tag;
  return tagged({ ...tag.scalars[0], offset: discriminant.offset }, holders, type.size, depth);
};

/** A tag beside one scalar that all variants with data have at one place. */
const tagged = (tag: Scalar, holders: readonly { readonly fields: readonly Member[] }[], size: number, depth: number): Representation => {
  let common: Scalar | undefined;
  for (const { fields } of holders) {
    const [field, another] = fields;
    const own = field && !another ? representationOf(field.type, depth + 1) : memory;
    if (!field || own.kind !== 'scalars' || own.scalars.length !== 1) return memory;
    const here = { ...own.scalars[0], offset: field.offset };
    if (common && (common.kind !== here.kind || common.size !== here.size || common.offset !== here.offset)) return memory;
    common = here;
  }
  return common ? pair(tag, common, size) : memory;
};
