import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { BootscopeError } from '../../errors/catalogue';
import { claim, claimFailed, passClaim } from './claim';
import { cacheAllowed } from './place';
import type { IndexPlace } from './place';
import { notKept } from './store';

const niceness = 10;

/** How an image was opened, for another process or thread to open it too. */
export interface OpenedFile {
  readonly path: string;
  readonly symbols?: string;
}

/** The bundled command line beside the bundle that runs; none when run from source. */
const bundledCli = (): string | undefined => {
  const running = process.argv[1];
  if (running === undefined || !['cli.js', 'debug-adapter.js'].includes(path.basename(running))) return undefined;
  const cli = path.join(path.dirname(running), 'cli.js');
  return fs.existsSync(cli) ? cli : undefined;
};

/**
 * Has another process, of low priority, make the index of an image; returns at once whether one is on its way. It is not where
 * none may be kept (`refused` hears why it cannot), the last attempt failed, or this does not run from a bundle. The process ends by
 * itself and is not waited for; who else wants the same index meanwhile, in any process, leaves it to that one as long as it lives.
 */
export const makeIndexInBackground = (file: OpenedFile, place: IndexPlace, { refused, cli = bundledCli() }: { readonly refused?: ((why: BootscopeError) => void) | undefined; readonly cli?: string | undefined } = {}): boolean => {
  if (cli === undefined || !cacheAllowed()) return false;
  try {
    const claimed = claim(place);
    if (claimed !== 'fresh') return claimed === 'held';
  } catch (error) {
    refused?.(notKept(place, error));
    return false;
  }
  const child = spawn(process.execPath, [cli, 'symbols', file.path, ...(file.symbols === undefined ? [] : ['--symbols', file.symbols]), '--index'], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
  });
  child.on('error', () => {
    claimFailed(place);
  });
  const { pid } = child;
  if (pid === undefined) return false;
  passClaim(place, pid);
  try {
    os.setPriority(pid, niceness);
  } catch {
    // It ended already, or may not be changed.
  }
  child.unref();
  return true;
};
