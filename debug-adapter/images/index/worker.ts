import { parentPort, workerData } from 'node:worker_threads';
import { openImage } from '../open';
import type { LoadMessage, LoadRequest } from './load';

/** What is worth a message. */
const leastProgress = 0.01;

/** Entry of the worker thread that reads all of an image's debug information: hands its tables over, then writes the index on disk. */
const run = ({ path, symbols }: LoadRequest, tell: (message: LoadMessage, move?: readonly ArrayBuffer[]) => void): void => {
  const image = openImage(path, symbols === undefined ? {} : { symbols });
  try {
    const { index } = image.debugInfo;
    image.damage.onNoted(({ code, what, likely, next }) => {
      tell({ kind: 'damaged', fault: { code, what, likely, next } });
    });
    const all: Record<string, Uint8Array> = {};
    let told = 0;
    const progress = (done: number): void => {
      if (done < told + leastProgress) return;
      told = done;
      tell({ kind: 'progress', done });
    };
    for (const tables of index?.tables(progress) ?? []) {
      Object.assign(all, tables);
      // Shared, so that both sides have them and neither copies.
      tell({ kind: 'tables', tables: shared(tables) });
    }
    if (Object.keys(all).length === 0) throw new Error('it has nothing to read in one go');
    index?.save(all);
    tell({ kind: 'done' });
  } finally {
    image.close();
  }
};

/** The same tables in memory that two threads may have. */
const shared = (tables: Record<string, Uint8Array>): Record<string, Uint8Array> =>
  Object.fromEntries(
    Object.entries(tables).map(([name, content]) => {
      const copy = new Uint8Array(new SharedArrayBuffer(content.length));
      copy.set(content);
      return [name, copy];
    }),
  );

try {
  run(workerData as LoadRequest, (message) => parentPort?.postMessage(message));
} catch (error) {
  parentPort?.postMessage({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) } satisfies LoadMessage);
}
