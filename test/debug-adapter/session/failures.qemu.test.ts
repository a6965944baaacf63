import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SerialAnswer } from '../../../debug-adapter/api';
import { bundleAdapter } from './adapter';
import { buildKernel } from './kernel';
import type { TestKernel } from './kernel';
import { watchedAdapter } from './traces';
import type { WatchedAdapter } from './traces';

let bundle: Awaited<ReturnType<typeof bundleAdapter>>;
let kernel: TestKernel;
let adapter: WatchedAdapter;
let outputs: string[] = [];
let gone = false;

beforeAll(async () => {
  kernel = buildKernel();
  bundle = await bundleAdapter();
});
afterAll(() => {
  kernel.remove();
  bundle.remove();
});
beforeEach(async () => {
  gone = false;
  outputs = [];
  adapter = await watchedAdapter(bundle.file);
  adapter.client.on('output', (event: DebugProtocol.OutputEvent) => outputs.push(event.body.output));
});
afterEach(async () => {
  if (!gone) await adapter.client.stop();
  adapter.remove();
});

const configuration = (more: object = {}) => ({
  request: 'launch',
  type: 'bootscope',
  name: 'failure',
  qemu: ['qemu-system-i386', '-kernel', kernel.elf, '-display', 'none', '-m', '32'],
  images: [{ stage: 'kernel', file: kernel.elf }],
  ...more,
});

const launch = async (more: object = {}, setUp: () => Promise<unknown> = () => Promise.resolve()): Promise<void> => {
  const { client } = adapter;
  const initialized = client.waitForEvent('initialized', 60_000);
  await client.initializeRequest();
  await client.launchRequest(configuration(more) as never);
  await initialized;
  await setUp();
  await client.configurationDoneRequest();
};

/** The error of a request; a helpful one says what failed, why, and what to do. */
const errorOf = async (work: Promise<unknown>): Promise<string> => {
  const message = await work.then(
    () => 'it succeeded',
    (error: unknown) => (error as Error).message,
  );
  expect(message).toMatch(/^BS\d{3}: .+ Likely: .+ Next: .+/s);
  return message;
};

const expectNothingLeft = async (): Promise<void> => {
  await expect.poll(() => adapter.processes(), { timeout: 20_000 }).toEqual([]);
  await expect.poll(() => adapter.files(), { timeout: 20_000 }).toEqual([]);
};

const disconnect = async (): Promise<void> => {
  gone = true;
  await adapter.client.disconnectRequest({});
  await expectNothingLeft();
};

const serial = async (): Promise<string> => ((await adapter.client.customRequest('bootscope/serial', {})).body as SerialAnswer).text;

