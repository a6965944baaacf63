import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { BootscopeError, failure } from '../../errors/catalogue';
import type { ErrorEntry } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';

export interface LoadOptions {
  readonly signal?: AbortSignal;
  /** Hears how much is read of what look-ups need, from 0 to 1. */
  readonly progress?: (done: number) => void;
  /** Hears of each part that is damaged and was passed over. */
  readonly damaged?: (fault: BootscopeError) => void;
  /** The program of the worker; by default the one beside the bundle that runs. */
  readonly program?: string;
}

/** What the worker is given. */
export interface LoadRequest {
  readonly path: string;
  readonly symbols?: string;
}

/** What it says: how far it is, tables as they come, each set once, what of the file is damaged; then that it is done, or why it is not. */
export type LoadMessage = { readonly kind: 'progress'; readonly done: number } | { readonly kind: 'tables'; readonly tables: Record<string, Uint8Array> } | { readonly kind: 'damaged'; readonly fault: ErrorEntry } | { readonly kind: 'done' } | { readonly kind: 'failed'; readonly reason: string };

/** The bundled worker beside the bundle that runs; none when run from source. */
const bundledWorker = (): string | undefined => {
  const file = path.join(__dirname, 'symbols-worker.js');
  return fs.existsSync(file) ? file : undefined;
};

/**
 * Reads an image's names, places and lines in a worker thread. `take` gets what is known each time more is, all of it anew;
 * the promise is fulfilled with true at the first time, while the worker goes on with what is rarely asked for and with the
 * index on disk. False where there is no worker. Rejects with BS211 when it fails before, and with the reason of an abort.
 */
export const loadInWorker = (request: LoadRequest, take: (tables: Record<string, Uint8Array>) => void, { signal, progress, damaged, program = bundledWorker() }: LoadOptions): Promise<boolean> => {
  if (program === undefined) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    let known: Record<string, Uint8Array> = {};
    const worker = new Worker(program, { workerData: request });
    const fail = (reason: string): void => {
      reject(failure(imageErrors.workerFailed, { file: request.path, reason }));
    };
    const abort = (): void => {
      reject(signal?.reason instanceof Error ? signal.reason : new Error('cancelled'));
      void worker.terminate();
    };
    if (signal?.aborted) return abort();
    signal?.addEventListener('abort', abort, { once: true });
    worker.on('message', (message: LoadMessage) => {
      if (message.kind === 'failed') fail(message.reason);
      if (message.kind === 'progress') progress?.(message.done);
      if (message.kind === 'damaged') damaged?.(new BootscopeError(message.fault));
      if (message.kind !== 'tables') return;
      known = { ...known, ...message.tables };
      take(known);
      resolve(true);
      // Nobody waits for the index on disk.
      worker.unref();
    });
    worker.on('error', (error) => {
      fail(error.message);
    });
    worker.on('exit', (code) => {
      signal?.removeEventListener('abort', abort);
      fail(`it ended with code ${code}`);
    });
  });
};
