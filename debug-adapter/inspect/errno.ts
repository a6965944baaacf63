import type { Type } from '../images/types';
import { strip } from '../images/types';
import { sizedMembers } from './values/pointers';
import type { TypedValue } from './values/typed-value';

/** Highest error number that systems encode as a negative result (Linux include/linux/err.h MAX_ERRNO; Redox syscall::Error::demux). */
const highest = 4095n;
/** Above this no system has error numbers of its own. */
const highestPlain = 1000n;
const deepest = 8;

/** How C functions tell an error: `negative` as in Linux, `positive` as in FreeBSD's kernel, or either. */
export type ErrorConvention = 'negative' | 'positive' | 'either';

/**
 * The error number that a returned value means; undefined when it means none. Rust: `Err(e)` of a Result, also in Poll or
 * Option, where `e` is an integer or wraps a single one (`syscall::Error { errno }`). Others: a negative number, an error
 * pointer, or a positive `int` where the convention has it.
 */
export const errnoOf = async (value: TypedValue, convention: ErrorConvention = 'either'): Promise<{ readonly errno: number } | undefined> => inValue(value, convention, 0);

const inValue = async (value: TypedValue, convention: ErrorConvention, depth: number): Promise<{ readonly errno: number } | undefined> => {
  const type = strip(value.type);
  if (depth > deepest) return undefined;
  if (type.kind === 'struct' && type.variantPart) {
    const { name, payload } = await value.variant();
    const field = onlyField(payload);
    if (!field) return undefined;
    if (name === 'Err' || name === 'Break') return inError(field, depth + 1);
    return name === 'Ready' || name === 'Some' ? inValue(field, convention, depth + 1) : undefined;
  }
  if (type.kind === 'struct' && type.language === 'rust') {
    const field = onlyField(value);
    return field ? inValue(field, convention, depth + 1) : undefined;
  }
  return isNumber(type) ? encoded(value, convention) : undefined;
};

/** A number that stands for success unless it is an error. */
const encoded = async (value: TypedValue, convention: ErrorConvention): Promise<{ readonly errno: number } | undefined> => {
  const type = strip(value.type);
  const number = await value.integer();
  if (type.size < 4) return undefined;
  const signed = BigInt.asIntN(type.size * 8, number);
  if (convention !== 'positive' && signed < 0n && signed >= -highest) return { errno: Number(-signed) };
  const plainInt = type.kind === 'base' && type.encoding === 'signed' && type.size === 4 && type.language !== 'rust';
  return convention !== 'negative' && plainInt && signed > 0n && signed <= highestPlain ? { errno: Number(signed) } : undefined;
};

/** What `Err` holds. */
const inError = async (value: TypedValue, depth: number): Promise<{ readonly errno: number } | undefined> => {
  const type = strip(value.type);
  if (depth > deepest) return undefined;
  if (type.kind === 'base' && type.encoding !== 'float') {
    const number = await value.integer();
    const errno = number < 0n ? -number : number;
    return errno > 0n && errno <= highest ? { errno: Number(errno) } : undefined;
  }
  if (type.kind === 'enum') return { errno: Number(await value.integer()) };
  if (type.kind !== 'struct') return undefined;
  if (type.variantPart) {
    const { payload } = await value.variant();
    const inner = onlyField(payload);
    return inner ? inError(inner, depth + 1) : undefined;
  }
  if (type.qualifiedName === 'std::io::error::Error') return ioError(value);
  const field = onlyField(value);
  return field ? inError(field, depth + 1) : undefined;
};

/** rust library/std/src/io/error/repr_bitpacked.rs: tag 2 in the low bits says that an error number is in the upper half. */
const ioError = async (value: TypedValue): Promise<{ readonly errno: number } | undefined> => {
  const bytes = await value.bytes();
  if (bytes.length !== 8 || ((bytes[0] ?? 0) & 3) !== 2) return undefined;
  return { errno: new DataView(bytes.buffer, bytes.byteOffset).getInt32(4, true) };
};

const onlyField = (value: TypedValue): TypedValue | undefined => {
  const type = strip(value.type);
  if (type.kind !== 'struct') return undefined;
  const [only, another] = sizedMembers(type);
  return only && !another ? value.field(only) : undefined;
};

const isNumber = (type: Type): boolean => type.kind === 'pointer' || (type.kind === 'base' && type.encoding !== 'float');
