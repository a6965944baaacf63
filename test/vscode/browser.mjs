// The VSIX for browsers in real VS Code: its extension host and its language server are web workers, its files lie behind the editor, and
// no program is started. Debugging is refused with what to do instead.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { onScene } from './scene.mjs';
import { extensionFiles, packagedForBrowsers } from './vsix.mjs';

const types = { '.json': 'application/json', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** Puts the extension into the page as an embedder of VS Code does, its files served as by a gallery. */
async function embed(page, url, files) {
  await page.context().route(
    (address) => address.pathname.startsWith('/bootscope-web/'),
    (route) => {
      const name = decodeURIComponent(new URL(route.request().url()).pathname.slice('/bootscope-web/'.length));
      const body = files.get(name);
      return route.fulfill(body === undefined ? { status: 404 } : { body, contentType: types[path.extname(name)] ?? 'application/octet-stream' });
    },
  );
  await page.addInitScript((authority) => {
    const { prototype } = globalThis.Element;
    const { getAttribute } = prototype;
    prototype.getAttribute = function (name) {
      const value = getAttribute.call(this, name);
      if (this.id !== 'vscode-workbench-web-configuration' || name !== 'data-settings') return value;
      return JSON.stringify({ ...JSON.parse(value), additionalBuiltinExtensions: [{ scheme: 'http', authority, path: '/bootscope-web' }] });
    };
  }, new URL(url).host);
}

await onScene('browser', async ({ base, folders, workspace, mark, shot, open }) => {
  fs.mkdirSync(path.join(workspace, 'cd/boot'), { recursive: true });
  fs.writeFileSync(path.join(workspace, 'cd/boot/loader.conf'), 'init_script="/init.sh"\nlive.mode="text"\ninit_path=/rescue/init\n');
  fs.writeFileSync(path.join(workspace, 'cd/init.sh'), '#!/rescue/sh\nkenv -q live.mode\n/rescue/geom union create md1 md0.uzip\n');

  const files = await extensionFiles(packagedForBrowsers(base));
  mark('packaged');
  const workbench = await open({ prepare: (page, url) => embed(page, url, files) });
  const { page } = workbench;
  await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'cd' }).first().waitFor();
  await workbench.openFile('loader.conf');
  await page.locator('.squiggly-error').first().waitFor();
  mark('loader.conf checked');

  await workbench.goToLine(3);
  await page.keyboard.press('End');
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget .monaco-list-row', { hasText: 'Put quotes around /rescue/init' }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.view-line', { hasText: 'init_path="/rescue/init"' }).first().waitFor();
  mark('quick fix applied');

  await workbench.openFile('init.sh');
  await page.locator('.squiggly-error').first().waitFor();
  mark('boot script checked');
  await workbench.goToLine(2);
  await page.keyboard.press('End');
  await page.keyboard.press('F12');
  await page.locator('.tab.active', { hasText: 'loader.conf' }).waitFor();
  mark('from a use to the line that sets it, in a file that the worker had to fetch');
  await page.screenshot({ path: shot('definition') });
  assert.deepEqual(fs.readdirSync(folders.extensions).filter((name) => name.startsWith('bootscope')), [], 'the extension is in the page alone');

  await workbench.command('Bootscope: Show Log');
  await page.locator('.notification-list-item-message', { hasText: 'needs QEMU beside the editor' }).first().waitFor();
  mark('debugging refused');
});
