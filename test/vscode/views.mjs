// The views in real VS Code on the freebsd-live guest, by keyboard: from a value to the file that sets it, through every page, against an earlier
// stop, from a process to its stack and its memory. And what they ask the adapter for: nothing while nobody sees them, each thing once for each stop while somebody does.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { buildFreebsdLive } from '../guests/freebsd-live/build.mjs';
import { root } from '../../scripts/setup/ensure.mjs';
import { BootChain } from './boot-chain.mjs';
import { installMemoryEditor } from './memory-editor.mjs';
import { inVscode, writeLaunch } from './scene.mjs';

const sources = path.join(root, 'test/guests/freebsd-live/src');

/** The user's tree with the media's loader.conf, and a boot that stops where the kernel's environment changes. */
async function prepare(workspace) {
  const guest = await buildFreebsdLive({});
  fs.cpSync(sources, path.join(workspace, 'src'), { recursive: true });
  writeLaunch(workspace, [
    { type: 'bootscope', request: 'launch', name: 'FreeBSD live', chain: 'freebsd', qemu: [...guest.qemu('a'), '-name', workspace], images: [{ stage: 'kernel', file: guest.kernel }], sourceMap: { [sources]: '${workspaceFolder}/src' }, stopOnEntry: 'kernel', stopOn: { environment: 'init_script removed' } },
  ]);
}

/** What only our views ask for; stages and the diagnosis are asked for by the status bar and the Problems panel as well. */
const ofViews = ['bootscope/environment', 'bootscope/mounts', 'bootscope/mountHistory', 'bootscope/processes', 'bootscope/addressSpace', 'bootscope/reads', 'bootscope/units', 'bootscope/checkpoints'];

