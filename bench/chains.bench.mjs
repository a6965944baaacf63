// What reading a large mount table costs: 500 mounts and 300 processes whose nodes lie scattered over pages, against a raw walk that asks the same
// stub for the same bytes, step by step, each step's packets in one go.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from '../scripts/setup/ensure.mjs';
import { buildFreebsdLive } from '../test/guests/freebsd-live/build.mjs';

const checksum = (text) => [...text].reduce((sum, character) => (sum + character.charCodeAt(0)) & 255, 0).toString(16).padStart(2, '0');

/** Readings and raw walks that are not counted: what counts is compiled code on both sides; `….first` tells of the other. */
const warm = 4;
/** Most bytes of one `m`: QEMU refuses more (gdbstub.c, handle_read_mem: the answer must fit its buffer of 4,096). */
const most = 2048;

/** A connection to a gdbstub that sends packets and counts answers. */
class RawStub {
  static async open(socketPath) {
    const stub = new RawStub();
    stub.socket = net.connect(socketPath);
    await new Promise((resolve, reject) => stub.socket.once('connect', resolve).once('error', reject));
    stub.text = '';
    stub.socket.on('data', (data) => {
      stub.text += data.toString('latin1');
      stub.wake?.();
    });
    await stub.ask(['QStartNoAckMode']);
    stub.socket.write('+');
    return stub;
  }

  /** Reads all ranges in one go, each in as many packets as the stub takes it in. */
  read(ranges) {
    const packets = ranges.flatMap(({ address, length }) =>
      Array.from({ length: Math.ceil(length / most) }, (_, i) => `m${(address + BigInt(i * most)).toString(16)},${Math.min(most, length - i * most).toString(16)}`),
    );
    return this.ask(packets);
  }

  /** Sends all packets at once; resolves with the answers. */
  async ask(payloads) {
    this.socket.write(payloads.map((payload) => `$${payload}#${checksum(payload)}`).join(''));
    const answers = [];
    while (answers.length < payloads.length) {
      const found = /^[^$]*\$([^#]*)#../.exec(this.text);
      if (found === null) await new Promise((resolve) => (this.wake = resolve));
      else {
        answers.push(found[1]);
        this.text = this.text.slice(found[0].length);
      }
    }
    return answers;
  }

  close() {
    this.socket.write('$D#44');
    this.socket.end();
  }
}

/** Boots to the login prompt; the stub waits on a socket. */
async function boot(directory) {
  const guest = await buildFreebsdLive({ shuffle: 4711 });
  const gdb = path.join(directory, 'gdb.sock');
  const [command, ...args] = guest.qemu('f', { append: 'guest.mounts=500 guest.processes=300', args: ['-serial', 'stdio', '-gdb', `unix:${gdb},server=on,wait=off`] });
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  await new Promise((resolve, reject) => {
    child.on('exit', () => reject(new Error(`QEMU ended: ${text.slice(-500)}`)));
    child.stdout.on('data', (data) => {
      text += data;
      if (text.includes('login: ')) resolve();
    });
  });
  child.removeAllListeners('exit');
  return { guest, gdb, child };
}

export async function benches() {
  let ready;
  const prepare = async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-chains-'));
    const bundle = path.join(directory, 'target.mjs');
    await build({ entryPoints: [path.join(root, 'bench/chains-target.ts')], outfile: bundle, bundle: true, platform: 'node', target: 'node20', format: 'esm', logLevel: 'warning', banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" } });
    const { readMounts } = await import(bundle);
    const { guest, gdb, child } = await boot(directory);
    process.on('exit', () => {
      child.kill('SIGKILL');
      fs.rmSync(directory, { recursive: true, force: true });
    });
    child.unref();
    child.stdout.unref?.();
    return { readMounts, bundle, guest, gdb };
  };
  let batches = [];
  /** One reading in a process that has compiled nothing yet, as the first one of a session. */
  const first = () => {
    const code = `import(${JSON.stringify(pathToFileURL(ready.bundle).href)}).then(({ readMounts }) => readMounts(...JSON.parse(process.argv[1]))).then(({ seconds }) => process.stdout.write(String(seconds)))`;
    return Number(execFileSync(process.execPath, ['-e', code, JSON.stringify([`unix:${ready.gdb}`, ready.guest.kernel])], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
  };
  const once = async () => {
    const found = await ready.readMounts(`unix:${ready.gdb}`, ready.guest.kernel);
    if (found.mounts < 500) throw new Error(`only ${found.mounts} mounts`);
    batches = found.batches;
    return found.seconds;
  };
  const rawWalk = async () => {
    const stub = await RawStub.open(ready.gdb);
    const start = process.hrtime.bigint();
    let refused = 0;
    for (const batch of batches) for (const answer of await stub.read(batch)) if (answer.startsWith('E')) refused++;
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    stub.close();
    // A walk that reads nothing is no peer.
    if (refused > 0) throw new Error(`${refused} of the raw walk's reads were refused`);
    return seconds;
  };
  return [
    {
      figures: [{ name: 'chains.mounts500', unit: 's' }, { name: 'chains.mounts500.first', unit: 's' }],
      ours: async () => {
        if (ready === undefined) {
          ready = await prepare();
          for (let i = 0; i < warm; i++) {
            await once();
            await rawWalk();
          }
        }
        return [await once(), first()];
      },
      peer: async () => {
        const seconds = await rawWalk();
        return [seconds, seconds];
      },
      peerName: 'a raw pipelined walk of the same addresses',
    },
  ];
}
