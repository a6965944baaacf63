// Starting in real VS Code: F5 without a launch.json on everything that a workspace can hold, what the adapter is given, and what is shown of a session:
// its stage and time, its diagnostics, waiting that can be cancelled.
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
  // With a partition of FreeBSD's type, as a disk has one.
  const disk = fs.readFileSync(fileOf(guest.biosQemu('a')));
  assert.ok(disk.subarray(446, 510).every((byte) => byte === 0), 'the boot sector leaves room for a partition table');
  disk.set([0x80, 0, 2, 0, 0xa5], 446);
  fs.writeFileSync(place('disk.img'), disk);
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
  const rows = page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
  const status = (words) => page.locator('.statusbar-item', { hasText: words }).first();
  /** F5, our debugger of those VS Code knows, and what it has found. An editor that comes to the front meanwhile closes the question. */
  const choose = async (label) => {
    for (let attempt = 0; ; attempt++) {
      try {
        await page.keyboard.press('F5');
        await rows.filter({ hasText: /^Bootscope/ }).first().click({ timeout: 8000 });
        await rows.filter({ hasText: label }).first().waitFor({ timeout: 8000 });
        break;
      } catch (error) {
        if (attempt === 12) throw error;
        await page.keyboard.press('Escape');
      }
    }
    const offered = await rows.locator('.label-name').allInnerTexts();
    await rows.filter({ hasText: label }).first().click();
    return offered;
  };
  const end = async () => {
    await page.keyboard.press('Shift+F5');
    await page.waitForFunction(() => !document.querySelector('.debug-toolbar, .debug-call-stack .monaco-list-row'));
    await status(/· (running|stopped)$/).waitFor({ state: 'detached' });
  };
  try {
    await workbench.command('View: Show Run and Debug');
    const offered = await choose('Boot live.iso');
    assert.deepEqual(offered.sort(), ['Boot build/kernel', 'Boot disk.img', 'Boot esp/EFI/BOOT/BOOTX64.EFI', 'Boot live.iso', `Join what listens on 127.0.0.1:${joined}`, 'make qemu']);
    await workbench.terminal('hello from the disc').waitFor();
    await end();
    mark('F5 offers one of each; the disc has booted');

    await choose('Boot disk.img');
    await workbench.terminal('login:').waitFor();
    await end();
    await choose('Boot esp/EFI/BOOT/BOOTX64.EFI');
    await workbench.terminal('login:').waitFor();
    await end();
    mark('the disk and the loader have booted');

    await choose('make qemu');
    await status(/· running$/).waitFor();
    await page.locator('.terminal-wrapper.active .xterm-rows', { hasText: 'qemu-system-x86_64' }).waitFor();
    assert.equal(await page.locator('.terminal-tabs-entry', { hasText: 'Serial: make qemu' }).count(), 0, 'no console without a serial line');
    await end();
    await choose('Join what listens');
    await status(/· (running|stopped)$/).waitFor();
    await end();
    assert.equal(running.exitCode, null, 'a joined QEMU runs on');
    mark('the Makefile was run, a running QEMU was joined and left');

    // A kernel by itself; what is shown of it while it runs and stands.
    await choose('Boot build/kernel');
    // By itself it asks for its root.
    await workbench.terminal('mountroot>').waitFor();
    await status(/^ ?Kernel · \d+ s · running$/).waitFor();
    await page.keyboard.press('F6');
    await status(/^ ?Kernel · \d+ s · stopped$/).waitFor();
    assert.match(await status(/Kernel · /).getAttribute('aria-label'), /Bootscope: stage Kernel after \d+ s, stopped/);
    await workbench.command('Bootscope: Show Resolved Configuration');
    await page.locator('.editor-instance .view-line', { hasText: '"serialOutput": "event"' }).waitFor();
    const shown = (await page.locator('.editor-instance .view-line').allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
    for (const words of ['"type": "bootscope"', '"request": "launch"', '"build/kernel"', `"cwd": "${workspace}"`]) assert.ok(shown.includes(words), `${words} in ${shown}`);
    await page.screenshot({ path: shot('resolved') });
    mark('status bar and resolved configuration');

    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await workbench.command('Bootscope: Copy Diagnostics');
    await page.locator('.notification-list-item-message', { hasText: 'nothing was sent anywhere' }).waitFor();
    const report = await page.evaluate(() => window.navigator.clipboard.readText());
    assert.match(report, /^### Bootscope diagnostics\n[\s\S]*^Session: stopped$[\s\S]*^Stages: .*kernel[\s\S]*^mountroot> $/m);
    assert.ok(!report.includes(os.homedir()), 'no home folder in the report');
    mark('diagnostics copied');

    await end();

    // Waiting for what never listens is shown, and can be given up. Now there is a launch.json.
    writeLaunch(workspace, [{ type: 'bootscope', request: 'launch', name: 'Waits', command: ['sleep', '100000'], gdb: `127.0.0.1:${made}` }]);
    await workbench.quick('Control+P', 'debug Waits', 'Waits');
    const waiting = page.locator('.notifications-toasts .notification-list-item', { hasText: /Starting the machine/ }).first();
    await waiting.waitFor();
    await page.screenshot({ path: shot('waiting') });
    await waiting.getByRole('button', { name: 'Cancel' }).click();
    const told = page.locator('.monaco-dialog-box');
    await told.waitFor();
    assert.match(await told.innerText(), /BS\d+: [\s\S]*Next: /);
    await page.keyboard.press('Escape');
    await told.waitFor({ state: 'hidden' });
    await end();
    mark('waiting was given up');
  } finally {
    running.kill('SIGKILL');
  }
});
