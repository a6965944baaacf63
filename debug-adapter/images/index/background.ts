import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cacheAllowed, indexDirectory } from './place';

/** After this time another attempt is made, if one left no index. */
const attemptMs = 60 * 60_000;
/** Within this time an index is made, also of the largest images. */
const makingMs = 30_000;
const niceness = 10;

/** Says that someone makes, or lately failed to make, the index of an image. */
const claimOf = (image: string): string => path.join(indexDirectory(), `${createHash('sha1').update(path.resolve(image)).digest('hex')}.making.tmp`);

/** `fresh` when this process shall make the index, `held` while another does, `failed` when it lately could not be made. */
const claim = (image: string): 'fresh' | 'held' | 'failed' => {
  const file = claimOf(image);
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const before = fs.statSync(file, { throwIfNoEntry: false });
    const age = before && Date.now() - before.mtimeMs;
    if (age !== undefined && age < attemptMs) return age < makingMs ? 'held' : 'failed';
    fs.rmSync(file, { force: true });
    fs.closeSync(fs.openSync(file, 'wx', 0o600));
    return 'fresh';
  } catch {
    return 'failed';
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
 * Has another process, of low priority, make the index of a file with debug information; returns at once whether one
 * is on its way. It is not where none may be kept, the last attempt failed, or this does not run from a bundle. The
 * process ends by itself and is not waited for.
 */
export const makeIndexInBackground = (file: string): boolean => {
  const cli = bundledCli();
  if (cli === undefined || !cacheAllowed()) return false;
  const claimed = claim(file);
  if (claimed !== 'fresh') return claimed === 'held';
  const child = spawn(process.execPath, [cli, 'symbols', file, '--index'], {
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
  return true;
};
