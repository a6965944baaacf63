import type { StructType, VariantPart } from '../../images/types';
import { strip } from '../../images/types';
import type { ErrorConvention } from '../errno';
import { errnoOf } from '../errno';
import { toBytes } from '../values/place';
import { sizedMembers } from '../values/pointers';
import type { TypedValue } from '../values/typed-value';

/** Variants that hold an error, and those around a result, of core::result::Result, core::ops::ControlFlow, core::task::Poll and core::option::Option. */
const failed = ['Err', 'Break'];
const around = ['Ready', 'Some'];
const deepest = 8;

const variantNamed = (type: StructType, names: readonly string[]): VariantPart['variants'][number] | undefined => type.variantPart?.variants.find(({ name }) => names.includes(name));

/** Makes a value be that variant, whose fields are still to be written; a variant that is told by another's data has no tag of its own. */
const tag = async (value: TypedValue, part: VariantPart, variant: VariantPart['variants'][number]): Promise<void> => {
  const first = variant.values?.[0];
  if (part.discriminant && first) await value.field(part.discriminant).write(toBytes(first.low, part.discriminant.type.size));
};

const onlyField = (value: TypedValue): TypedValue | undefined => {
  const type = strip(value.type);
  if (type.kind !== 'struct') return undefined;
  const [only, another] = sizedMembers(type);
  return only && !another ? value.field(only) : undefined;
};

/**
 * Writes the value of this type that means the error: `Err` of a Result, also in Poll and Option, with the number in the only field of
 * its payload; else the number as `convention` has it. False where the type has no such value.
 */
export const writeError = async (value: TypedValue, errno: number, convention: ErrorConvention): Promise<boolean> =>
  (await fillError(value, BigInt(errno), convention, 0)) && (await errnoOf(value, convention).catch(() => undefined))?.errno === errno;

/** Writes the number into what an `Err` holds: itself, or a struct of it alone. False where it holds something else. */
export const writeErrorNumber = (value: TypedValue, errno: number): Promise<boolean> => fillNumber(value, BigInt(errno), 0);

const fillError = async (value: TypedValue, errno: bigint, convention: ErrorConvention, depth: number): Promise<boolean> => {
  const type = strip(value.type);
  if (depth > deepest) return false;
  if (type.kind === 'struct' && type.variantPart) {
    const error = variantNamed(type, failed);
    const variant = error ?? variantNamed(type, around);
    const inner = variant && onlyField(value.field(variant.member));
    if (!variant || !inner) return false;
    await tag(value, type.variantPart, variant);
    return error ? fillNumber(inner, errno, depth + 1) : fillError(inner, errno, convention, depth + 1);
  }
  if (type.kind === 'struct') {
    const inner = type.language === 'rust' ? onlyField(value) : undefined;
    return inner !== undefined && fillError(inner, errno, convention, depth + 1);
  }
  if (type.kind !== 'pointer' && (type.kind !== 'base' || type.encoding === 'float')) return false;
  await value.write(toBytes(convention === 'positive' && type.kind !== 'pointer' ? errno : -errno, type.size));
  return true;
};

const fillNumber = async (value: TypedValue, errno: bigint, depth: number): Promise<boolean> => {
  const type = strip(value.type);
  if (depth > deepest) return false;
  if (type.kind === 'enum' || (type.kind === 'base' && type.encoding !== 'float')) {
    await value.write(toBytes(errno, type.size));
    return true;
  }
  const inner = type.kind === 'struct' && !type.variantPart ? onlyField(value) : undefined;
  return inner !== undefined && fillNumber(inner, errno, depth + 1);
};

/** A constructor as it is written, `Ok(7)`, `Poll::Pending`: the variant's name and what stands in its brackets. */
const constructor = /^(?:[\w:<>]+::)?([A-Z]\w*)\s*(?:\((.*)\))?$/s;

/** Writes what stands in the brackets of a constructor; `error`: they are those of a variant that holds an error. */
export type WriteLeaf = (value: TypedValue, text: string, error: boolean) => Promise<void>;

/**
 * Writes a value of an enum from its constructor: what is in the brackets of a variant with one field is a constructor again, or for `leaf`.
 * False where the text is none, the type has no such variant, or its tag then says another one.
 */
export const writeConstructed = async (value: TypedValue, text: string, leaf: WriteLeaf, depth = 0): Promise<boolean> => {
  const type = strip(value.type);
  const [, name, inner] = constructor.exec(text.trim()) ?? [];
  const variant = type.kind === 'struct' && name !== undefined && depth <= deepest ? variantNamed(type, [name]) : undefined;
  if (type.kind !== 'struct' || !type.variantPart || !variant) return false;
  const payload = value.field(variant.member);
  const fields = strip(payload.type);
  const count = fields.kind === 'struct' ? sizedMembers(fields).length : 0;
  const nothing = inner === undefined || /^\s*(\(\s*\))?\s*$/.test(inner);
  if (count > 1 || (count === 0) !== nothing) return false;
  await tag(value, type.variantPart, variant);
  const field = onlyField(payload);
  if (field && inner !== undefined && !(await writeConstructed(field, inner, leaf, depth + 1))) await leaf(field, inner.trim(), failed.includes(variant.name));
  return (await value.variant().catch(() => undefined))?.name === name;
};
