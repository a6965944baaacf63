// What a stop costs in the session: a stack of 24 frames of Debian's kernel in the middle of interpreting ACPI code, with the locals of the
// selected frame shown, and with those of all 24. The peer is gdb on the same kind of guest at the same place: `bt` alone.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { linuxGuest } from '../test/guests/linux/build.mjs';
import { Adapter } from './dap.mjs';

const place = 'acpi_ex_access_region';
const depth = 24;
/** Stops that are not counted: symbols are read for the first time there, and the engine has not compiled what it runs yet. */
const warm = 20;
const counted = 15;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const milliseconds = (from) => Number(process.hrtime.bigint() - from) / 1e6;

/** One look at the stop: frames, and of the first `many` all variables. */
async function look(adapter, threadId, many) {
  const { stackFrames } = await adapter.request('stackTrace', { threadId, startFrame: 0, levels: depth });
  await Promise.all(
    stackFrames.slice(0, many).map(async ({ id }) => {
      const { scopes } = await adapter.request('scopes', { frameId: id });
      await Promise.all(scopes.filter(({ expensive }) => !expensive).map(({ variablesReference }) => adapter.request('variables', { variablesReference })));
    }),
  );
  return stackFrames.length;
}

const ours = (guest, many) => async () => {
  const adapter = new Adapter();
  try {
    let stopped = adapter.event('stopped');
    await adapter.launch({ chain: 'linux', qemu: guest.qemu, images: [{ stage: 'kernel', file: guest.vmlinux }] }, { functions: [place] });
    const times = [];
    while (times.length < warm + counted) {
      const { threadId } = await stopped;
      const started = process.hrtime.bigint();
      const frames = await look(adapter, threadId, many);
      if (frames >= depth) times.push(milliseconds(started));
      stopped = adapter.event('stopped');
      await adapter.request('continue', { threadId });
    }
    return [median(times.slice(warm))];
  } finally {
    await adapter.close();
  }
};

const script = (socket) => `
import gdb, time
gdb.execute('set pagination off')
gdb.execute('set confirm off')
gdb.execute('target remote ${socket}')
gdb.execute('hbreak ${place}')
times = []
while len(times) < ${warm + counted}:
    gdb.execute('continue', to_string=True)
    started = time.perf_counter()
    text = gdb.execute('bt ${depth}', to_string=True)
    taken = time.perf_counter() - started
    if sum(line.startswith('#') for line in text.splitlines()) >= ${depth}: times.append(taken)
print('median', sorted(times[${warm}:])[${Math.floor(counted / 2)}] * 1000)
gdb.execute('kill')
`;

/** gdb on a machine of its own, at the same stops. */
const gdb = (guest) => async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-bench-gdb-'));
  const socket = path.join(folder, 'gdb');
  const qemu = spawn(guest.qemu[0], [...guest.qemu.slice(1), '-serial', 'null', '-monitor', 'none', '-S', '-chardev', `socket,path=${socket},server=on,wait=off,id=g`, '-gdb', 'chardev:g'], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    while (!fs.existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 20));
    const file = path.join(folder, 'script.py');
    fs.writeFileSync(file, script(socket));
    const { stdout, stderr } = spawnSync('gdb', ['-nx', '-batch', '-x', file, guest.vmlinux], { encoding: 'utf8', timeout: 240_000 });
    const found = /median ([\d.]+)/.exec(stdout ?? '')?.[1];
    if (found === undefined) throw new Error(`gdb: ${stdout} ${stderr}`);
    return [Number(found)];
  } finally {
    qemu.kill('SIGKILL');
    fs.rmSync(folder, { recursive: true, force: true });
  }
};

export async function benches() {
  // gdb knows nothing of a kernel that has moved.
  const guest = linuxGuest({ kaslr: false });
  if ('skipped' in guest) return [];
  const bench = (name, many) => ({ figures: [{ name, unit: 'ms' }], ours: ours(guest, many), peer: gdb(guest), peerName: `gdb's bt ${depth} alone` });
  return [bench('session.stack24', 1), bench('session.stack24.all', depth)];
}