await inVscode(
  'views',
  prepare,
  async ({ workbench, mark, shot, other: adapter }) => {
    const { page } = workbench;
    const chain = new BootChain(workbench);
    const cursor = (line) => page.locator('.statusbar-item', { hasText: `Ln ${line},` }).first();
    const openFile = (name) => page.locator('.editor-group-container .tab.active', { hasText: name });
    const asked = () => adapter.requests().filter((command) => ofViews.includes(command));
    await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'src' }).first().waitFor();
    await workbench.command('View: Show Run and Debug');
    await workbench.quick('Control+P', 'debug FreeBSD live', 'FreeBSD live');
    await workbench.stopped(/stage kernel was entered/i);
    await workbench.command('Debug: Continue');
    await workbench.stopped('init_script is removed');
    for (const pane of ['Watch', 'Breakpoints', 'Loaded Scripts', 'Variables', 'Call Stack']) await workbench.foldPane(pane);
    mark('stopped');

    // In the tree by keyboard: what is wrong comes first; from a value to the line that sets it.
    await workbench.expandPane('Kernel Environment');
    const environment = workbench.pane('Kernel Environment');
    await environment.locator('.monaco-list-row').first().waitFor();
    await environment.locator('.monaco-list').first().focus();
    await page.keyboard.press('Home');
    const focused = environment.locator('.monaco-list-row.focused');
    await focused.filter({ hasText: 'currdev' }).waitFor();
    assert.match(await focused.getAttribute('aria-label'), /currdev .*says "disk0p2:", the kernel has "cd0:"/);
    await page.keyboard.press('ArrowRight');
    await environment.locator('.monaco-list-row', { hasText: 'the kernel has "cd0:"' }).first().waitFor();
    await page.keyboard.press('ArrowDown');
    await focused.filter({ hasText: 'the kernel has "cd0:"' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await focused.filter({ hasText: 'disk0p2: · loader.conf:4' }).waitFor();
    await page.keyboard.press('Enter');
    await openFile('loader.conf').waitFor();
    await cursor(4).waitFor();
    mark('from a row of the tree to the line that sets the value');

    // The same page by page in the panel: every control is reached by Tab, has a name, and shows that it has the focus.
    await chain.show('Bootscope: Show Kernel Environment by Stage', 'Environment');
    const filter = chain.frame.getByLabel('Show variables with');
    await filter.fill('init_path');
    await chain.frame.locator('#page tbody tr').nth(0).filter({ hasText: 'init_path' }).waitFor();
    assert.ok((await chain.walk()) > 5);
    const reader = chain.row('init_path').getByRole('button', { name: 'start_init' });
    await reader.focus();
    await page.keyboard.press('Enter');
    await openFile('init_main.c').waitFor();
    await filter.fill('currdev');
    await chain.row('currdev').getByRole('button', { name: 'loader.conf:4' }).focus();
    await page.keyboard.press('Enter');
    await openFile('loader.conf').waitFor();
    await cursor(4).waitFor();
    await chain.tab('Stages');
    const kernel = chain.frame.locator('svg [role=button]', { hasText: /^Kernel: / });
    await kernel.focus();
    await page.keyboard.press('Enter');
    // Where the machine stood when it was seen to be in the kernel: where, is its own affair.
    const [, name, line] = /\/([^/]+):(\d+)$/.exec(await chain.row('Kernel').locator('button.link[title^="Open /"]').first().getAttribute('title'));
    await openFile(name).waitFor();
    await cursor(line).waitFor();
    assert.ok((await chain.walk()) > 5);
    mark('writer, reader and stage lead to their places by keyboard');

    // Nobody sees a view: a stop costs nothing of theirs.
    await workbench.command('View: Show Explorer');
    await workbench.command('Terminal: Focus Terminal');
    await chain.frame.locator('#root').waitFor({ state: 'detached' });
    const step = async () => {
      adapter.forget();
      await workbench.command('Debug: Step Over');
      for (let wait = 0; wait < 600 && !adapter.requests().includes('event stopped'); wait++) await page.waitForTimeout(50);
      assert.ok(adapter.requests().includes('event stopped'), 'the step ended');
    };
    await step();
    await step();
    await page.locator('.statusbar-item', { hasText: 'stopped' }).first().waitFor();
    assert.deepEqual(asked(), [], 'asked while no view was in sight');
    // What is shown now is read now, and once.
    await chain.show('Bootscope: Show Mount Tables Side by Side', 'Mounts');
    await chain.frame.locator('table.mounts').waitFor();
    assert.deepEqual(asked().sort(), ['bootscope/mountHistory', 'bootscope/mounts']);
    mark('hidden views ask nothing');

    await workbench.command('View: Show Run and Debug');
    for (const pane of ['Kernel Environment', 'Mount Table', 'Processes']) await workbench.expandPane(pane);
    for (const pane of ['Kernel Environment', 'Mount Table', 'Processes']) await workbench.pane(pane).locator('.monaco-list-row').first().waitFor();
    const once = { 'bootscope/environment': 1, 'bootscope/mounts': 2, 'bootscope/mountHistory': 1, 'bootscope/processes': 1 };
    for (const what of ['a step', 'another step']) {
      await step();
      const counts = () => Object.fromEntries(Object.keys(once).map((command) => [command, asked().filter((one) => one === command).length]));
      for (let wait = 0; wait < 600 && Object.entries(once).some(([command, times]) => counts()[command] < times); wait++) await page.waitForTimeout(50);
      // Whatever would be asked twice has been asked for by the time a question that is put now has its answer.
      await chain.frame.getByLabel('Resolve path').fill('/');
      await chain.frame.getByRole('button', { name: 'Resolve' }).click();
      await chain.text('/: kernel and process agree').waitFor();
      assert.deepEqual(counts(), once, `for ${what}: once by the trees, and the mounts once more by the page`);
    }
    mark('visible views ask once for each stop');

    // On to the running system: what was mounted since this stop.
    await workbench.command('Debug: Continue');
    await page.locator('.statusbar-item', { hasText: /Login · .* · running/ }).first().waitFor();
    await workbench.command('Debug: Pause');
    await page.locator('.statusbar-item', { hasText: /Login · .* · stopped/ }).first().waitFor();
    await chain.text(/is the root of .*: \d+ of \d+ mounts are not where the kernel says/).waitFor();
    const against = chain.frame.getByLabel('and with the stop');
    await against.selectOption({ index: 1 });
    await chain.text(/^Since stop \d+ .*: [1-9]\d* added, 0 removed/).waitFor();
    assert.match(await chain.row('/sysroot/boot/efi').innerText(), /\+ \/sysroot\/boot\/efi[\s\S]*new since then/);
    await chain.picture(shot('mounts-since'));
    assert.ok((await chain.walk()) > 6);
    await chain.axe('Mounts against an earlier stop');
    await chain.frame.getByRole('button', { name: 'Tree' }).press('Enter');
    await chain.frame.locator('.tree li').first().waitFor();
    mark('the mount table against an earlier stop');

    // A process, its stack and its memory.
    await workbench.foldPane('Kernel Environment');
    await workbench.foldPane('Mount Table');
    const processes = workbench.pane('Processes');
    const getty = await workbench.rowInPane('Processes', 'getty');
    assert.match(await getty.innerText(), /root \/sysroot/);
    await getty.click();
    await workbench.rowInPane('Processes', 'Stack of getty');
    await processes.locator('.monaco-list-row', { hasText: 'Stack of getty' }).click();
    await processes.locator('.monaco-list-row', { hasText: 'mi_switch' }).first().waitFor();
    const space = await workbench.rowInPane('Processes', 'Address space');
    await space.click();
    const range = await workbench.rowInPane('Processes', /0x[0-9a-f]+–0x[0-9a-f]+/);
    const start = /0x[0-9a-f]+/.exec(await range.innerText())[0];
    await range.hover();
    await range.getByRole('button', { name: 'Show Memory' }).click();
    const memory = page.frameLocator('iframe.webview.ready').last().frameLocator('iframe#active-frame').locator('p');
    await memory.filter({ hasText: new RegExp(`^${start}@0x[0-9a-f]+: [0-9a-f]{32}$`) }).waitFor();
    await page.screenshot({ path: shot('process') });
    mark('stack and memory of a process');

    await page.keyboard.press('Shift+F5');
    await page.waitForFunction(() => !document.querySelector('.debug-call-stack .monaco-list-row'));
  },
  installMemoryEditor,
);
