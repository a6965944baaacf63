// What following a boot costs: seconds from power-on to the failing read of redox-live, against the same machine left alone.
import { spawn } from 'node:child_process';
import { buildRedoxLive } from '../test/guests/redox-live/build.mjs';
import { Adapter } from './dap.mjs';

const seconds = (from) => Number(process.hrtime.bigint() - from) / 1e9;

/** Boots without a debugger until the console says that the read failed. */
function freeBoot(qemu) {
  const started = process.hrtime.bigint();
  const child = spawn(qemu[0], [...qemu.slice(1), '-serial', 'stdio', '-monitor', 'none'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`QEMU ended: ${text.slice(-500)}`)));
    child.stdout.on('data', (data) => {
      text += data;
      if (!text.includes('IO ERROR')) return;
      child.removeAllListeners('exit');
      child.on('exit', () => resolve([seconds(started)]));
      child.kill('SIGKILL');
    });
  });
}

export async function benches() {
  const guest = await buildRedoxLive({ variant: 'full', loader: 'dwarf' });
  const stopAt = (images, condition) => async () => {
    const adapter = new Adapter();
    const started = process.hrtime.bigint();
    try {
      const stopped = adapter.event('stopped');
      await adapter.launch({ chain: 'redox', qemu: guest.qemu, images }, { filters: [{ filterId: 'errno', condition }] });
      const { description } = await stopped;
      const taken = seconds(started);
      if (!/EINVAL/.test(description)) throw new Error(`another stop: ${description}`);
      return [taken];
    } finally {
      await adapter.close();
    }
  };
  const kernel = { stage: 'kernel', file: guest.kernel };
  const programs = ['init', 'lived', 'redoxfs'].map((name) => ({ stage: 'userland', file: guest.programs[name], process: name }));
  const bench = (name, ours) => ({ figures: [{ name, unit: 's' }], ours, peer: () => freeBoot(guest.qemu), peerName: 'the same boot without a debugger' });
  return [
    bench('boot.errno.symbols', stopAt([{ stage: 'loader', file: guest.loaderDwarf }, kernel, ...programs], 'LiveDisk::read returns EINVAL')),
    bench('boot.errno.reply', stopAt([kernel], 'EINVAL in process:lived')),
  ];
}
