import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { attachQemu } from '../../../debug-adapter/machine/attach';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import type { Machine } from '../../../debug-adapter/machine/machine';
import { SupervisedProcess, makePrivateDirectory } from '../../../debug-adapter/machine/supervisor';
import { alive, bootSector, imageFile, qemuFor } from './guest';

/** Counts in memory at 0x500 for ever. */
const counting = bootSector([0x31, 0xc0, 0x8e, 0xd8, 0xff, 0x06, 0x00, 0x05, 0xeb, 0xfa]);
let disk: ReturnType<typeof imageFile>;
let machine: Machine | undefined;
let before: Set<string>;
const sessions = (): string[] => fs.readdirSync(os.tmpdir()).filter((name) => /^bs-[A-Za-z0-9]{6}$/.test(name));
const others: ChildProcess[] = [];

beforeAll(() => {
  disk = imageFile(counting);
});
afterAll(() => disk.remove());
afterEach(async () => {
  await machine?.close('kill');
  machine = undefined;
  for (const child of others.splice(0)) child.kill('SIGKILL');
});

/** A private temporary directory for one test, so that what is left behind can be seen beside other running tests. */
async function privately<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bt'));
  const old = process.env['TMPDIR'];
  process.env['TMPDIR'] = directory;
  before = new Set(sessions());
  try {
    return await work(directory);
  } finally {
    if (old === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = old;
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
const left = (): string[] => sessions().filter((name) => !before.has(name));

/** QEMU's pid by its own word. */
const pidOf = async (target: Machine): Promise<number> => {
  const text = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const marker = (await target.monitor('info chardev')).match(/unix:([^,\s]*gdb\.sock)/)?.[1] ?? 'none';
  const found = text.filter((pid) => {
    try {
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words[0]?.includes('qemu-system') === true && words.some((word) => word.includes(marker));
    } catch {
      return false;
    }
  });
  return Number(found[0]);
};

describe('what keeps QEMU from starting', () => {
  test.each([
    ['no such program', ['bootscope-no-such-qemu', '-m', '1G'], /BS103: the program "bootscope-no-such-qemu" could not be started: there is no such program.*Next: install it/],
    ['a program that may not be run', ['/etc/passwd'], /BS103.*may not be run/],
    ['a program that is no QEMU', ['true'], /BS104: QEMU ended before it could be debugged \(exit code 0\)/],
    ['a missing image', ['qemu-system-x86_64', '-display', 'none', '-hda', '/nonexistent/live.iso'], /BS104.*exit code 1.*\/nonexistent\/live\.iso.*No such file/s],
    ['an unknown option', ['qemu-system-x86_64', '-nonsense', 'x'], /BS104.*nonsense.*invalid option/s],
    ['no words at all', [], /BS120/],
  ])('%s', async (_, argv, message) => {
    await privately(async () => {
      await expect(launchQemu({ argv })).rejects.toThrow(message);
      expect(left()).toEqual([]);
    });
  });

  test('a busy port', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const { port } = server.address() as net.AddressInfo;
    await privately(async () => {
      await expect(launchQemu({ argv: qemuFor(disk.file, '-monitor', `tcp:127.0.0.1:${String(port)},server=on,wait=off`) })).rejects.toThrow(/BS104.*Address already in use/s);
      expect(left()).toEqual([]);
    });
    server.close();
  });

  test('a missing directory and a missing firmware', async () => {
    await privately(async () => {
      await expect(launchQemu({ argv: qemuFor(disk.file), cwd: '/nonexistent' })).rejects.toThrow(/BS120.*\/nonexistent does not exist/);
      await expect(launchQemu({ argv: qemuFor(disk.file), firmware: 'missing.fd' })).rejects.toThrow(/BS124/);
      expect(left()).toEqual([]);
    });
  });
});

describe('nothing is left behind', () => {
  test('after close, whatever state the machine is in; twice does no harm', async () => {
    await privately(async () => {
      const notices: string[] = [];
      const target = await launchQemu({ argv: qemuFor(disk.file, '-s', '-enable-kvm'), notice: (text) => notices.push(text) });
      expect(left()).toHaveLength(1);
      expect(fs.statSync(path.join(os.tmpdir(), left()[0] ?? '')).mode & 0o777).toBe(0o700);
      expect(notices.join()).toMatch(/-s is taken over; -enable-kvm became TCG/);
      const pid = await pidOf(target);
      expect(alive(pid)).toBe(true);
      await target.resume();
      await Promise.all([target.close('kill'), target.close('detach')]);
      expect([alive(pid), left(), target.state]).toEqual([false, [], 'ended']);
    });
  });

  test('after QEMU was killed from outside: an ended event that says so', async () => {
    await privately(async () => {
      const target = (machine = await launchQemu({ argv: qemuFor(disk.file) }));
      const ended = new Promise<{ expected: boolean; detail: string }>((resolve) => target.on('ended', resolve));
      await target.resume();
      const waiting = target.nextStop();
      process.kill(await pidOf(target), 'SIGKILL');
      await expect(waiting).rejects.toThrow(/BS108: QEMU has ended: ended by SIGKILL/);
      expect(await ended).toMatchObject({ expected: false, detail: 'ended by SIGKILL' });
      await expect.poll(left).toEqual([]);
    });
  });

  test('a QEMU that ignores SIGTERM is killed', async () => {
    const directory = makePrivateDirectory();
    let ready: () => void = () => undefined;
    const started = new Promise<void>((resolve) => (ready = resolve));
    const stubborn = new SupervisedProcess({ argv: ['bash', '-c', 'trap "" TERM; echo up; while :; do read -t 1 <> <(:); done'], directory, patienceMs: 100, onOutput: () => ready() });
    await started;
    const { pid } = stubborn;
    expect(await stubborn.end()).toMatchObject({ signal: 'SIGKILL' });
    expect([alive(pid ?? 0), fs.existsSync(directory)]).toEqual([false, false]);
  });

  test('after the supervisor itself was killed', async () => {
    const directory = makePrivateDirectory();
    const child = new SupervisedProcess({ argv: ['sleep', '1000'], directory });
    await expect.poll(() => child.pid).toBeGreaterThan(0);
    process.kill(child.supervisorPid ?? 0, 'SIGKILL');
    await child.ended;
    await expect.poll(() => alive(child.pid ?? 0)).toBe(false);
    expect(fs.existsSync(directory)).toBe(false);
  });

  test('after SIGKILL of the adapter, bundled as it is shipped', async () => {
    await privately(async (directory) => {
      const script = path.join(directory, 'adapter.cjs');
      await build({
        stdin: {
          contents: `import { launchQemu } from './debug-adapter/machine/launch';
            void launchQemu({ argv: ${JSON.stringify(qemuFor(disk.file))} }).then(async (machine) => {
              await machine.resume();
              process.stdout.write('up\\n');
              setInterval(() => undefined, 1000);
            });`,
          resolveDir: path.resolve(import.meta.dirname, '../../..'),
          loader: 'ts',
        },
        bundle: true,
        minify: true,
        platform: 'node',
        format: 'cjs',
        outfile: script,
      });
      const adapter = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
      others.push(adapter);
      await new Promise((resolve) => adapter.stdout.once('data', resolve));
      const [session = ''] = left();
      const socket = path.join(os.tmpdir(), session, 'gdb.sock');
      const qemus = (): string[] =>
        fs.readdirSync('/proc').filter((pid) => {
          try {
            return /^\d+$/.test(pid) && fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(socket);
          } catch {
            return false;
          }
        });
      expect(qemus()).toHaveLength(1);
      adapter.kill('SIGKILL');
      await expect.poll(qemus, { timeout: 10_000 }).toEqual([]);
      await expect.poll(left, { timeout: 10_000 }).toEqual([]);
    });
  });
});

describe('joining a QEMU that runs already', () => {
  /** QEMU with its gdbstub on a port that it chooses from those free. */
  async function running(directory: string, ...more: string[]): Promise<{ qemu: ChildProcess; gdb: string }> {
    const gdb = `unix:${path.join(directory, 'g')}`;
    const qemu = spawn('qemu-system-x86_64', [...qemuFor(disk.file).slice(1), '-gdb', `${gdb},server=on,wait=off`, ...more], { stdio: 'ignore' });
    others.push(qemu);
    await expect.poll(() => fs.existsSync(path.join(directory, 'g'))).toBe(true);
    return { qemu, gdb };
  }

  test('attach, look, detach: the guest runs on without our breakpoints, and can be joined again', async () => {
    await privately(async (directory) => {
      const { qemu, gdb } = await running(directory);
      const count = async (target: Machine): Promise<number> => Buffer.from(await target.physical.read(0x500n, 2)).readUInt16LE();
      const first = await attachQemu({ gdb });
      expect([first.state, first.launched, first.accelerator]).toEqual(['stopped', false, 'tcg']);
      expect(await first.monitor('info version')).toMatch(/^\d+\.\d+/);
      await first.breakpoints.add({ kind: 'execute', address: 0x7c04n, owner: 'a' });
      await first.resume();
      expect((await first.nextStop()).pc).toBe(0x7c04n);
      await expect(attachQemu({ gdb, silenceMs: 200 })).rejects.toThrow(/BS102/);
      const seen = await count(first);
      await first.close('detach');
      expect([qemu.exitCode, first.state]).toEqual([null, 'ended']);
      const second = await attachQemu({ gdb });
      // A stop between two instructions proves nothing, so it stops where the first had no breakpoint; the first's own would come in between.
      await second.breakpoints.add({ kind: 'execute', address: 0x7c08n, owner: 'b' });
      for (let round = 0; round < 2; round++) {
        await second.resume();
        expect((await second.nextStop()).pc).toBe(0x7c08n);
      }
      expect(await count(second)).not.toBe(seen);
      await second.close('kill');
      await expect.poll(() => qemu.exitCode).toBe(0);
    });
  });

  test('with QMP and serial, over addresses as the user writes them', async () => {
    await privately(async (directory) => {
      const at = (name: string): string => `unix:${path.join(directory, name)}`;
      const { qemu, gdb } = await running(directory, '-qmp', `${at('q')},server=on,wait=off`, '-serial', `${at('s')},server=on,wait=off`);
      await expect.poll(() => ['q', 's'].every((name) => fs.existsSync(path.join(directory, name)))).toBe(true);
      const target = await attachQemu({ gdb, qmp: at('q'), serial: at('s') });
      expect(target.serial).toHaveLength(1);
      await target.close('kill');
      await expect.poll(() => qemu.exitCode).toBe(0);
    });
  });

  test('nothing listens', async () => {
    await expect(attachQemu({ gdb: `unix:${path.join(os.tmpdir(), 'bs-nowhere.sock')}` })).rejects.toThrow(/BS101/);
    await expect(attachQemu({ gdb: 'nonsense' })).rejects.toThrow(/BS100/);
  });
});
