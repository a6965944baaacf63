// What a suite in real VS Code stands on: folders of its own, the VSIX, a window, and an end that leaves nothing behind.
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

/**
 * Gives `play` a scene. `install` puts the VSIX into VS Code; `open` starts a server and opens one window: on the workspace, unless `folder` says another or `null` for none;
 * `prepare` gets the page before it loads anything, and `address` changes the server's URL.
 */
export async function onScene(name, play) {
  const vscode = ensureVscode();
  fs.mkdirSync(shots, { recursive: true });
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-vscode-'));
  const folders = { user: path.join(base, 'user'), extensions: path.join(base, 'extensions') };
  const workspace = path.join(base, 'workspace');
  fs.mkdirSync(path.join(workspace, '.vscode'), { recursive: true });
  const started = Date.now();
  const seconds = () => ((Date.now() - started) / 1000).toFixed(1);
  const mark = (text) => console.log(`${seconds().padStart(6)} s  ${text}`);
  const shot = (file) => path.join(shots, `${name}-${file}.png`);
  let server;
  let browser;
  let workbench;
  const open = async ({ extra = [], trust = false, folder = workspace, address = (url) => url, prepare } = {}) => {
    server = await startServer(vscode, folders, extra, { trust });
    browser = await openBrowser();
    const { url } = server;
    workbench = await Workbench.open(browser, address(url), { folder: folder ?? undefined, prepare: prepare && ((page) => prepare(page, url)) });
    mark('workbench open');
    return workbench;
  };
  try {
    await play({ vscode, base, folders, workspace, seconds, mark, shot, install: () => installVsix(vscode, folders, packagedVsix()), open });
    const left = () => [...qemusOf(base), ...processesOf('debug-adapter.js', base)];
    for (let wait = 0; left().length > 0 && wait < 600; wait++) await workbench.page.waitForTimeout(100);
    assert.deepEqual(left(), [], 'no QEMU and no adapter is left');
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

/** Plays `story` in one window. `prepare` fills the workspace and gives what the story needs to know; `beside` installs another extension and gives its handle. */
export const inVscode = (name, prepare, story, beside = () => undefined) =>
  onScene(name, async (scene) => {
    const prepared = await prepare(scene.workspace);
    scene.install();
    const other = beside(scene.folders);
    const workbench = await scene.open();
    await story({ ...scene, workbench, other }, prepared);
  });

/** Writes launch.json. */
export const writeLaunch = (workspace, configurations) => fs.writeFileSync(path.join(workspace, '.vscode/launch.json'), JSON.stringify({ version: '0.2.0', configurations }));
