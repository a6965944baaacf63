// The VSIX in real VS Code: a loader.conf gets its language, colours, diagnostics, completion and a quick fix.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../../scripts/setup/ensure.mjs';
import { ensureVscode } from '../../scripts/setup/vscode.mjs';
import { installVsix, openBrowser, startServer, Workbench } from './workbench.mjs';

const vscode = ensureVscode();
const shots = process.env.SCREENSHOTS ?? path.join(root, 'test-results/vscode');
fs.mkdirSync(shots, { recursive: true });
const base = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-vscode-'));
const folders = { user: path.join(base, 'user'), extensions: path.join(base, 'extensions') };
const workspace = path.join(base, 'workspace');
fs.mkdirSync(path.join(workspace, 'cdroot/boot'), { recursive: true });
fs.writeFileSync(path.join(workspace, 'cdroot/boot/loader.conf'), 'zfs_load="TRUE"\nautoboot_delay="3"\nkern.msgbufsize="1048576"\n\ninit_path=/rescue/init\n');
const started = Date.now();
const mark = (text) => console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);

let server;
let browser;
let workbench;
try {
  const packaged = spawnSync(process.execPath, [path.join(root, 'scripts/package.mjs')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  assert.equal(packaged.status, 0, 'npm run package');
  installVsix(vscode, folders, packaged.stdout.trim().split('\n').at(-1));
  server = await startServer(vscode, folders);
  browser = await openBrowser();
  workbench = await Workbench.open(browser, server.url, { folder: workspace });
  const { page } = workbench;
  await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'cdroot' }).first().waitFor();
  await workbench.openFile('loader.conf');
  await page.locator('.statusbar-item', { hasText: 'loader.conf' }).first().waitFor();
  mark('language recognised');

  await page.locator('.squiggly-error').nth(1).waitFor();
  await page.locator('.view-line', { hasText: '1 MiB' }).first().waitFor();
  mark('diagnostics and inlay hints shown');

  await workbench.goToLine(5);
  await page.keyboard.press('End');
  await page.keyboard.press('Control+.');
  const fix = page.locator('.action-widget .monaco-list-row', { hasText: 'Put quotes around /rescue/init' });
  await fix.waitFor();
  await page.screenshot({ path: path.join(shots, 'loader-conf.png') });
  await page.keyboard.press('Enter');
  await page.locator('.view-line', { hasText: 'init_path="/rescue/init"' }).first().waitFor();
  mark('quick fix applied');

  await page.keyboard.press('Control+End');
  await page.keyboard.type('vfs.root.mountf');
  await page.keyboard.press('Control+Space');
  await page.locator('.suggest-widget .monaco-list-row', { hasText: 'vfs.root.mountfrom' }).first().waitFor();
  mark('completion offered');
  console.log('1 passed, 0 failed');
} catch (error) {
  console.error(error);
  await workbench?.page.screenshot({ path: path.join(shots, 'languages-failure.png') }).catch(() => undefined);
  console.error(server?.log().slice(-3000));
  process.exitCode = 1;
} finally {
  await browser?.close();
  server?.stop();
  fs.rmSync(base, { recursive: true, force: true, maxRetries: 10 });
}
