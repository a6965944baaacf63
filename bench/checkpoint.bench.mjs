// What a restart from a checkpoint costs: seconds from the request to the stop that the editor is told, against a reboot to that same stop.
import { randomFillSync } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildRedoxLive } from '../test/guests/redox-live/build.mjs';
import { Adapter } from './dap.mjs';
import { buildGuest } from './run-control/build.mjs';

/** Restarts in one session; their median is one figure. */
const restarts = 5;
const mebibyte = 1 << 20;
const seconds = (from) => Number(process.hrtime.bigint() - from) / 1e9;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** A machine that stops at a function for the first time; `measure` gets the seconds that this took. */
async function atFunction(configuration, place, measure) {
  const adapter = new Adapter();
  const started = process.hrtime.bigint();
  try {
    const stopped = adapter.event('stopped');
    await adapter.launch(configuration, { functions: [place] });
    const { threadId } = await stopped;
    return [await measure(adapter, threadId, seconds(started))];
  } finally {
    await adapter.close();
  }
}

/** Goes away from the checkpoint and back to it. */
async function restart(adapter, threadId, id) {
  const stepped = adapter.event('stopped');
  await adapter.request('stepIn', { threadId, granularity: 'instruction' });
  await stepped;
  const started = process.hrtime.bigint();
  const stopped = adapter.event('stopped');
  await adapter.request('bootscope/checkpoints', { restore: id });
  await stopped;
  return seconds(started);
}

const bench = (name, configuration, place) => ({
  figures: [{ name, unit: 's' }],
  ours: () => atFunction({ ...configuration, timeTravel: true }, place, async (adapter, threadId) => {
    const { checkpoints } = await adapter.request('bootscope/checkpoints', { create: 'here' });
    const times = [];
    while (times.length < restarts) times.push(await restart(adapter, threadId, checkpoints.at(-1).id));
    return median(times);
  }),
  peer: () => atFunction(configuration, place, (_adapter, _threadId, taken) => taken),
  peerName: 'a reboot to the same stop',
});

/** A machine of 1 GiB whose memory holds what cannot be packed; memory that is zero would cost nothing to save. */
function filledGuest() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-bench-'));
  process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  const elf = buildGuest(folder);
  const data = path.join(folder, 'data.bin');
  const file = fs.openSync(data, 'w');
  const piece = Buffer.alloc(32 * mebibyte);
  for (let written = 0; written < 960; written += 32) fs.writeSync(file, randomFillSync(piece));
  fs.closeSync(file);
  return { elf, qemu: ['qemu-system-x86_64', '-kernel', elf, '-display', 'none', '-net', 'none', '-m', '1024', '-device', `loader,file=${data},addr=0x1000000,force-raw=on`] };
}

export async function benches() {
  const redox = await buildRedoxLive({ variant: 'full', loader: 'dwarf' });
  const images = [{ stage: 'loader', file: redox.loaderDwarf }, { stage: 'kernel', file: redox.kernel }];
  const { elf, qemu } = filledGuest();
  return [
    bench('checkpoint.restart', { chain: 'redox', qemu: redox.qemu, images }, 'kernel_entry'),
    bench('checkpoint.restart.1gib', { qemu, images: [{ stage: 'kernel', file: elf }] }, 'done'),
  ];
}
