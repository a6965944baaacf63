// Starting in real VS Code: F5 without a launch.json on everything that a workspace can hold, what the adapter is given, and what is shown of a session:
// its stage and time, its wires, its diagnostics, waiting that can be cancelled, the snippets of launch.json.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { buildFreebsdLive } from '../guests/freebsd-live/build.mjs';
import { speakingDisc } from './discs.mjs';
import { inVscode, writeLaunch } from './scene.mjs';

/** A TCP port of the loopback that nobody listens on now. */
async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** One of each kind, and a QEMU that listens already. */
async function prepare(workspace) {
  const guest = await buildFreebsdLive({});
  const place = (name) => {
    fs.mkdirSync(path.dirname(path.join(workspace, name)), { recursive: true });
    return path.join(workspace, name);
  };
  const fileOf = (argv) => /file=([^,]+)/.exec(argv.find((word) => word.includes('.img')))[1];
  fs.writeFileSync(place('live.iso'), speakingDisc('hello from the disc'));
  fs.copyFileSync(fileOf(guest.biosQemu('a')), place('disk.img'));
  fs.copyFileSync(guest.kernel, place('build/kernel'));
  fs.mkdirSync(place('esp'));
  execFileSync('mcopy', ['-s', '-i', fileOf(guest.efiQemu('a')), '::/', path.join(workspace, 'esp')], { env: { ...process.env, MTOOLS_SKIP_CHECK: '1' } });
  const [made, joined] = [await freePort(), await freePort()];
  const quiet = ['-m', '64M', '-display', 'none', '-net', 'none', '-name', workspace];
  fs.writeFileSync(place('Makefile'), `qemu:\n\tqemu-system-x86_64 ${quiet.join(' ')} -S -gdb tcp:127.0.0.1:${made}\n`);
  fs.writeFileSync(place('.vscode/tasks.json'), `{ "tasks": [{ "label": "boot", "command": "qemu-system-x86_64 -gdb tcp:127.0.0.1:${joined}" }] }`);
  const running = spawn('qemu-system-x86_64', [...quiet, '-S', '-gdb', `tcp:127.0.0.1:${joined}`], { stdio: 'ignore' });
  return { running, made, joined };
}

await inVscode('start', prepare, async ({ workbench, mark, shot, workspace }, { running, made, joined }) => {
  const { page } = workbench;
  try {
    await workbench.command('View: Show Run and Debug');
    for (let i=0;i<6;i++) { await page.keyboard.press('F5'); await page.waitForTimeout(5000); console.log(i, await page.locator('.quick-input-widget').isVisible(), await page.locator('.quick-input-list .monaco-list-row').allInnerTexts()); await page.screenshot({ path: shot('f5'+i) }); if (await page.locator('.quick-input-widget').isVisible()) break; }
    await page.screenshot({ path: shot('f5') });
  } finally {
    running.kill('SIGKILL');
  }
});
