// The serial console in real VS Code, in one boot: a loader's prompt and mountroot's are answered, the line that stopped the machine is marked,
// output goes on while nobody looks, a guest's escape codes do no harm, a second port is a terminal of its own, and what was said leads to code.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { buildFreebsdLive } from '../guests/freebsd-live/build.mjs';
import { inVscode, writeLaunch } from './scene.mjs';

/** What a hostile medium has in its loader.conf: a title for the window, a text for the clipboard, a link, a question that would be answered into the guest. */
const evil = '\u001b]0;owned\u0007\u001b]52;c;b3duZWQ=\u0007\u001b]8;;http://owned.test\u0007\u001b[6n\u001b[c\u001b[32mgreen of the guest\u001b[0m';

async function prepare(workspace) {
  const guest = await buildFreebsdLive({});
  const sources = path.join(guest.source, 'sys');
  fs.cpSync(sources, path.join(workspace, 'sys'), { recursive: true });
  fs.writeFileSync(path.join(workspace, '.vscode/settings.json'), JSON.stringify({ 'bootscope.serialConsole.logFile': '${workspaceFolder}/serial.log', 'terminal.integrated.tabs.hideCondition': 'never' }));
  const qemu = guest.biosQemu('a', { conf: `autoboot_delay="NO"\nvfs.mountroot.timeout="1"\nhostile="${evil}"\n`, args: ['-serial', 'stdio', '-serial', 'stdio', '-name', workspace] });
  const launch = (name, more) => ({ type: 'bootscope', request: 'launch', name, chain: 'freebsd', images: [{ stage: 'kernel', file: guest.kernel }], sourceMap: { [sources]: '${workspaceFolder}/sys' }, ...more });
  writeLaunch(workspace, [launch('Broken', { qemu: [...qemu, '-machine', 'no-such-machine'] }), launch('Live', { qemu, stopOn: { serial: '/Mounting from .* failed/', panic: '' } })]);
  // The kernel's own panic, as a stack backtrace would print it.
  const [, address] = /^([0-9a-f]+) T panic$/m.exec(execFileSync('nm', [guest.kernel], { encoding: 'utf8' }));
  const [, line] = /kern_shutdown\.c:(\d+)/.exec(execFileSync('addr2line', ['-e', guest.kernel, address], { encoding: 'utf8' }));
  return { address: `0x${address}`, line: Number(line) };
}

