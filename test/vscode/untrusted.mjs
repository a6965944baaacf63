// The VSIX in an untrusted workspace of real VS Code: files are still checked; nothing is spawned, and no path of the workspace is run.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { processesOf } from './processes.mjs';
import { onScene, writeLaunch } from './scene.mjs';

await onScene('untrusted', async ({ base, folders, workspace, shot, install, open }) => {
  const ran = path.join(base, 'it-ran');
  fs.mkdirSync(path.join(workspace, 'boot'), { recursive: true });
  fs.writeFileSync(path.join(workspace, 'boot/loader.conf'), 'autoboot_delay="3"\ninit_path=/rescue/init\n');
  // Whatever of this is run leaves a trace.
  fs.writeFileSync(path.join(workspace, 'qemu-system-x86_64'), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
  fs.writeFileSync(path.join(workspace, 'Makefile'), `qemu:\n\ttouch ${ran}; qemu-system-x86_64 -s\n$(shell touch ${ran})\n`);
  const configurations = [{ type: 'bootscope', request: 'launch', name: 'Theirs', qemu: ['./qemu-system-x86_64'] }];
  writeLaunch(workspace, configurations);

  install();
  const workbench = await open({ trust: true });
  const { page } = workbench;
  await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
  await workbench.openFile('loader.conf');
  await page.locator('.squiggly-error').first().waitFor();

  await workbench.command('Bootscope: Boot or Join from This Workspace');
  await page.locator('.notification-list-item-message', { hasText: 'Bootscope starts no program and joins no machine in an untrusted workspace' }).waitFor();
  await page.screenshot({ path: shot('restricted') });

  // F5: VS Code itself asks first; who says no starts nothing.
  await page.keyboard.press('F5');
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(fs.existsSync(ran), false, 'something of the workspace was run');
  assert.deepEqual(processesOf('debug-adapter.js', folders.extensions), [], 'no adapter was started');
});
