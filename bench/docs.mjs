// docs/performance.md: the figures of the last runs. A run of some benches replaces their rows and leaves the others.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { root } from '../scripts/setup/ensure.mjs';

const file = path.join(root, 'docs/performance.md');
const begin = '<!-- figures: written by npm run bench -- --docs -->';
const end = '<!-- end of figures -->';

const version = (tool, argument = '--version') => (spawnSync(tool, [argument], { encoding: 'utf8' }).stdout ?? '').split('\n')[0]?.trim();
const cell = (value) => (value === null || value === undefined ? '—' : String(value));
const asRow = (row) => `| ${row.name} | ${cell(row.ours)} | ${cell(row.peer)} | ${cell(row.ratio)} | ${row.unit} | ${row.better} | ${row.peerName ?? row.reason ?? '—'} | ${cell(row.spread)} |`;

const preface = `# Performance

Every figure is measured beside a peer in the same run, the runs of both alternating; the ratio (ours / peer) is what counts, since machines differ
and the single figures are noisy. Each is the median of at least 5 runs, spread is (largest − smallest) / median. Memory is the peak resident size of
a process and all below it. \`symbols.*\` asks about Debian's kernel with its debug information (590 MB of ELF, 164 MB of .debug_info) in a process
of its own for each run: \`cold\` without an index on disk, \`warm\` with one on both sides; the page cache is warm for both.
`;

/** Puts rows of a run into the document. */
export function writeFigures(rows) {
  const before = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : `${preface}\n${begin}\n${end}\n`;
  const start = before.indexOf(begin);
  const stop = before.indexOf(end);
  if (start < 0 || stop < start) throw new Error(`${file} has no place for figures: it needs the lines "${begin}" and "${end}"`);
  const known = new Map();
  for (const line of before.slice(start, stop).split('\n')) {
    const name = /^\| ([a-z][\w.]*) \|/i.exec(line)?.[1];
    if (name !== undefined && name !== 'name') known.set(name, line);
  }
  for (const row of rows) known.set(row.name, asRow(row));
  const lines = [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
  const machine = `${os.cpus().length} × ${os.cpus()[0]?.model?.trim() ?? 'unknown CPU'}, node ${process.version}, ${[version('gdb'), version('qemu-system-x86_64')].filter(Boolean).join(', ')}`;
  const table = ['| name | ours | peer | ratio | unit | better | peer is | spread |', '|---|---|---|---|---|---|---|---|', ...lines].join('\n');
  fs.writeFileSync(file, `${before.slice(0, start)}${begin}\nLast run on ${machine}.\n\n${table}\n${before.slice(stop)}`);
}
