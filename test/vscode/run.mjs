// The VSIX in real VS Code: F5 on the freebsd-live guest, stop at vfs_mountroot, read stack, environment and mounts off the page, type at a prompt.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { buildFreebsdLive } from '../guests/freebsd-live/build.mjs';
import { root } from '../../scripts/setup/ensure.mjs';
import { BootChain, setTheme, themes } from './boot-chain.mjs';
import { onScene, writeLaunch } from './scene.mjs';

await onScene('run', async ({ workspace, mark, shot, install, open }) => {
  const guest = await buildFreebsdLive({});
  fs.cpSync(path.join(root, 'test/guests/freebsd-live/src'), path.join(workspace, 'src'), { recursive: true });
  fs.copyFileSync(guest.kernel, path.join(workspace, 'kernel.full'));
  const argv = guest.qemu('a').map((word) => (word === guest.kernel ? path.join(workspace, 'kernel.full') : word));
  writeLaunch(workspace, [{ type: 'bootscope', request: 'launch', name: 'FreeBSD live', chain: 'freebsd', qemu: argv, images: [{ stage: 'kernel', file: 'kernel.full' }], sourceMap: { [path.join(root, 'test/guests/freebsd-live/src')]: '${workspaceFolder}/src' } }]);
  install();
  const workbench = await open();
  const { page } = workbench;
  await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'src' }).first().waitFor();

  const text = fs.readFileSync(path.join(workspace, 'src/sys/kern/vfs_mountroot.c'), 'utf8').split('\n');
  const signature = text.findIndex((line) => line.startsWith('vfs_mountroot(void)'));
  assert.ok(signature > 0, 'vfs_mountroot(void) in the source');
  const line = text.findIndex((one, index) => index > signature && /vfs_mountroot_conf0\(/.test(one)) + 1;
  await workbench.openFile('vfs_mountroot.c');
  await workbench.goToLine(line);
  await page.keyboard.press('F9');
  await page.locator('.codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified').first().waitFor();
  mark('breakpoint set');

  await page.keyboard.press('F5');
  await workbench.expandThread('CPU#0');
  await workbench.callStack('vfs_mountroot').waitFor();
  await workbench.callStack('start_init').waitFor();
  await page.locator('.debug-top-stack-frame-column, .debug-top-stack-frame').first().waitFor();
  mark(`stopped: ${(await page.locator('.debug-call-stack .monaco-list-row').allInnerTexts()).map((row) => row.replace(/\s+/g, ' ')).join(' | ')}`);

  await workbench.expandPane('Kernel Environment');
  for (const other of ['Watch', 'Breakpoints', 'Loaded Scripts', 'Variables']) await workbench.foldPane(other);
  const variable = await workbench.rowInPane('Kernel Environment', 'vfs.root.mountfrom');
  assert.match(await variable.innerText(), /cd9660:\/dev\/iso9660\/LIVECD/);
  await page.screenshot({ path: shot('environment') });
  mark('environment shown');

  // The same by stage in the panel; a value is edited in its cell, and the machine is to stop when another changes.
  const chain = new BootChain(workbench);
  await chain.show('Bootscope: Show Boot Stages', 'Stages');
  await chain.row('Firmware').waitFor();
  await chain.frame.locator('svg text', { hasText: /Kernel: .* so far/ }).waitFor();
  await page.keyboard.press('Escape');
  await chain.axe('Stages');
  await chain.screenshot(shot('stages'));
  mark('timeline shown');
  await chain.tab('Environment');
  await chain.row('beastie_disable').getByRole('button', { name: 'Edit beastie_disable' }).click();
  await chain.frame.getByRole('textbox', { name: 'New value of beastie_disable' }).fill('NO');
  await page.keyboard.press('Enter');
  await chain.frame.locator('td.value', { hasText: /^NO$/ }).first().waitFor();
  await (await workbench.rowInPane('Kernel Environment', 'beastie_disable')).filter({ hasText: 'NO' }).waitFor();
  await chain.row('init_script').getByRole('button', { name: 'Break when init_script changes' }).click();
  await chain.frame.locator('button[aria-pressed=true]', { hasText: 'Break' }).waitFor();
  await chain.axe('Environment');
  await chain.picture(shot('environment-by-stage'));
  await page.keyboard.press('F5');
  await workbench.stopped('init_script is removed');
  mark('edited; stopped where init_script changes');
  await workbench.command('Terminal: Focus Terminal');
  await workbench.terminal('init_script is').waitFor();

  // On to the running system, then look at its mounts from a chrooted process.
  await page.keyboard.press('F5');
  await workbench.terminal('login:').waitFor();
  await page.keyboard.press('F6');
  await workbench.stopped(/paused on pause/i);
  for (const other of ['Kernel Environment', 'Call Stack']) await workbench.foldPane(other);
  await workbench.expandPane('Mount Table');
  const mounts = workbench.pane('Mount Table').locator('.monaco-list-row');
  const marked = await workbench.rowInPane('Mount Table', 'while statfs and the mount table say /sysroot');
  assert.match(await marked.innerText(), /≠ kernel: \/sysroot · unionfs/);
  await workbench.widenSideBar(760);
  mark(`mount table: ${(await mounts.allInnerTexts()).length} rows in sight`);
  await page.screenshot({ path: shot('mount-table') });

  await workbench.widenSideBar(300);
  // Both tables side by side in the panel, and the two questions about one path.
  await chain.show('Bootscope: Show Mount Tables Side by Side', 'Mounts');
  await chain.text(/is the root of .*: \d+ of \d+ mounts are not where the kernel says/).waitFor();
  const efi = chain.row('/sysroot/boot/efi');
  assert.match(await efi.innerText(), /\/sysroot\/boot\/efi.*msdosfs[\s\S]*\/boot\/efi[\s\S]*statfs and the mount table say \/sysroot\/boot\/efi/);
  await workbench.command('View: Toggle Maximized Panel');
  await chain.frame.getByLabel('Resolve path').fill('/boot/efi');
  await page.keyboard.press('Enter');
  await chain.text('/boot/efi: kernel and process disagree').waitFor();
  await chain.frame.getByLabel('What would efibootmgr write for').fill('/boot/efi/efi/boot/bootx64.efi');
  await page.keyboard.press('Enter');
  await chain.text('efibootmgr would write a wrong path').waitFor();
  await chain.picture(shot('mounts-side-by-side'));
  await chain.frame.getByRole('button', { name: 'Tree' }).click();
  await chain.frame.locator('.tree li').first().waitFor();
  await chain.axe('Mounts as a tree');
  await chain.frame.getByRole('button', { name: 'Table' }).click();
  mark('mounts side by side');

  for (const [kind, theme] of Object.entries(themes)) {
    await setTheme(workbench, theme);
    for (const tab of ['Stages', 'Environment', 'Mounts', 'Reads', 'Units']) {
      await chain.tab(tab);
      await chain.frame.locator('#page table, #page .note').first().waitFor();
      await chain.axe(`${tab}, ${kind}`);
      await chain.screenshot(shot(`boot-chain-${tab.toLowerCase()}-${kind}`));
    }
  }
  await workbench.command('View: Toggle Maximized Panel');
  mark('every page is accessible in every theme');

  // Keyboard only: arrows move between the tabs, and keys zoom the picture.
  await chain.tab('Stages');
  await page.keyboard.press('ArrowRight');
  await chain.frame.locator('[role=tab][aria-selected=true]:focus', { hasText: 'Environment' }).waitFor();
  await page.keyboard.press('Home');
  await chain.frame.locator('[role=tab][aria-selected=true]:focus', { hasText: 'Stages' }).waitFor();
  const width = async () => Number(await chain.frame.locator('#picture svg').getAttribute('width'));
  const fitted = await width();
  await chain.frame.locator('#picture').focus();
  await page.keyboard.press('+');
  assert.ok((await width()) > fitted * 1.2, 'plus zooms in');
  await page.keyboard.press('0');
  assert.equal(await width(), fitted);
  mark('keyboard moves and zooms');

  // From the evidence of a stage to its line in the serial log.
  await chain.row('Kernel').getByRole('button', { name: '---<<BOOT>>---' }).click();
  await page.locator('.tab.active', { hasText: 'Serial 1' }).waitFor();
  await page.locator('.view-line', { hasText: /\[\s*\d+\.\d{3}\].*BOOT/ }).first().waitFor();
  await page.locator('.statusbar-item', { hasText: /Login · .* · stopped/ }).first().waitFor();
  mark('serial log and status bar');

  await workbench.expandPane('Processes');
  for (const other of ['Mount Table']) await workbench.foldPane(other);
  const getty = await workbench.rowInPane('Processes', 'getty');
  assert.match(await getty.innerText(), /root \/sysroot/);
  await getty.click();
  await workbench.rowInPane('Processes', 'Address space');
  await page.screenshot({ path: shot('processes') });
  mark('processes shown');

  mark('typing at the console');
  await workbench.command('Terminal: Focus Terminal');
  await page.keyboard.press('F5');
  await page.locator('.terminal-wrapper.active .xterm-helper-textarea').focus();
  await page.keyboard.type('hello guest');
  await workbench.terminal('hello guest').waitFor();
  await page.screenshot({ path: shot('serial-console') });

  await page.keyboard.press('Shift+F5');
  await page.waitForFunction(() => !document.querySelector('.debug-call-stack .monaco-list-row'));
  mark('ended');
});
