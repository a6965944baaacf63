// The native part of node-pty, as its package ships it for some systems; N-API, so that one file serves every Node and Electron.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './setup/ensure.mjs';

/** Systems (VS Code's name of the target → node-pty's folder) for which it is shipped. musl and 32-bit ARM have none; on Windows no machine is started. */
export const terminals = { 'linux-x64': 'linux-x64', 'linux-arm64': 'linux-arm64', 'darwin-x64': 'darwin-x64', 'darwin-arm64': 'darwin-arm64' };

/** Copies the part for `target` to `to/prebuilds/`, and nothing where there is none. */
export function copyTerminal(target, to) {
  const into = path.join(to, 'prebuilds');
  fs.rmSync(into, { recursive: true, force: true });
  const name = terminals[target];
  if (name === undefined) return;
  const from = path.join(root, 'node_modules/node-pty/prebuilds', name);
  fs.mkdirSync(path.join(into, name), { recursive: true });
  for (const file of fs.readdirSync(from)) {
    fs.copyFileSync(path.join(from, file), path.join(into, name, file));
    // spawn-helper of macOS is run.
    fs.chmodSync(path.join(into, name, file), 0o755);
  }
}
