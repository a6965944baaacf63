import fc from 'fast-check';
import { factor } from './trials';

/** Loaded before each test file of `npm run test:fuzz`: properties without a number of their own are tried more often too, and all from one seed. */
fc.configureGlobal({ numRuns: Math.ceil(100 * factor), seed: Number(process.env['BOOTSCOPE_SEED'] ?? Date.now()) });
