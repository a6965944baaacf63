// `npm run bench [-- --only GLOB] [--runs N] [--docs]`: each figure as a ratio to a peer measured in the same run, runs alternating.
// One JSON object a line on stdout, then a table on stderr; --docs puts the figures into docs/performance.md.
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { writeFigures } from './docs.mjs';
import { ensureNode, ensureNpm, ensurePackages, root, say } from '../scripts/setup/ensure.mjs';

ensureNode();
ensureNpm();
ensurePackages('qemu', 'guests', 'oracle');
const built = spawnSync(process.execPath, [path.join(root, 'scripts/build.mjs')], { stdio: ['ignore', 2, 2] });
if (built.status !== 0) process.exit(1);

const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const only = new RegExp(`^${(option('--only') ?? '*').replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
const runs = Math.max(5, Number(option('--runs') ?? 5));

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const round = (value) => (value === null ? null : Number(value.toPrecision(4)));

const files = fs.readdirSync(path.join(root, 'bench')).filter((name) => name.endsWith('.bench.mjs'));
const rows = [];
for (const file of files) {
  const { benches } = await import(path.join(root, 'bench', file));
  for (const bench of await benches()) {
    // One measurement may give several figures (time and memory): `figures` names them.
    const names = bench.figures.map((figure) => figure.name);
    if (!names.some((name) => only.test(name))) continue;
    const ours = [];
    const peers = [];
    for (let run = 0; run < runs; run++) {
      ours.push(await bench.ours());
      if (bench.peer) peers.push(await bench.peer());
    }
    bench.figures.forEach((figure, index) => {
      if (!only.test(figure.name)) return;
      const mine = ours.map((values) => values[index]);
      const theirs = peers.map((values) => values[index]);
      const middle = median(mine);
      const peer = theirs.length > 0 ? median(theirs) : null;
      const row = {
        name: figure.name,
        ours: round(middle),
        peer: round(peer),
        peerName: bench.peerName,
        ratio: peer === null ? null : round(middle / peer),
        unit: figure.unit,
        better: figure.better ?? 'lower',
        runs,
        spread: round((Math.max(...mine) - Math.min(...mine)) / middle),
        ...(peer === null ? { reason: bench.reason } : {}),
      };
      rows.push(row);
      console.log(JSON.stringify(row));
    });
  }
}
say('');
say(`${'name'.padEnd(34)}${'ours'.padStart(10)}${'peer'.padStart(10)}${'ratio'.padStart(9)}  unit  peer`);
for (const row of rows) say(`${row.name.padEnd(34)}${String(row.ours).padStart(10)}${String(row.peer ?? '—').padStart(10)}${String(row.ratio ?? '—').padStart(9)}  ${row.unit.padEnd(5)} ${row.peerName ?? row.reason}`);
if (process.argv.includes('--docs')) writeFigures(rows);
