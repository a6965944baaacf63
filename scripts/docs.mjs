// `npm run docs`: writes the generated pages of docs/ and the bundle of the extension's texts for translators.
import fs from 'node:fs';
import path from 'node:path';
import { ensureNode, ensureNpm, root } from './setup/ensure.mjs';

ensureNode();
ensureNpm();
const { build } = await import('esbuild');
const pages = [
  { source: 'errors.ts', name: 'errorsPage', page: 'errors.md' },
  { source: 'oracle.ts', name: 'oraclePage', page: 'oracle.md' },
];
for (const { source, name, page } of pages) {
  const { outputFiles } = await build({ entryPoints: [path.join(root, 'scripts/docs', source)], bundle: true, write: false, format: 'esm', platform: 'node' });
  const module = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
  fs.writeFileSync(path.join(root, 'docs', page), module[name]());
}

const collected = await build({ entryPoints: [path.join(root, 'scripts/l10n/collect.ts')], bundle: true, write: false, format: 'esm', platform: 'node', packages: 'external' });
const collector = path.join(root, 'node_modules/.bootscope-l10n.mjs');
fs.writeFileSync(collector, collected.outputFiles[0].contents);
const { bundle } = await import(collector);
fs.rmSync(collector);
fs.mkdirSync(path.join(root, 'l10n'), { recursive: true });
fs.writeFileSync(path.join(root, 'l10n/bundle.l10n.json'), bundle(path.join(root, 'extension')));
