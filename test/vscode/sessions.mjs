// The VSIX in real VS Code with two machines at once: views follow the session that is looked at; an adapter that is killed and a window that
// is loaded anew leave nothing behind.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { buildFreebsdLive } from '../guests/freebsd-live/build.mjs';
import { buildRedoxLive } from '../guests/redox-live/build.mjs';
import { BootChain } from './boot-chain.mjs';
import { qemusOf } from './processes.mjs';
import { inVscode, writeLaunch } from './scene.mjs';

/** Both stop where their kernels have started init. */
async function prepare(workspace) {
  const [freebsd, redox] = [await buildFreebsdLive({}), await buildRedoxLive({ variant: 'full' })];
  // The name tells the test's machines from others.
  const launch = (name, chain, qemu, kernel) => ({ type: 'bootscope', request: 'launch', name, chain, qemu: [...qemu, '-name', `${workspace},process=${chain}`], images: [{ stage: 'kernel', file: kernel }], stopOnEntry: 'init' });
  writeLaunch(workspace, [launch('FreeBSD live', 'freebsd', freebsd.qemu('a'), freebsd.kernel), launch('Redox live', 'redox', redox.qemu, redox.kernel)]);
  return workspace;
}

const parentOf = (pid) => /^PPid:\s*(\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

await inVscode('sessions', prepare, async ({ workbench, mark, shot }, workspace) => {
  const { page } = workbench;
  const chain = new BootChain(workbench);
  /** Ids of the QEMUs of one machine. */
  const machines = (name) => qemusOf(workspace).filter((pid) => fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`process=${name}`));
  const ended = async (name) => {
    for (let wait = 0; machines(name).length > 0 && wait < 600; wait++) await page.waitForTimeout(100);
    assert.deepEqual(machines(name), [], `${name} has ended`);
  };
  const start = (name) => workbench.quick('Control+P', `debug ${name}`, name);

  await workbench.command('View: Show Run and Debug');
  // Wide enough for the names of the sessions.
  await workbench.widenSideBar(620);
  await start('FreeBSD live');
  await workbench.stopped(/stage init.* was entered/i);
  await chain.show('Bootscope: Show Kernel Environment by Stage', 'Environment');
  await chain.frame.getByText('FreeBSD live is stopped').first().waitFor();
  await chain.row('vfs.root.mountfrom').waitFor();
  mark('the first is stopped');

  await start('Redox live');
  await workbench.callStack('Redox live').filter({ hasText: /stage init.* was entered/i }).waitFor();
  mark('the second is stopped');

  /** Looks at one of the two: the page is its own, and nothing of the other's. */
  const look = async (name, own, others) => {
    // On its name: in the middle of the row are its buttons.
    await workbench.callStack(name).locator('.name').first().click();
    await chain.show('Bootscope: Show Kernel Environment by Stage', 'Environment');
    await chain.frame.getByText(`${name} is stopped`).first().waitFor();
    await chain.row(own).waitFor();
    assert.equal(await chain.row(others).count(), 0, `nothing of the other machine beside ${name}`);
  };
  await look('Redox live', 'DISK_LIVE_SIZE', 'vfs.root.mountfrom');
  await look('FreeBSD live', 'vfs.root.mountfrom', 'DISK_LIVE_SIZE');
  await page.screenshot({ path: shot('two') });
  mark('the views follow the session that is looked at');

  // QEMU's parent is its supervisor, whose parent is the adapter.
  const [redox] = machines('redox');
  process.kill(Number(parentOf(parentOf(redox))), 'SIGKILL');
  await ended('redox');
  assert.equal(machines('freebsd').length, 1, 'the other machine lives');
  mark('an adapter was killed; its machine has ended');

  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload({ waitUntil: 'domcontentloaded' });
  await page.locator('.monaco-workbench').waitFor();
  await ended('freebsd');
  mark('the window was loaded anew; nothing is left');
});
