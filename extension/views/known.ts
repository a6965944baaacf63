import type { Known } from '../../debug-adapter/api';

/** Words for a value that may be unknown. */
export const words = (value: Known<string>): string => (typeof value === 'string' ? value : `unknown: ${value.unknown}`);

/** The text of a thrown thing. */
export const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
