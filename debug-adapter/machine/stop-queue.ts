import type { Stop } from './machine';

/** Those who wait for a stop, and the one stop that nobody has been handed yet. */
export class StopQueue {
  private unclaimed: Stop | undefined;
  private readonly waiting = new Set<{ resolve: (stop: Stop) => void; reject: (error: Error) => void }>();

  /** A stop that came and that no caller has taken. */
  claim(): Stop | undefined {
    const stop = this.unclaimed;
    this.unclaimed = undefined;
    return stop;
  }

  push(stop: Stop): void {
    this.unclaimed = stop;
    for (const waiter of this.drain()) waiter.resolve(stop);
  }

  /** The machine ended: nobody waits any longer. */
  fail(error: Error): void {
    for (const waiter of this.drain()) waiter.reject(error);
  }

  /** The machine runs on: an unclaimed stop is history. */
  clear(): void {
    this.unclaimed = undefined;
  }

  /** The next stop; it counts as claimed. Rejects with the signal's reason when that aborts. */
  async next(signal?: AbortSignal): Promise<Stop> {
    const stop = await new Promise<Stop>((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(reasonOf(signal));
        return;
      }
      const abort = (): void => {
        this.waiting.delete(waiter);
        if (signal !== undefined) reject(reasonOf(signal));
      };
      const done = (): void => signal?.removeEventListener('abort', abort);
      const waiter = {
        resolve: (value: Stop) => {
          done();
          resolve(value);
        },
        reject: (error: Error) => {
          done();
          reject(error);
        },
      };
      this.waiting.add(waiter);
      signal?.addEventListener('abort', abort, { once: true });
    });
    if (this.unclaimed === stop) this.unclaimed = undefined;
    return stop;
  }

  private drain(): { resolve: (stop: Stop) => void; reject: (error: Error) => void }[] {
    const all = [...this.waiting];
    this.waiting.clear();
    return all;
  }
}

const reasonOf = (signal: AbortSignal): Error => (signal.reason instanceof Error ? signal.reason : new Error('the wait was given up'));
