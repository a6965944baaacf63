// What a suite in real VS Code stands on: the VSIX installed, a workspace open, and an end that leaves nothing behind.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../../scripts/setup/ensure.mjs';
import { ensureVscode } from '../../scripts/setup/vscode.mjs';
import { processesOf, qemusOf } from './processes.mjs';
import { packagedVsix } from './vsix.mjs';
import { installVsix, openBrowser, startServer, Workbench } from './workbench.mjs';

/** Where screenshots go. */
const shots = process.env.SCREENSHOTS ?? path.join(root, 'test-results/vscode');

/** Plays `story` in one window. `prepare` fills the workspace and gives what the story needs to know; `beside` installs another extension and gives its handle. */
export async function inVscode(name, prepare, story, beside = () => undefined) {
  const vscode = ensureVscode();
  fs.mkdirSync(shots, { recursive: true });
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-vscode-'));
  const folders = { user: path.join(base, 'user'), extensions: path.join(base, 'extensions') };
  const workspace = path.join(base, 'workspace');
  const started = Date.now();
  const mark = (text) => console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  const shot = (file) => path.join(shots, `${name}-${file}.png`);
  let server;
  let browser;
  let workbench;
  try {
    fs.mkdirSync(path.join(workspace, '.vscode'), { recursive: true });
    const prepared = await prepare(workspace);
    installVsix(vscode, folders, packagedVsix());
    const other = beside(folders);
    server = await startServer(vscode, folders);
    browser = await openBrowser();
    workbench = await Workbench.open(browser, server.url, { folder: workspace });
    mark('workbench open');
    await story({ workbench, mark, shot, workspace, folders, other }, prepared);
    for (let wait = 0; qemusOf(base).length + processesOf('debug-adapter.js', base).length > 0 && wait < 600; wait++) await workbench.page.waitForTimeout(100);
    assert.deepEqual([...qemusOf(base), ...processesOf('debug-adapter.js', base)], [], 'no QEMU and no adapter is left');
    console.log('1 passed, 0 failed');
  } catch (error) {
    console.error(error);
    await workbench?.page.screenshot({ path: shot('failure') }).catch(() => undefined);
    console.error(server?.log().slice(-3000));
    process.exitCode = 1;
  } finally {
    await browser?.close();
    server?.stop();
    fs.rmSync(base, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** Writes launch.json. */
export const writeLaunch = (workspace, configurations) => fs.writeFileSync(path.join(workspace, '.vscode/launch.json'), JSON.stringify({ version: '0.2.0', configurations }));