await inVscode('console', prepare, async ({ workbench, mark, shot, workspace }, { address, line }) => {
  const { page } = workbench;
  const start = (name) => workbench.quick('Control+P', `debug ${name}`, name);
  const tabs = page.locator('.terminal-tabs-entry');
  const rows = async () => (await page.locator('.terminal-wrapper.active .xterm-rows > div').allInnerTexts()).map((row) => row.replaceAll('\u00a0', ' ').trimEnd());
  const type = (text) => workbench.typeInTerminal((keyboard) => keyboard.type(text));

  await workbench.command('View: Show Run and Debug');
  await start('Broken');
  const failure = page.locator('.monaco-dialog-box');
  await failure.filter({ hasText: /BS104/ }).waitFor();
  await page.keyboard.press('Escape');
  await failure.waitFor({ state: 'hidden' });
  assert.equal(await tabs.count() + await page.locator('.terminal-wrapper').count(), 0, 'a start that fails leaves no console');
  mark('a failing start leaves no console');

  await start('Live');
  await workbench.terminal('OK').waitFor();
  await type('set vfs.root.mountfrom="ufs:/dev/nonexistent"\n');
  await workbench.terminal('OK set vfs.root.mountfrom="ufs:/dev/nonexistent"').waitFor();
  await type('boot\n');
  await workbench.stopped('Mounting from ufs:/dev/nonexistent failed');
  await workbench.terminal('▶ Serial port 1 said').waitFor();
  const shown = await rows();
  const marked = shown.findIndex((row) => row.includes('▶ Serial port 1 said: Mounting from'));
  assert.match(shown[marked - 1], /^Mounting from ufs:\/dev\/nonexistent failed with error 19\.$/, shown.join('\n'));
  await page.locator('.part.panel').screenshot({ path: shot('marked') });
  mark('the loader was answered; the line that stopped the machine is marked');

  await workbench.command('Debug: Continue');
  await workbench.terminal('mountroot>').waitFor();
  await type('cd9660:/dev/iso9660/LIVECD');
  await workbench.terminal('mountroot> cd9660:/dev/iso9660/LIVECD').waitFor();
  await type('\n');
  // Nobody looks while the system comes up.
  await workbench.command('View: Focus Problems');
  await page.locator('.statusbar-item', { hasText: /Login · .* · running/ }).first().waitFor();
  await workbench.command('Terminal: Focus Terminal');
  await workbench.terminal('login:').waitFor({ timeout: 5000 });
  mark('mountroot was answered; a hidden console follows');

  // What a hostile medium has its system print.
  const title = await page.title();
  await type('root\n');
  await workbench.terminal('login: root# ').waitFor();
  await type('kenv hostile\n');
  const green = page.locator('.terminal-wrapper.active .xterm-rows span.xterm-fg-2', { hasText: 'green of the guest' });
  await green.waitFor();
  // What the terminal would have answered would stand at the guest's prompt.
  await type('echo still here\n');
  await workbench.terminal('# echo still here').waitFor();
  const said = (await rows()).join('\n');
  assert.doesNotMatch(said, /owned|b3duZWQ|\[\d+;\d+R|\[\?[\d;]+c/);
  assert.equal(await page.title(), title, 'the title of the window');
  assert.equal(await page.evaluate(() => document.querySelector('.terminal-wrapper.active .xterm-rows a')?.outerHTML), undefined);
  mark('escape codes are filtered');

  // Another port speaks: a terminal of its own, typed to by itself; closed by the user it stays so.
  await type('/usr/libexec/getty 3wire ttyu1 &\n');
  const second = tabs.filter({ hasText: 'Serial 2: Live' });
  await second.click();
  await workbench.terminal('(ttyu1)').waitFor();
  await type('root\n');
  await workbench.terminal('login: root# ').waitFor();
  await type('echo on the second port\n');
  await workbench.terminal('# echo on the second port').waitFor();
  await workbench.command('Bootscope: Toggle Timestamps of the Serial Console');
  await workbench.terminal(/\[ *\d+\.\d{3}\] # echo on the second port/).waitFor();
  await page.screenshot({ path: shot('second') });
  await page.locator('.part.panel [aria-label^="Toggle Timestamps"]:visible').click();
  await page.waitForFunction(() => !/\[ *\d+\.\d{3}\]/.test(document.querySelector('.terminal-wrapper.active .xterm-rows').textContent));
  await page.locator('.part.panel [aria-label^="Toggle Read-Only"]:visible').click();
  await tabs.filter({ hasText: 'Serial 2: Live (read-only)' }).waitFor();
  await type('echo never\n');
  await page.locator('.statusbar-item', { hasText: 'This serial console is read-only.' }).waitFor();
  await workbench.command('Bootscope: Toggle Read-Only Serial Console');
  await type('echo again\n');
  await workbench.terminal('# echo again').waitFor();
  assert.doesNotMatch((await rows()).join('\n'), /never/);
  mark('a second port, timestamps, read-only');

  // Back to the first: what has been said is found, and leads to code.
  await tabs.filter({ hasText: 'Serial: Live' }).click();
  await workbench.terminal('# echo still here').waitFor();
  await workbench.typeInTerminal((keyboard) => keyboard.press('Control+F'));
  await page.locator('.simple-find-part.visible input').fill('BTX loader');
  await page.locator('.simple-find-part .matchesCount', { hasText: '1 of 1' }).waitFor();
  await workbench.terminal('BTX loader 1.00').waitFor();
  await page.keyboard.press('Escape');
  mark('found in the scrollback');

  const source = fs.readFileSync(path.join(workspace, 'sys/kern/vfs_syscalls.c'), 'utf8').split('\n');
  const panics = source.findIndex((line) => line.includes('kdb_panic("kdb_sysctl_panic")')) + 1;
  await type(`echo kern/vfs_syscalls.c:7 ${address}\n`);
  await follow(workbench, /^kern\/vfs_syscalls\.c:7 /, 'kern/vfs_syscalls.c:7', 'Open the file');
  await opened(page, 'vfs_syscalls.c', 7);
  await type('sysctl debug.kdb.panic=1\n');
  await workbench.stopped(/panic/i);
  await workbench.command('Debug: Continue');
  await workbench.terminal('panic: kdb_sysctl_panic').waitFor();
  await workbench.command('Debug: Pause');
  await workbench.stopped(/paused on pause/i);
  await workbench.command('Terminal: Focus Terminal');
  await follow(workbench, /^kern\/vfs_syscalls\.c:7 /, address, 'Show the code at this address');
  await opened(page, 'kern_shutdown.c', line);
  await follow(workbench, /^panic: kdb_sysctl_panic/, 'panic: kdb_sysctl_panic', 'Show the code that panicked');
  await opened(page, 'vfs_syscalls.c', panics);
  mark('links to a file, and from a panic to the code that panicked');

  await page.keyboard.press('Shift+F5');
  await workbench.terminal('▶ the session has ended').waitFor();
  const log = fs.readFileSync(path.join(workspace, 'serial.log'), 'utf8');
  assert.match(log, /^OK boot$[\s\S]*^mountroot> cd9660:\/dev\/iso9660\/LIVECD$[\s\S]*^panic: kdb_sysctl_panic$/m);
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  assert.doesNotMatch(log, /[\u0000-\u0008\u000b-\u001f]/);
  assert.match(fs.readFileSync(path.join(workspace, 'serial.2.log'), 'utf8'), /^# echo on the second port$/m);
  mark('everything is in the log files');
});

/** Follows a link in a row of the terminal as with the mouse: Ctrl and a click on it. */
async function follow(workbench, row, text, tooltip) {
  const { page } = workbench;
  const line = page.locator('.terminal-wrapper.active .xterm-rows > div').filter({ hasText: row }).last();
  await line.waitFor();
  const box = await line.evaluate((element, words) => {
    const walker = document.createTreeWalker(element, 4);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.textContent.replaceAll('\u00a0', ' ').indexOf(words);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at + 2);
      range.setEnd(node, at + 3);
      const { x, y, width, height } = range.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    }
    return undefined;
  }, text);
  assert.ok(box, `"${text}" stands in one piece`);
  await page.mouse.move(box.x - 1, box.y);
  await page.mouse.move(box.x, box.y);
  await page.locator('.terminal-hover-widget, .workbench-hover', { hasText: tooltip }).first().waitFor();
  await page.keyboard.down('Control');
  try {
    await page.mouse.click(box.x, box.y);
  } finally {
    await page.keyboard.up('Control');
  }
}

/** The editor has this file in front, at this line. */
async function opened(page, name, line) {
  await page.locator('.editor-group-container .tab.active', { hasText: name }).waitFor();
  await page.locator('.statusbar-item', { hasText: `Ln ${line},` }).first().waitFor();
}
