import fs from 'node:fs';
import path from 'node:path';
import { BootscopeError, failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import type { ChecksumRequest, LoadRequest, UnpackedSections } from './messages';
import { WorkerLane } from './worker-lane';
import type { Job } from './worker-lane';

/** A worker that nothing was asked of for so long ends. */
const idleMs = 10_000;

export interface LoadOptions {
  readonly signal?: AbortSignal;
  /** Hears how much is read of what look-ups need, from 0 to 1. */
  readonly progress?: (done: number) => void;
  /** Hears of each part that is damaged and was passed over. */
  readonly damaged?: (fault: BootscopeError) => void;
  /** Hears, with BS213, that no index on disk can be kept. */
  readonly notKept?: (why: BootscopeError) => void;
  /** The program of the worker; by default the one beside the bundle that runs. */
  readonly program?: string;
}

/** Who gets what the worker makes. */
export interface Taker {
  tables(all: Record<string, Uint8Array>): void;
  sections(unpacked: UnpackedSections): void;
}

/** The bundled worker beside the bundle that runs; none when run from source. */
const bundledWorker = (): string | undefined => {
  const file = path.join(__dirname, 'symbols-worker.js');
  return fs.existsSync(file) ? file : undefined;
};

/**
 * Reads an image's names, places and lines in a worker thread. `take` gets its sections, then the tables each time more are known,
 * all of them anew; the promise is fulfilled with true at the first tables, while the worker goes on with what is rarely asked for and with the
 * index on disk. False where there is no worker, or nothing for it to read. Rejects with BS211 when it fails before, and with the reason of an abort.
 * Images share a worker and are read one after another, as most are small; one that is read `alone` keeps none waiting.
 */
export const loadInWorker = (image: Omit<LoadRequest, 'kind'>, take: Taker, options: LoadOptions, alone = false): Promise<boolean> => {
  const { signal, program = bundledWorker() } = options;
  if (program === undefined) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    const aborted = (): void => {
      reject(signal?.reason instanceof Error ? signal.reason : new Error('cancelled'));
    };
    if (signal?.aborted) return aborted();
    const lane = alone ? new WorkerLane(program, 0) : sharedLane(program);
    let known: Record<string, Uint8Array> = {};
    const request: LoadRequest = { kind: 'load', ...image };
    const job: Job = {
      request,
      hear: (message) => {
        if (message.kind === 'progress') options.progress?.(message.done);
        if (message.kind === 'damaged') options.damaged?.(new BootscopeError(message.fault));
        if (message.kind === 'notKept') options.notKept?.(new BootscopeError(message.fault));
        if (message.kind === 'sections') {
          take.sections(message.sections);
          if (request.present) resolve(true);
        }
        if (message.kind === 'tables') {
          known = { ...known, ...message.tables };
          take.tables(known);
          resolve(true);
        }
      },
      ended: (reason) => {
        signal?.removeEventListener('abort', abort);
        if (reason === undefined) resolve(false);
        else reject(failure(imageErrors.workerFailed, { file: request.path, reason }));
      },
    };
    const abort = (): void => {
      aborted();
      lane.cancel(job);
    };
    signal?.addEventListener('abort', abort, { once: true });
    lane.add(job);
  });
};

/**
 * The CRC-32 of a file, made in a worker thread that keeps no image waiting; undefined where there is no worker. Rejects with BS211 where it cannot be made.
 */
export const checksumInWorker = (file: string, program = bundledWorker()): Promise<number | undefined> => {
  if (program === undefined) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const request: ChecksumRequest = { kind: 'checksum', path: file };
    let crc: number | undefined;
    sharedLane(program, request.kind).add({
      request,
      hear: (message) => {
        if (message.kind === 'checksum') ({ crc } = message);
      },
      ended: (reason) => {
        if (reason === undefined) resolve(crc);
        else reject(failure(imageErrors.workerFailed, { file, reason }));
      },
    });
  });
};

const lanes = new Map<string, WorkerLane>();

const sharedLane = (program: string, use: (LoadRequest | ChecksumRequest)['kind'] = 'load'): WorkerLane => {
  const key = `${use} ${program}`;
  const lane = lanes.get(key) ?? new WorkerLane(program, idleMs);
  lanes.set(key, lane);
  return lane;
};
