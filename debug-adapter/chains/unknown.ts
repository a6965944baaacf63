import type { Unknown } from '../api';
import { BootscopeError } from '../errors/catalogue';

const lower = (text: string): string => (/^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text);

/** Why something could not be read, in the form the contracts ask for: `because no symbol mountlist in kernel: give the …`. */
export const because = (error: unknown): Unknown => {
  if (error instanceof BootscopeError) return { unknown: `because ${lower(error.what).replace(/\.$/, '')}: ${error.next}` };
  return { unknown: `because ${error instanceof Error ? error.message : String(error)}` };
};

/** The value, or why not. Only errors with a code are turned into words: others are defects and are thrown on. */
export const known = async <T>(read: () => Promise<T> | T): Promise<T | Unknown> => {
  try {
    return await read();
  } catch (error) {
    if (error instanceof BootscopeError) return because(error);
    throw error;
  }
};

export const isUnknown = (value: unknown): value is Unknown => typeof value === 'object' && value !== null && 'unknown' in value;

/** The value, or undefined where the machine does not give it. */
export const perhaps = async <T>(read: () => Promise<T> | T): Promise<T | undefined> => {
  const value = await known(read);
  return isUnknown(value) ? undefined : value;
};

/** An address as the custom requests write it. */
export const hex = (value: bigint): string => `0x${BigInt.asUintN(64, value).toString(16)}`;
