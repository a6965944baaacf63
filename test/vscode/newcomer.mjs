// A newcomer with the VSIX and QEMU: install, walkthrough, one click to the EINVAL of a live disk, one more to the marked mount rows. No folder is open.
import assert from 'node:assert/strict';
import { BootChain } from './boot-chain.mjs';
import { onScene } from './scene.mjs';
import { packagedVsix } from './vsix.mjs';

// Not part of a newcomer's time.
packagedVsix();
await onScene('newcomer', async ({ seconds, mark, shot, install, open }) => {
  install();
  mark('installed');
  const workbench = await open({ folder: null });
  const { page } = workbench;
  const chain = new BootChain(workbench);
  await workbench.quick('F1', '>Welcome: Open Walkthrough', 'Open Walkthrough');
  const walkthrough = page.locator('.quick-input-list .monaco-list-row', { hasText: 'Debug a Boot Chain' }).first();
  await page.locator('.quick-input-widget input.input').fill('Debug a Boot Chain');
  await walkthrough.waitFor();
  await walkthrough.click();
  await page.locator('.getting-started-step', { hasText: 'Check what it needs' }).first().waitFor();
  mark('walkthrough open');

  const check = page.locator('.gettingStartedContainer .monaco-button', { hasText: /^Check QEMU and Firmware$/ }).first();
  await check.click();
  await page.locator('.notification-list-item-message', { hasText: /qemu-system-x86_64 and the UEFI firmware .* are on this machine/ }).waitFor();
  await page.screenshot({ path: shot('walkthrough') });
  mark('QEMU and firmware found');

  await page.locator('.getting-started-step', { hasText: 'Try the sample boot chain' }).first().click();
  await page.locator('.gettingStartedContainer .monaco-button', { hasText: /^Try the Sample Boot Chain$/ }).first().click();
  await workbench.expandThread('CPU#0');
  await workbench.callStack('read').waitFor();
  await page.locator('.exception-widget', { hasText: /in lived returns EINVAL .*: past the preload; block \d+, offset \d+, length 4096/ }).waitFor();
  mark(`stopped: ${(await workbench.pane('Call Stack').first().innerText()).replace(/\s+/g, ' ').slice(0, 300)}`);
  await chain.text(/past the preload/).waitFor();
  await page.locator('.tab.active', { hasText: 'main.rs' }).waitFor();
  await page.screenshot({ path: shot('einval') });
  await chain.picture(shot('reads'));
  await page.keyboard.press('Shift+F5');
  await page.waitForFunction(() => !document.querySelector('.debug-call-stack .monaco-list-row'));
  mark('ended');

  await workbench.command('Bootscope: Try the Sample: Mount Tables of a Live System');
  await chain.text(/is the root of .*: \d+ of \d+ mounts are not where the kernel says/).waitFor();
  assert.match(await chain.row('/sysroot/boot/efi').innerText(), /statfs and the mount table say \/sysroot\/boot\/efi/);
  mark('marked mount row');
  console.log(`from the VSIX to both answers: ${seconds()} s`);
  await page.screenshot({ path: shot('mounts') });
  await page.keyboard.press('Shift+F5');
  await page.waitForFunction(() => !document.querySelector('.debug-call-stack .monaco-list-row'));
});
