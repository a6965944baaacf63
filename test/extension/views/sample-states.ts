import fc from 'fast-check';
import { anyState } from './samples';

/** Hostile states for a test in a browser, as JSON carries them. */
export const samples = (count: number, seed: number): unknown[] => fc.sample(anyState, { numRuns: count, seed }).map((state) => JSON.parse(JSON.stringify(state)) as unknown);
