import { parentPort } from 'node:worker_threads';
import { makeFileCrc } from '../elf/checksum';
import { openImage } from '../open';
import type { ChecksumRequest, LoadMessage, LoadRequest } from './messages';
import { shared } from './tables';

/** What is worth a message. */
const leastProgress = 0.01;

/**
 * Reads all of an image's debug information in the worker thread whose entry this is: hands its sections over where they are packed, then its
 * tables, then writes the index on disk.
 */
const run = ({ path, symbols, present }: LoadRequest, tell: (message: LoadMessage, move?: readonly ArrayBuffer[]) => void): void => {
  const image = openImage(path, symbols === undefined ? {} : { symbols });
  try {
    const { index } = image.debugInfo;
    image.damage.onNoted(({ code, what, likely, next }) => {
      tell({ kind: 'damaged', fault: { code, what, likely, next } });
    });
    const sections = index?.unpacked() ?? {};
    if (present || Object.keys(sections).length > 0) tell({ kind: 'sections', sections });
    const all: Record<string, Uint8Array> = {};
    let told = 0;
    const progress = (done: number): void => {
      if (done < told + leastProgress) return;
      told = done;
      tell({ kind: 'progress', done });
    };
    for (const tables of (present ? undefined : index?.tables(progress)) ?? []) {
      Object.assign(all, tables);
      // Shared, so that both sides have them and neither copies.
      tell({ kind: 'tables', tables: shared(tables) });
    }
    if (Object.keys(all).length > 0)
      index?.save(all, ({ code, what, likely, next }) => {
        tell({ kind: 'notKept', fault: { code, what, likely, next } });
      });
    tell({ kind: 'done' });
  } finally {
    image.close();
  }
};

parentPort?.on('message', (request: LoadRequest | ChecksumRequest) => {
  const tell = (message: LoadMessage): void => parentPort?.postMessage(message);
  try {
    if (request.kind === 'load') run(request, tell);
    else {
      tell({ kind: 'checksum', crc: makeFileCrc(request.path) });
      tell({ kind: 'done' });
    }
  } catch (error) {
    parentPort?.postMessage({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) } satisfies LoadMessage);
  }
});
