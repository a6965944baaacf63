import type { Machine, Stop } from '../../../debug-adapter/machine/machine';
import type { StopObserver } from '../../../debug-adapter/program/observer';

/** Runs a machine with its observers, as the run controller does, until a stop satisfies `done`. Arms the observers on the first call. */
export const runUntil = async (machine: Machine, observers: readonly StopObserver[], done: (stop: Stop) => boolean, limit = 5000): Promise<Stop> => {
  await arm(machine, observers);
  for (let stops = 0; stops < limit; stops++) {
    await machine.resume();
    const polls = observers.flatMap((observer) => observer.pollMs() ?? []);
    const next = machine.nextStop();
    const timer = polls.length > 0 ? setTimeout(() => void machine.interrupt().catch(() => undefined), Math.min(...polls)) : undefined;
    const stop = await next;
    clearTimeout(timer);
    for (const observer of observers) await observer.onStop(stop);
    if (done(stop)) return stop;
  }
  throw new Error(`not reached in ${limit} stops`);
};

/** Arms the observers of a machine, once. */
export const arm = async (machine: Machine, observers: readonly StopObserver[]): Promise<void> => {
  if (armed.has(machine)) return;
  armed.add(machine);
  for (const observer of observers) await observer.arm();
};

const armed = new WeakSet<Machine>();
