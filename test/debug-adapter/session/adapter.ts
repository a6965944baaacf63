import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import { build } from 'esbuild';
import { alias, copyWasm } from '../../../scripts/wasm.mjs';

const root = path.join(import.meta.dirname, '../../..');

/** The adapter as it is shipped: one bundled file, run as a process of its own. */
export const bundleAdapter = async (): Promise<{ readonly file: string; remove(): void }> => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-adapter-'));
  const file = path.join(directory, 'debug-adapter.js');
  await build({ entryPoints: [path.join(root, 'debug-adapter/main.ts')], outfile: file, bundle: true, platform: 'node', target: 'node20', format: 'cjs', alias, logLevel: 'warning' });
  await build({ entryPoints: [path.join(root, 'debug-adapter/images/index/worker.ts')], outfile: path.join(directory, 'symbols-worker.js'), bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning' });
  copyWasm(directory);
  return {
    file,
    remove: () => {
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
};

/** A client of the adapter's stdio. */
export const startClient = async (file: string): Promise<DebugClient> => {
  const client = new DebugClient('node', file, 'bootscope', undefined, true);
  client.defaultTimeout = 60_000;
  await client.start();
  return client;
};
