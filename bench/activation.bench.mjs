// How long real VS Code takes to activate the extension: the code is loaded and `activate` has returned. The figure is the editor's own, as
// "Developer: Show Running Extensions" tells it.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensurePackages } from '../scripts/setup/ensure.mjs';
import { ensureVscode } from '../scripts/setup/vscode.mjs';
import { packagedVsix } from '../test/vscode/vsix.mjs';
import { installVsix, openBrowser, startServer, Workbench } from '../test/vscode/workbench.mjs';

let vsix;

/** Milliseconds from one window that was never opened before. */
async function activation() {
  ensurePackages('vscode');
  const vscode = ensureVscode();
  vsix ??= packagedVsix();
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-bench-'));
  const folders = { user: path.join(base, 'user'), extensions: path.join(base, 'extensions') };
  fs.mkdirSync(path.join(base, 'w/boot'), { recursive: true });
  fs.writeFileSync(path.join(base, 'w/boot/loader.conf'), 'init_path=/rescue/init\n');
  let server;
  let browser;
  try {
    installVsix(vscode, folders, vsix);
    server = await startServer(vscode, folders);
    browser = await openBrowser();
    const workbench = await Workbench.open(browser, server.url, { folder: path.join(base, 'w') });
    const { page } = workbench;
    await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'boot' }).first().waitFor();
    await workbench.openFile('loader.conf');
    await page.locator('.squiggly-error').first().waitFor();
    await workbench.command('Developer: Show Running Extensions');
    const row = page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'Bootscope' }).filter({ hasText: /Activation: \d+\s*ms/ });
    await row.waitFor();
    return Number(/Activation: (\d+)/.exec(await row.innerText())[1]);
  } finally {
    await browser?.close();
    server?.stop();
    fs.rmSync(base, { recursive: true, force: true, maxRetries: 10 });
  }
}

export const benches = () => [{ figures: [{ name: 'extension.activation', unit: 'ms' }], ours: async () => [await activation()], reason: 'no peer; the goal is 100 ms' }];
