// `npm run docs`: writes the generated pages of docs/.
import fs from 'node:fs';
import path from 'node:path';
import { ensureNode, ensureNpm, root } from './setup/ensure.mjs';

ensureNode();
ensureNpm();
const { build } = await import('esbuild');
const { outputFiles } = await build({ entryPoints: [path.join(root, 'scripts/docs/errors.ts')], bundle: true, write: false, format: 'esm', platform: 'node' });
const { errorsPage } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
fs.writeFileSync(path.join(root, 'docs/errors.md'), errorsPage());
