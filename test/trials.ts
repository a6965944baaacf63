import { expect } from 'vitest';

/** How many times as often as committed every property is tried; `npm run test:fuzz` raises it. */
export const factor = Number(process.env['BOOTSCOPE_FUZZ'] ?? 1);

/** Settings of a property that is tried `runs` times, in `npm test` for `milliseconds` at most. */
export const trials = (runs: number, milliseconds?: number): { numRuns: number; interruptAfterTimeLimit?: number } => ({
  numRuns: Math.ceil(runs * factor),
  ...(milliseconds === undefined ? {} : { interruptAfterTimeLimit: milliseconds * factor }),
});

/** Time that a file which fits its reader's limits may take, in seconds of the processor: a hundred times what it does, and no matter how busy the machine is. */
const most = 20;

/** Does something that has to come to an end soon, whatever it is given. */
export const ending = <T>(work: () => T): T => {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6, 'seconds of the processor').toBeLessThan(most);
  return result;
};