describe('leaves no process, socket or directory behind', () => {
  it('when QEMU is killed', async () => {
    const stopped = adapter.client.waitForEvent('stopped', 60_000);
    await launch({}, () => adapter.client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'mount_root' }] }));
    await stopped;
    const [qemu] = adapter.processes().filter((text) => /^\d+ \S*qemu-system-i386 /.test(text));
    const terminated = adapter.client.waitForEvent('terminated', 30_000);
    process.kill(Number.parseInt(qemu ?? '', 10), 'SIGKILL');
    await terminated;
    expect(outputs.join('')).toMatch(/BS108: QEMU has ended.*Likely: .*Next: /s);
    await disconnect();
  });

  it('when the adapter itself is killed', async () => {
    const stopped = adapter.client.waitForEvent('stopped', 60_000);
    await launch({}, () => adapter.client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'mount_root' }] }));
    await stopped;
    expect(adapter.processes().length).toBeGreaterThan(0);
    gone = true;
    adapter.kill();
    await expectNothingLeft();
  });

  it('when an image is missing', async () => {
    await adapter.client.initializeRequest();
    const message = await errorOf(adapter.client.launchRequest(configuration({ images: [{ stage: 'kernel', file: '/no/such/kernel.elf' }] }) as never));
    expect(message).toContain('/no/such/kernel.elf');
    await expectNothingLeft();
  });

  it('when an image is no image', async () => {
    await adapter.client.initializeRequest();
    const message = await errorOf(adapter.client.launchRequest(configuration({ images: [{ stage: 'kernel', file: kernel.source }] }) as never));
    expect(message).toMatch(/^BS(202|300): .*neither an ELF nor a PE/);
    await expectNothingLeft();
  });

  it('when an image is not what runs: it is told, and its breakpoints are not verified', async () => {
    const other = buildKernel('-O0');
    try {
      await launch({ images: [{ stage: 'kernel', file: other.elf }] });
      await expect.poll(serial, { timeout: 30_000 }).toContain('mount failed');
      const paused = adapter.client.waitForEvent('stopped', 60_000);
      await adapter.client.pauseRequest({ threadId: 1 });
      await paused;
      await expect.poll(() => outputs.join(''), { timeout: 30_000 }).toMatch(/BS342: other code than that of .*kernel\.elf runs at 0x10[0-9a-f]+.*Likely: .*Next: /s);
      const { body } = await adapter.client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'mount_root' }] });
      expect(body.breakpoints).toMatchObject([{ verified: false }]);
      await disconnect();
    } finally {
      other.remove();
    }
  });

  it('when a port that QEMU is to open is taken', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as net.AddressInfo;
      const qemu = ['qemu-system-i386', '-kernel', kernel.elf, '-display', 'none', '-m', '32', '-vnc', 'none', '-serial', 'null', '-serial', 'null', '-monitor', `tcp:127.0.0.1:${port},server=on,wait=off`];
      await adapter.client.initializeRequest();
      const message = await errorOf(adapter.client.launchRequest(configuration({ qemu }) as never));
      expect(message).toMatch(/^BS104: .*Address already in use/s);
      await expectNothingLeft();
    } finally {
      server.close();
    }
  });

  it('when the guest triple-faults again and again: it is told, and the session stays usable', async () => {
    await launch();
    await expect.poll(serial, { timeout: 30_000 }).toContain('mount failed');
    await adapter.client.customRequest('bootscope/serial', { send: 'q' });
    await expect.poll(() => outputs.join(''), { timeout: 30_000 }).toMatch(/The machine was reset: a triple fault at 0x[0-9a-f]+\./);
    await expect.poll(async () => (await serial()).split('hello').length, { timeout: 30_000 }).toBeGreaterThan(2);
    const stopped = adapter.client.waitForEvent('stopped', 60_000);
    await adapter.client.pauseRequest({ threadId: 1 });
    await stopped;
    expect((await adapter.client.stackTraceRequest({ threadId: 1 })).body.stackFrames.length).toBeGreaterThan(0);
    await disconnect();
  });

  it('when a triple fault ends QEMU, as the command line asks for', async () => {
    await launch({ qemu: [...configuration().qemu, '-no-reboot'] });
    await expect.poll(serial, { timeout: 30_000 }).toContain('mount failed');
    const terminated = adapter.client.waitForEvent('terminated', 30_000);
    await adapter.client.customRequest('bootscope/serial', { send: 'q' });
    await terminated;
    expect(outputs.join('')).toMatch(/QEMU has ended: .*(guest-reset|exit code 0)/s);
    await disconnect();
  });

  it('on terminate', async () => {
    const stopped = adapter.client.waitForEvent('stopped', 60_000);
    await launch({ stopOnEntry: true });
    await stopped;
    const terminated = adapter.client.waitForEvent('terminated', 30_000);
    await adapter.client.terminateRequest({});
    await terminated;
    await expectNothingLeft();
    expect(await errorOf(adapter.client.continueRequest({ threadId: 1 }))).toMatch(/^BS330: /);
    await disconnect();
  });
});

describe('a stub that another debugger holds', () => {
  let qemu: ChildProcess | undefined;
  afterEach(() => {
    qemu?.kill('SIGKILL');
  });

  it('is a coded error within seconds, and QEMU runs on', async () => {
    const socket = path.join(kernel.directory, 'busy.sock');
    qemu = spawn('qemu-system-i386', ['-kernel', kernel.elf, '-display', 'none', '-m', '32', '-S', '-gdb', `unix:${socket},server=on,wait=off`], { stdio: 'ignore' });
    await expect.poll(() => fs.existsSync(socket), { timeout: 20_000 }).toBe(true);
    const other = net.connect(socket);
    await new Promise((resolve) => other.once('connect', resolve));
    try {
      await adapter.client.initializeRequest();
      const message = await errorOf(adapter.client.attachRequest({ request: 'attach', type: 'bootscope', name: 'busy', gdb: `unix:${socket}` } as never));
      expect(message).toMatch(/^BS102: .*stub busy or not a gdbstub/);
      expect(qemu.exitCode).toBeNull();
      await expectNothingLeft();
    } finally {
      other.destroy();
    }
  });
});
