import { failure } from '../errors/catalogue';
import { sessionErrors } from '../errors/session';

/** An address as the answers carry it. */
export const hex = (value: bigint): string => `0x${BigInt.asUintN(64, value).toString(16)}`;

/** A memory or instruction reference of a request. Throws BS334. */
export const parseAddress = (text: string | undefined, request: string, name: string): bigint => {
  const trimmed = (text ?? '').trim();
  if (/^(0x[0-9a-f]+|\d+)$/i.test(trimmed)) return BigInt.asUintN(64, BigInt(trimmed));
  throw failure(sessionErrors.badArgument, { name, request, found: JSON.stringify(text ?? null), expected: 'an address such as 0xffffffff80000000' });
};
