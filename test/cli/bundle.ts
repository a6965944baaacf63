import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { alias, copyWasm } from '../../scripts/wasm.mjs';

const root = path.join(import.meta.dirname, '../..');

/** The command line in a folder, as one file with what it reads beside itself. Gives the file's path. */
export const bundleCli = async (folder: string): Promise<string> => {
  const common = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', alias, logLevel: 'warning' } as const;
  await build({ ...common, entryPoints: { cli: path.join(root, 'cli/main.ts'), 'symbols-worker': path.join(root, 'debug-adapter/images/index/worker.ts') }, outdir: folder });
  fs.mkdirSync(folder, { recursive: true });
  copyWasm(folder);
  return path.join(folder, 'cli.js');
};
