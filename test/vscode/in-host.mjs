// The extension inside VS Code's own extension host, by VS Code's API: what a page does not show.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { buildFreebsdLive } from '../guests/freebsd-live/build.mjs';
import { root } from '../../scripts/setup/ensure.mjs';
import { ensureVscode } from '../../scripts/setup/vscode.mjs';
import { processesOf, qemusOf } from './processes.mjs';
import { extensionFiles, packagedVsix } from './vsix.mjs';
import { openBrowser, startServer, Workbench } from './workbench.mjs';

const vscode = ensureVscode();
const shots = process.env.SCREENSHOTS ?? path.join(root, 'test-results/vscode');
fs.mkdirSync(shots, { recursive: true });
const base = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-vscode-'));
const folders = { user: path.join(base, 'user'), extensions: path.join(base, 'extensions') };
const workspace = path.join(base, 'workspace');
const extension = path.join(base, 'extension');
const tests = path.join(base, 'tests');
const report = path.join(base, 'report.txt');

let server;
let browser;
let workbench;
try {
  for (const [name, bytes] of await extensionFiles(packagedVsix())) {
    fs.mkdirSync(path.dirname(path.join(extension, name)), { recursive: true });
    fs.writeFileSync(path.join(extension, name), bytes);
  }
  await build({ absWorkingDir: root, entryPoints: ['test/vscode/in-host/index.ts'], outfile: path.join(tests, 'index.js'), bundle: true, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'], logLevel: 'error' });
  const guest = await buildFreebsdLive({});
  fs.mkdirSync(path.join(workspace, '.vscode'), { recursive: true });
  fs.mkdirSync(path.join(workspace, 'cdroot/boot'), { recursive: true });
  fs.cpSync(path.join(root, 'test/guests/freebsd-live/src'), path.join(workspace, 'src'), { recursive: true });
  fs.copyFileSync(guest.kernel, path.join(workspace, 'kernel.full'));
  fs.writeFileSync(path.join(workspace, 'cdroot/boot/loader.conf'), 'init_path=/rescue/init\nlive.mode="text"\nvfs.root.mountfrom="cd9660:/dev/iso9660/WRONG"\n');
  fs.writeFileSync(path.join(workspace, 'cdroot/init.sh'), '#!/rescue/sh\nif [ "$(kenv -q live.mode)" = text ]; then echo text; fi\n');
  const qemu = guest.qemu('a', { append: 'vfs.root.mountfrom=cd9660:/dev/iso9660/WRONG vfs.mountroot.timeout=1' }).map((word) => (word === guest.kernel ? path.join(workspace, 'kernel.full') : word));
  const configuration = { type: 'bootscope', request: 'launch', name: 'FreeBSD live', chain: 'freebsd', qemu, images: [{ stage: 'kernel', file: 'kernel.full' }], sourceMap: { [path.join(root, 'test/guests/freebsd-live/src')]: '${workspaceFolder}/src' } };
  fs.writeFileSync(path.join(workspace, '.vscode/launch.json'), JSON.stringify({ version: '0.2.0', configurations: [configuration] }));

  process.env.BOOTSCOPE_IN_HOST_REPORT = report;
  server = await startServer(vscode, folders, ['--vscode-option', 'enable-smoke-test-driver']);
  browser = await openBrowser();
  const there = `vscode-remote://${new URL(server.url).host}`;
  const payload = [['extensionDevelopmentPath', `${there}${extension}`], ['extensionTestsPath', `${there}${path.join(tests, 'index.js')}`], ['skipWelcome', 'true']];
  let ended;
  const end = new Promise((resolve) => {
    ended = resolve;
  });
  const address = new URL(server.url);
  address.searchParams.set('payload', JSON.stringify(payload));
  workbench = await Workbench.open(browser, address.href, {
    folder: workspace,
    prepare: async (page) => {
      await page.exposeFunction('codeAutomationExit', (code) => ended(code));
      await page.exposeFunction('codeAutomationLog', () => undefined);
    },
  });
  const code = await end;
  const text = fs.existsSync(report) ? fs.readFileSync(report, 'utf8') : '';
  console.log(text);
  if (code !== 0 || !text.includes('ok ')) throw new Error(`the tests ended with ${code}`);
  for (let wait = 0; qemusOf(base).length + processesOf('debug-adapter.js', base).length > 0 && wait < 600; wait++) await workbench.page.waitForTimeout(100);
  if (qemusOf(base).length + processesOf('debug-adapter.js', base).length > 0) throw new Error('something was left running');
  console.log('1 passed, 0 failed');
} catch (error) {
  console.error(error);
  await workbench?.page.screenshot({ path: path.join(shots, 'in-host-failure.png') }).catch(() => undefined);
  console.error(server?.log().slice(-3000));
  process.exitCode = 1;
} finally {
  await browser?.close();
  server?.stop();
  fs.rmSync(base, { recursive: true, force: true, maxRetries: 10 });
}
