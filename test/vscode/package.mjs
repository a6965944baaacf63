// The VSIX as it is shipped: what is in it, how big, and when it is activated.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { terminals } from '../../scripts/terminal.mjs';
import { packagedVsix } from './vsix.mjs';

const most = { vsix: 8e6, sample: 2e6 };
const file = packagedVsix();

/** Name → [bytes, compressed bytes]; and the text of one file. */
async function read(vsix, wanted) {
  const zip = await promisify(yauzl.open)(vsix, { lazyEntries: true });
  const sizes = new Map();
  let text = '';
  await new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', resolve);
    zip.on('entry', (entry) => {
      sizes.set(entry.fileName, [entry.uncompressedSize, entry.compressedSize]);
      if (entry.fileName !== wanted) return zip.readEntry();
      return zip.openReadStream(entry, (error, stream) => {
        if (error) return reject(error);
        stream.on('data', (chunk) => (text += chunk)).on('end', () => zip.readEntry());
        return undefined;
      });
    });
    zip.readEntry();
  });
  return { sizes, text };
}

const { sizes, text } = await read(file, 'extension/package.json');
const names = [...sizes.keys()];
const manifest = JSON.parse(text);

assert.ok(fs.statSync(file).size < most.vsix, `${file} has ${fs.statSync(file).size} bytes`);
const [, sample] = sizes.get('extension/dist/sample.br') ?? [];
assert.ok(sample > 0 && sample < most.sample, `the sample takes ${sample} bytes`);

const allowed = /^(\[Content_Types\]\.xml|extension\.vsixmanifest|extension\/(package(\.nls(\.[\w-]+)?)?\.json|readme\.md|changelog\.md|LICENSE\.txt|dist\/[\w-]+\.(js|wasm|br)|dist\/prebuilds\/(linux|darwin)-(x64|arm64)\/(pty\.node|spawn-helper)|media\/[\w./-]+\.(png|svg|css)|l10n\/[\w.-]+\.json|syntaxes\/[\w.-]+\.json|docs\/images\/[\w-]+\.png))$/;
assert.deepEqual(names.filter((name) => !allowed.test(name) || /\.map$|\.ts$|test/.test(name)), [], 'nothing but what is shipped');

// The only native part, where there is one for the system.
const native = names.filter((name) => name.includes('/prebuilds/'));
assert.deepEqual(native, terminals[`${process.platform}-${process.arch}`] === undefined ? [] : [`extension/dist/prebuilds/${process.platform}-${process.arch}/pty.node`]);

// What package.json points to is there.
const { contributes } = manifest;
const steps = contributes.walkthroughs.flatMap(({ steps }) => steps);
const pointed = [manifest.main, manifest.browser, manifest.icon, ...contributes.grammars.map(({ path }) => path), ...contributes.languages.flatMap(({ configuration }) => configuration ?? []), ...steps.map(({ media }) => media.image ?? media.svg)];
assert.deepEqual(pointed.filter((name) => !names.includes(`extension/${name.replace(/^\.\//, '')}`)), [], 'every file that package.json names');
const commands = new Set(contributes.commands.map(({ command }) => command));
const linked = [...JSON.stringify(manifest).matchAll(/onCommand:(bootscope\.\w+)/g)].map(([, command]) => command);
assert.deepEqual(linked.filter((command) => !commands.has(command)), [], 'every command that a step waits for');

// Activated by our debug type and by languages, never at start-up nor by what lies in a folder.
assert.deepEqual(manifest.activationEvents.filter((event) => !/^(onDebug\w+:bootscope|onLanguage:[\w-]+)$/.test(event)), []);
assert.equal(manifest.enabledApiProposals, undefined);

console.log(`${names.length} files, ${(fs.statSync(file).size / 1e6).toFixed(2)} MB, sample ${(sample / 1e6).toFixed(2)} MB\n1 passed, 0 failed`);
