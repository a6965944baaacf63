// The VSIX in real VS Code: a loader.conf gets its language, diagnostics, completion and a quick fix; a boot script a quick fix; a unit is
// renamed with its file and all that names it; a launchd job is checked.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { onScene } from './scene.mjs';

await onScene('languages', async ({ workspace, mark, shot, install, open }) => {
  fs.mkdirSync(path.join(workspace, 'cdroot/boot'), { recursive: true });
  fs.writeFileSync(path.join(workspace, 'cdroot/boot/loader.conf'), 'zfs_load="TRUE"\nautoboot_delay="3"\nkern.msgbufsize="1048576"\n\ninit_path=/rescue/init\n');
  const units = path.join(workspace, 'initfs/init.initfs.d');
  const jobs = path.join(workspace, 'cdroot/System/Library/LaunchDaemons');
  for (const folder of [units, jobs]) fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(workspace, 'cdroot/live.sh'), '#!/rescue/sh\n/rescue/geom union create md1 md0.uzip\n');
  fs.writeFileSync(path.join(units, '10_lived.service'), '[unit]\n[service]\ncmd = "lived"\ntype = "notify"\n');
  fs.writeFileSync(path.join(units, '90_initfs.target'), '[unit]\nrequires_weak = ["10_lived.service"]\n');
  fs.writeFileSync(path.join(jobs, 'org.example.job.plist'), '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>\n<key>Label</key>\n<string>org.example.job</string>\n<key>Program</key>\n<string>/bin/date</string>\n<key>RunAtLoad</key>\n<string>true</string>\n</dict>\n</plist>\n');

  install();
  const workbench = await open();
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
  await page.screenshot({ path: shot('loader-conf') });
  await page.keyboard.press('Enter');
  await page.locator('.view-line', { hasText: 'init_path="/rescue/init"' }).first().waitFor();
  mark('quick fix applied');

  await page.keyboard.press('Control+End');
  await page.keyboard.type('vfs.root.mountf');
  await page.keyboard.press('Control+Space');
  await page.locator('.suggest-widget .monaco-list-row', { hasText: 'vfs.root.mountfrom' }).first().waitFor();
  mark('completion offered');
  await page.keyboard.press('Escape');

  await workbench.openFile('live.sh');
  await page.locator('.squiggly-error').first().waitFor();
  await workbench.goToLine(2);
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget .monaco-list-row', { hasText: 'Call /sbin/geom' }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.view-line', { hasText: '/sbin/geom union' }).first().waitFor();
  mark('boot script cured');

  await workbench.openFile('10_lived.service');
  await workbench.goToLine(1);
  await page.keyboard.press('F2');
  const name = page.locator('.rename-box input');
  await name.waitFor();
  assert.equal(await name.inputValue(), '10_lived.service');
  await name.fill('11_lived');
  await page.keyboard.press('Enter');
  await page.locator('.tab', { hasText: '11_lived.service' }).first().waitFor();
  assert.equal(fs.existsSync(path.join(units, '11_lived.service')), true);
  await workbench.openFile('90_initfs.target');
  await page.locator('.view-line', { hasText: '"11_lived.service"' }).first().waitFor();
  mark('unit renamed with its file');

  await workbench.openFile('org.example.job.plist');
  await page.locator('.squiggly-error').first().waitFor();
  await page.screenshot({ path: shot('launchd-job') });
  mark('launchd job checked');
});
