import { failure } from '../../errors/catalogue';
import { programErrors } from '../../errors/program';
import type { EnumType, Member, Type } from '../../images/types';
import { strip } from '../../images/types';
import { typeName } from './members';
import { fromBytes } from './place';
import type { TypedValue } from './typed-value';

export interface ActiveVariant {
  readonly name: string;
  /** The payload struct; left out for an enum without payloads, which is a number. */
  readonly member?: Member;
}

/**
 * Active variant of a Rust enum: the one whose discriminant values hold, else the one without values (the niche's).
 * Throws BS354 where none fits, BS402-like errors where the type is no enum.
 */
export const activeVariant = async (value: TypedValue): Promise<ActiveVariant> => {
  const type = strip(value.type);
  if (type.kind === 'enum') return { name: await enumerator(value, type) };
  const part = type.kind === 'struct' ? type.variantPart : undefined;
  if (!part) throw failure(programErrors.noVariant, { value: 'it is no enum:', type: typeName(value.type) });
  const { discriminant, variants } = part;
  const [first] = variants;
  if (!discriminant) {
    // Without a tag there is one variant that can be; the others hold what has no values.
    const [possible, another] = variants.length > 1 ? variants.filter(({ member }) => !isUninhabited(member.type, 0)) : [];
    if (possible && !another) return { name: possible.name, member: possible.member };
    if (!first || variants.length > 1) throw failure(programErrors.noVariant, { value: 'is missing', type: typeName(value.type) });
    return { name: first.name, member: first.member };
  }
  const tag = fromBytes(await value.field(discriminant).bytes());
  const active = variants.find(({ values }) => values?.some(({ low, high }) => tag >= low && tag <= high)) ?? variants.find(({ values }) => values === undefined);
  if (!active) throw failure(programErrors.noVariant, { value: `0x${tag.toString(16)}`, type: typeName(value.type) });
  return { name: active.name, member: active.member };
};

/** Types in types that are looked through for one without values. */
const deepest = 8;

/** `!`, an enum without variants, and what holds one. */
const isUninhabited = (type: Type, depth: number): boolean => {
  const real = strip(type);
  if (real.name === '!' || real.name === 'never$') return true;
  if (real.kind === 'enum') return real.enumerators.length === 0 && real.size === 0;
  if (real.kind !== 'struct' || real.flavor === 'union' && !real.variantPart || depth > deepest) return false;
  const { variantPart } = real;
  if (variantPart) return variantPart.variants.every(({ member }) => isUninhabited(member.type, depth + 1));
  return real.members.some((member) => isUninhabited(member.type, depth + 1));
};

const enumerator = async (value: TypedValue, type: EnumType): Promise<string> => {
  const number = await value.integer();
  const found = type.enumerators.find((candidate) => candidate.value === number);
  if (!found) throw failure(programErrors.noVariant, { value: number, type: typeName(value.type) });
  return found.name;
};
