// The VSIX in real VS Code on the redox-live guest: the units of the files, a boot whose reads are recorded until the mount fails, the failing
// read in the picture, the units as they ran, the cause in the problems panel, and a restart from a checkpoint.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import { buildRedoxLive } from '../guests/redox-live/build.mjs';
import { BootChain, setTheme, themes } from './boot-chain.mjs';
import { inVscode, writeLaunch } from './scene.mjs';

/** The user's tree, and a boot that stops where the kernel begins. */
async function prepare(workspace) {
  const guest = await buildRedoxLive({ variant: 'full', loader: 'pdb' });
  for (const folder of ['userland', 'image']) fs.cpSync(path.join(guest.sources, folder), path.join(workspace, folder), { recursive: true });
  writeLaunch(workspace, [
    {
      type: 'bootscope',
      request: 'launch',
      name: 'Redox live',
      chain: 'redox',
      stopOnEntry: 'kernel',
      qemu: [...guest.qemu, '-name', workspace],
      images: [{ stage: 'kernel', file: guest.kernel }, ...['lived', 'redoxfs'].map((process) => ({ stage: 'userland', file: guest.programs[process], process }))],
      sourceMap: { [guest.sources]: '${workspaceFolder}' },
    },
  ]);
  return guest.constants;
}

await inVscode('redox', prepare, async ({ workbench, mark, shot, workspace }, { allocBlocks }) => {
  const { page } = workbench;
  const chain = new BootChain(workbench);
  await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'userland' }).first().waitFor();

  // Before anything has booted: the units as the files order them.
  await chain.show('Bootscope: Show Unit Order', 'Units');
  await chain.text('units as the files order them').waitFor();
  await chain.frame.locator('svg text', { hasText: 'lived.service' }).first().waitFor();
  mark('units of the files shown');

  await workbench.command('View: Show Run and Debug');
  await page.keyboard.press('F5');
  await workbench.stopped(/stage kernel was entered/i);
  await chain.show('Bootscope: Show Reads of the Live Disk', 'Reads');
  await chain.frame.getByRole('button', { name: 'Record reads from now on' }).click();
  await chain.text('Recording: every access of the live disk is kept').waitFor();
  mark('stopped where the kernel begins, recording');

  await chain.tab('Stages');
  await chain.frame.getByRole('button', { name: 'Take a checkpoint now' }).click();
  const name = page.locator('.quick-input-widget input.input');
  await name.waitFor();
  await name.fill('Before init');
  await page.keyboard.press('Enter');
  await chain.row('Before init').getByRole('button', { name: /Restart from here/ }).waitFor();
  mark('checkpoint taken');

  const fail = async () => {
    await workbench.command('Debug: Continue');
    await workbench.command('Terminal: Focus Terminal');
    await workbench.terminal('not able to mount uuid').waitFor();
    await page.keyboard.press('F6');
    await workbench.stopped(/paused on pause/i);
  };
  await fail();
  mark('the mount has failed');

  await chain.show('Bootscope: Show Reads of the Live Disk', 'Reads');
  await chain.text(/4 MiB of 16 MiB were preloaded/).waitFor();
  const failed = chain.frame.locator('svg [role=button]', { hasText: `✗ EINVAL: block ${allocBlocks.middle}` });
  await failed.waitFor();
  assert.match(await failed.locator('title').textContent(), /ends past the preload[\s\S]*by redoxfs:\d+/);
  await chain.frame.locator('tr.failed', { hasText: 'EINVAL' }).first().waitFor();
  // From the read that fails to the line of the program that asked, by keyboard.
  await failed.focus();
  await page.keyboard.press('Enter');
  await page.locator('.tab.active', { hasText: 'disk.rs' }).waitFor();
  const asked = await chain.frame.locator('tr.failed button.link').first().getAttribute('title');
  assert.match(asked, /userland\/redoxfs\/src\/disk\.rs:\d+$/);
  await page.locator('.statusbar-item', { hasText: `Ln ${/\d+$/.exec(asked)[0]},` }).first().waitFor();
  assert.ok((await chain.walk()) > 15);
  // The picture as a file.
  await chain.frame.getByRole('button', { name: 'Export SVG…' }).press('Enter');
  const saveAs = page.locator('.quick-input-widget input.input');
  await page.waitForFunction(() => document.querySelector('.quick-input-widget input.input')?.value.endsWith('redox-live-reads.svg'));
  await saveAs.press('Enter');
  const picture = path.join(workspace, 'redox-live-reads.svg');
  for (let wait = 0; wait < 600 && !(fs.existsSync(picture) && fs.readFileSync(picture, 'utf8').trimEnd().endsWith('</svg>')); wait++) await page.waitForTimeout(50);
  const svg = fs.readFileSync(picture, 'utf8');
  assert.equal(XMLValidator.validate(svg), true);
  assert.match(svg, /<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[\s\S]*✗ EINVAL: block/);
  mark('from the failing read to its line; the picture is a file');
  await workbench.command('View: Toggle Maximized Panel');
  for (const [kind, theme] of Object.entries(themes)) {
    await setTheme(workbench, theme);
    for (const tab of ['Reads', 'Units']) {
      await chain.tab(tab);
      await chain.frame.locator('#page svg').first().waitFor();
      await chain.axe(`${tab}, ${kind}`);
      await chain.picture(shot(`${tab.toLowerCase()}-${kind}`));
    }
  }
  await workbench.command('View: Toggle Maximized Panel');
  mark('reads and units are accessible in every theme');

  await chain.text('units as they ran').waitFor();
  await chain.frame.locator('svg .unit.failed').waitFor();
  assert.ok((await chain.walk()) > 15);
  await workbench.command('View: Focus Problems');
  const problem = page.locator('.markers-panel .monaco-list-row', { hasText: 'disk.live refuses reads past the preload' }).first();
  await problem.waitFor();
  await page.screenshot({ path: shot('problems') });
  // Where lived says how much it has: no more than the preload.
  const [, at] = /Ln (\d+), Col/.exec(await problem.innerText()) ?? [];
  assert.match(fs.readFileSync(path.join(workspace, 'userland/lived/src/main.rs'), 'utf8').split('\n')[at - 1], /self\.original\.len\(\) as u64/);
  await problem.dblclick();
  await page.locator('.editor-group-container .tab.active', { hasText: 'main.rs' }).waitFor();
  await page.locator('.statusbar-item', { hasText: `Ln ${at},` }).first().waitFor();
  mark('the cause is in the problems panel, at its line');

  await chain.show('Bootscope: Show Boot Stages', 'Stages');
  await chain.row('Before init').getByRole('button', { name: /Restart from here/ }).click();
  await workbench.stopped(/goto|checkpoint|Before init/i);
  mark('back at the checkpoint');
  await fail();
  mark('the mount has failed again');

  await page.keyboard.press('Shift+F5');
});
