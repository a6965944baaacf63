// The VSIX that the end-to-end tests install: the one that BOOTSCOPE_VSIX names, else packaged now.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { root } from '../../scripts/setup/ensure.mjs';

function pack(...args) {
  const packaged = spawnSync(process.execPath, [path.join(root, 'scripts/package.mjs'), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (packaged.status !== 0) throw new Error('npm run package failed');
  return packaged.stdout.trim().split('\n').at(-1);
}

export const packagedVsix = () => process.env.BOOTSCOPE_VSIX || pack();

/** The VSIX for browsers, made in a folder. */
export const packagedForBrowsers = (folder) => pack('--target', 'web', '--out', folder);

/** The files of the extension in a VSIX: name → bytes. */
export async function extensionFiles(vsix) {
  const zip = await promisify(yauzl.open)(vsix, { lazyEntries: true });
  const files = new Map();
  await new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', resolve);
    zip.on('entry', (entry) =>
      zip.openReadStream(entry, (error, stream) => {
        if (error) return reject(error);
        const chunks = [];
        stream.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
          if (entry.fileName.startsWith('extension/')) files.set(entry.fileName.slice('extension/'.length), Buffer.concat(chunks));
          zip.readEntry();
        });
        return undefined;
      }),
    );
    zip.readEntry();
  });
  return files;
}
