// `npm run test:fuzz`: every property of the unit tests, many times as often as in `npm test`, from a seed that is printed.
// `--times N` (20), `--seed N` (drawn), and names of test files.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureNode, ensureNpm, ensurePackages, root, say } from './setup/ensure.mjs';

const { values, positionals } = parseArgs({ options: { times: { type: 'string', default: '20' }, seed: { type: 'string' } }, allowPositionals: true });
const seed = values.seed ?? String(randomInt(2 ** 31));

ensureNode();
ensureNpm();
ensurePackages('guests', 'oracle');

const tests = path.join(root, 'test');
const holdsProperty = (file) => /\.test\.ts$/.test(file) && !/\.(qemu|linux|oracle)\.test\.ts$/.test(file) && /\bfc\.(assert|check)\b|\bdamageEach\(/.test(fs.readFileSync(path.join(tests, file), 'utf8'));
const files = fs.readdirSync(tests, { recursive: true }).filter(holdsProperty).map((file) => path.join('test', file)).sort();
const chosen = positionals.length === 0 ? files : files.filter((file) => positionals.some((part) => file.includes(part)));

say(`${chosen.length} files with properties, ${values.times} times as often, seed ${seed}: to repeat, npm run test:fuzz -- --seed ${seed} --times ${values.times}`);
const { status } = spawnSync(path.join(root, 'node_modules/.bin/vitest'), ['run', '--project', 'unit', '--testTimeout', '3600000', '--hookTimeout', '600000', ...chosen], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, BOOTSCOPE_FUZZ: values.times, BOOTSCOPE_SEED: seed },
});
say(`seed ${seed}`);
process.exit(status ?? 1);
