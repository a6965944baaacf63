import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cacheAllowed, indexDirectory } from './place';

/** After this time another attempt is made, if one left no index. */
const attemptMs = 60 * 60_000;
const niceness = 10;

/** Says that someone makes, or lately failed to make, the index of an image. */
const claimOf = (image: string): string => path.join(indexDirectory(), `${createHash('sha1').update(path.resolve(image)).digest('hex')}.making.tmp`);

const claim = (image: string): boolean => {
  const file = claimOf(image);
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const before = fs.statSync(file, { throwIfNoEntry: false });
    if (before && Date.now() - before.mtimeMs < attemptMs) return false;
    fs.rmSync(file, { force: true });
    fs.closeSync(fs.openSync(file, 'wx', 0o600));
    return true;
  } catch {
    return false;
  }
};

/** The index is made: others need not wait for the claim to grow old. */
export const claimFulfilled = (image: string): void => {
  try {
    fs.rmSync(claimOf(image), { force: true });
  } catch {
    // It grows old.
  }
};

/** The bundled command line beside the bundle that runs; none when run from source. */
const bundledCli = (): string | undefined => {
  const running = process.argv[1];
  if (running === undefined || !['cli.js', 'debug-adapter.js'].includes(path.basename(running))) return undefined;
  const cli = path.join(path.dirname(running), 'cli.js');
  return fs.existsSync(cli) ? cli : undefined;
};

/**
 * Has another process, of low priority, make the index of an image; returns at once. Does nothing where none may be
 * kept, while another makes it, or when not run from a bundle. The process ends by itself and is not waited for.
 */
export const makeIndexInBackground = (image: string, symbols?: string): void => {
  const cli = bundledCli();
  if (cli === undefined || !cacheAllowed() || !claim(image)) return;
  const child = spawn(process.execPath, [cli, 'symbols', image, ...(symbols === undefined ? [] : ['--symbols', symbols]), '--index'], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
  });
  child.on('error', () => undefined);
  try {
    if (child.pid !== undefined) os.setPriority(child.pid, niceness);
  } catch {
    // It ended already, or may not be changed.
  }
  child.unref();
};
