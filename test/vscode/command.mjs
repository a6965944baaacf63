// A user's own command in the terminal that the VSIX brings: typed to, in colour and size, joined when its QEMU listens; ended with the
// session, by Ctrl-C, by its own failure, with a killed adapter and a window loaded anew; and without node-pty.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { buildFreebsdLive } from '../guests/freebsd-live/build.mjs';
import { processesOf } from './processes.mjs';
import { inVscode, writeLaunch } from './scene.mjs';

const makefile = (qemu, folder) => `
QEMU = ${qemu.map((word) => `'${word}'`).join(' ')} -name ${folder} -S -gdb unix:gdb.sock,server=on,wait=off -serial unix:serial.sock,server=on,wait=off
# In a terminal, and asked what to boot.
qemu:
\t@test -t 0 && printf 'which machine? ' && read name && printf '\\033[32mbooting %s\\033[0m\\n' "$$name"; stty size; printf 'ready? ' && read go
\t@$(QEMU)
plain:
\t@echo booting without a question
\t@$(QEMU)
broken:
\t@echo "kernel.c:12: error: no such member"; exit 3
`;

async function prepare(workspace) {
  const guest = await buildFreebsdLive({});
  fs.writeFileSync(path.join(workspace, 'Makefile'), makefile(guest.qemu('a'), workspace));
  const make = (name, target) => ({ type: 'bootscope', request: 'launch', name, chain: 'freebsd', command: ['make', target], gdb: 'unix:gdb.sock', serial: 'unix:serial.sock', images: [{ stage: 'kernel', file: guest.kernel }] });
  writeLaunch(workspace, [make('Own command', 'qemu'), make('No question', 'plain'), make('Broken', 'broken')]);
  return workspace;
}

await inVscode('command', prepare, async ({ workbench, mark, shot, folders }, workspace) => {
  const { page } = workbench;
  const start = (name) => workbench.quick('Control+P', `debug ${name}`, name);
  /** Every process that the command started, and its leader. */
  const processes = () => [...processesOf('qemu-system', workspace), ...processesOf('command-leader.js', folders.extensions)];
  const gone = async () => {
    for (let wait = 0; processes().length > 0 && wait < 600; wait++) await page.waitForTimeout(100);
    assert.deepEqual(processes(), [], 'nothing of the command is left');
    await page.waitForFunction(() => !document.querySelector('.debug-call-stack .monaco-list-row'));
  };
  const failure = page.locator('.monaco-dialog-box');
  /** The one error that is shown; then it is put away. */
  const told = async (words) => {
    await failure.filter({ hasText: words }).waitFor();
    assert.equal(await failure.count(), 1, 'one error at a time');
    assert.equal(await page.locator('.notification-list-item', { hasText: /BS\d/ }).count(), 0, 'and no other beside it');
    const text = await failure.innerText();
    await page.keyboard.press('Escape');
    await failure.waitFor({ state: 'hidden' });
    return text;
  };

  await workbench.command('View: Show Run and Debug');
  await start('Own command');
  await workbench.terminal('which machine?').waitFor();
  await workbench.typeInTerminal((keyboard) => keyboard.type('the live one\n'));
  const booting = page.locator('.terminal-wrapper.active .xterm-rows span.xterm-fg-2', { hasText: 'booting the live one' });
  await booting.waitFor();
  const rows = await page.locator('.terminal-wrapper.active .xterm-rows > div').count();
  await workbench.terminal(new RegExp(`${rows} \\d+`)).waitFor();
  // Only now: once QEMU listens, the machine's console comes to the front.
  await workbench.typeInTerminal((keyboard) => keyboard.press('Enter'));
  mark('typed to, in colour, in its size');
  // Joined: the console of the machine comes to the front.
  await workbench.terminal('login:').waitFor();
  await page.screenshot({ path: shot('joined') });
  mark('joined and booted');
  await page.keyboard.press('Shift+F5');
  await gone();
  mark('ended with the session');

  await start('Own command');
  await workbench.terminal('which machine?').waitFor();
  await workbench.typeInTerminal((keyboard) => keyboard.press('Control+C'));
  assert.match(await told(/BS507/), /the command make qemu was ended in its terminal .*Next: start the session again/s);
  await workbench.terminal('The command has ended').waitFor();
  await page.screenshot({ path: shot('interrupted') });
  await gone();
  mark('ended by Ctrl-C, and said so');

  await start('Broken');
  assert.match(await told(/BS501/), /the command make broken ended \(exit code 2\).*no such member/s);
  await gone();
  mark('a failing command is one error, with its last words');

  await start('No question');
  await workbench.terminal('login:').waitFor();
  const [adapter] = processesOf('debug-adapter.js', folders.extensions);
  process.kill(Number(adapter), 'SIGKILL');
  await gone();
  mark('an adapter was killed; its command has ended');

  await start('No question');
  await workbench.terminal('login:').waitFor();
  page.on('dialog', (dialog) => void dialog.accept());
  const [installed] = fs.readdirSync(folders.extensions).filter((name) => name.startsWith('bootscope.'));
  fs.rmSync(path.join(folders.extensions, installed, 'dist/prebuilds'), { recursive: true });
  await page.reload({ waitUntil: 'domcontentloaded' });
  await page.locator('.monaco-workbench').waitFor();
  await gone();
  mark('the window was loaded anew; nothing is left');

  // Without its native part the command runs beside the adapter.
  await start('No question');
  await workbench.terminal('login:').waitFor();
  await workbench.command('Debug Console: Focus on Debug Console View');
  await page.locator('.repl .monaco-list-row', { hasText: 'has no terminal of its own here' }).first().waitFor();
  await page.locator('.repl .monaco-list-row', { hasText: 'booting without a question' }).first().waitFor();
  await page.screenshot({ path: shot('without') });
  await page.keyboard.press('Shift+F5');
  await gone();
  mark('without node-pty it works, and the debug console says why');
});
