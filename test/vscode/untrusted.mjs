// The VSIX in an untrusted workspace of real VS Code: files are still checked; nothing is spawned, and no path of the workspace is run.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../../scripts/setup/ensure.mjs';
import { ensureVscode } from '../../scripts/setup/vscode.mjs';
import { processesOf } from './processes.mjs';
import { packagedVsix } from './vsix.mjs';
import { installVsix, openBrowser, startServer, Workbench } from './workbench.mjs';

const vscode = ensureVscode();
const shots = process.env.SCREENSHOTS ?? path.join(root, 'test-results/vscode');
fs.mkdirSync(shots, { recursive: true });
const base = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-vscode-'));
const folders = { user: path.join(base, 'user'), extensions: path.join(base, 'extensions') };
const workspace = path.join(base, 'workspace');
const ran = path.join(base, 'it-ran');
fs.mkdirSync(path.join(workspace, 'boot'), { recursive: true });
fs.mkdirSync(path.join(workspace, '.vscode'));
fs.writeFileSync(path.join(workspace, 'boot/loader.conf'), 'autoboot_delay="3"\ninit_path=/rescue/init\n');
// Whatever of this is run leaves a trace.
fs.writeFileSync(path.join(workspace, 'qemu-system-x86_64'), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
fs.writeFileSync(path.join(workspace, 'Makefile'), `qemu:\n\ttouch ${ran}; qemu-system-x86_64 -s\n$(shell touch ${ran})\n`);
const configurations = [{ type: 'bootscope', request: 'launch', name: 'Theirs', qemu: ['./qemu-system-x86_64'] }];
fs.writeFileSync(path.join(workspace, '.vscode/launch.json'), JSON.stringify({ version: '0.2.0', configurations }));

let server;
let browser;
let workbench;
try {
  installVsix(vscode, folders, packagedVsix());
  server = await startServer(vscode, folders, [], { trust: true });
  browser = await openBrowser();
  workbench = await Workbench.open(browser, server.url, { folder: workspace });
  const { page } = workbench;
  await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
  await workbench.openFile('loader.conf');
  await page.locator('.squiggly-error').first().waitFor();

  await workbench.command('Bootscope: Boot or Join from This Workspace');
  await page.locator('.notification-list-item-message', { hasText: 'Bootscope starts no program and joins no machine in an untrusted workspace' }).waitFor();
  await page.screenshot({ path: path.join(shots, 'untrusted.png') });

  // F5: VS Code itself asks first; who says no starts nothing.
  await page.keyboard.press('F5');
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(fs.existsSync(ran), false, 'something of the workspace was run');
  assert.deepEqual(processesOf('debug-adapter.js', folders.extensions), [], 'no adapter was started');
  console.log('1 passed, 0 failed');
} catch (error) {
  console.error(error);
  await workbench?.page.screenshot({ path: path.join(shots, 'untrusted-failure.png') }).catch(() => undefined);
  console.error(server?.log().slice(-3000));
  process.exitCode = 1;
} finally {
  await browser?.close();
  server?.stop();
  fs.rmSync(base, { recursive: true, force: true, maxRetries: 10 });
}
