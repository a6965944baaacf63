// The extension inside VS Code's own extension host, by VS Code's API: what a page does not show.
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { buildFreebsdLive } from '../guests/freebsd-live/build.mjs';
import { root } from '../../scripts/setup/ensure.mjs';
import { onScene, writeLaunch } from './scene.mjs';
import { extensionFiles, packagedVsix } from './vsix.mjs';

await onScene('in-host', async ({ base, workspace, open }) => {
  const extension = path.join(base, 'extension');
  const tests = path.join(base, 'tests');
  const report = path.join(base, 'report.txt');
  for (const [name, bytes] of await extensionFiles(packagedVsix())) {
    fs.mkdirSync(path.dirname(path.join(extension, name)), { recursive: true });
    fs.writeFileSync(path.join(extension, name), bytes);
  }
  await build({ absWorkingDir: root, entryPoints: ['test/vscode/in-host/index.ts'], outfile: path.join(tests, 'index.js'), bundle: true, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'], logLevel: 'error' });
  const guest = await buildFreebsdLive({});
  fs.mkdirSync(path.join(workspace, 'cdroot/boot'), { recursive: true });
  fs.cpSync(path.join(root, 'test/guests/freebsd-live/src'), path.join(workspace, 'src'), { recursive: true });
  fs.copyFileSync(guest.kernel, path.join(workspace, 'kernel.full'));
  fs.writeFileSync(path.join(workspace, 'cdroot/boot/loader.conf'), 'init_path=/rescue/init\nlive.mode="text"\nvfs.root.mountfrom="cd9660:/dev/iso9660/WRONG"\n');
  fs.writeFileSync(path.join(workspace, 'cdroot/init.sh'), '#!/rescue/sh\nif [ "$(kenv -q live.mode)" = text ]; then echo text; fi\n');
  const qemu = guest.qemu('a', { append: 'vfs.root.mountfrom=cd9660:/dev/iso9660/WRONG vfs.mountroot.timeout=1' }).map((word) => (word === guest.kernel ? path.join(workspace, 'kernel.full') : word));
  const configuration = { type: 'bootscope', request: 'launch', name: 'FreeBSD live', chain: 'freebsd', qemu, images: [{ stage: 'kernel', file: 'kernel.full' }], sourceMap: { [path.join(root, 'test/guests/freebsd-live/src')]: '${workspaceFolder}/src' } };
  writeLaunch(workspace, [configuration]);

  process.env.BOOTSCOPE_IN_HOST_REPORT = report;
  let ended;
  const end = new Promise((resolve) => {
    ended = resolve;
  });
  await open({
    extra: ['--vscode-option', 'enable-smoke-test-driver'],
    address: (url) => {
      const address = new URL(url);
      const there = `vscode-remote://${address.host}`;
      address.searchParams.set('payload', JSON.stringify([['extensionDevelopmentPath', `${there}${extension}`], ['extensionTestsPath', `${there}${path.join(tests, 'index.js')}`], ['skipWelcome', 'true']]));
      return address.href;
    },
    prepare: async (page) => {
      await page.exposeFunction('codeAutomationExit', (code) => ended(code));
      await page.exposeFunction('codeAutomationLog', () => undefined);
    },
  });
  const code = await end;
  const text = fs.existsSync(report) ? fs.readFileSync(report, 'utf8') : '';
  console.log(text);
  if (code !== 0 || !text.includes('ok ')) throw new Error(`the tests ended with ${code}`);
});
