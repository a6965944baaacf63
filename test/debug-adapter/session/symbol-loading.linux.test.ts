import type { DebugProtocol } from '@vscode/debugprotocol';
import type { DebugClient } from '@vscode/debugadapter-testsupport';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { linuxGuest } from '../../guests/linux/build.mjs';
import { bundleAdapter, startClient } from './adapter';

const guest = linuxGuest({ root: '/dev/vda1', download: false });
const kernel = 'skipped' in guest ? undefined : guest;

let bundle: Awaited<ReturnType<typeof bundleAdapter>>;
let client: DebugClient;
let heard: { event: string; body: unknown }[];

beforeAll(async () => {
  bundle = await bundleAdapter();
});
afterAll(() => bundle.remove());
// Without an index on disk everything has to be read.
beforeEach(() => vi.stubEnv('BOOTSCOPE_NO_CACHE', '1'));
afterEach(async () => {
  vi.unstubAllEnvs();
  await client.stop();
});

const bodies = <T>(event: string): T[] => heard.filter((one) => one.event === event).map(({ body }) => body as T);
const until = (what: () => boolean): Promise<unknown> => vi.waitUntil(what, { timeout: 120_000, interval: 20 });

/** Launches up to the first instruction; `breakpoints` are set at once. */
const launch = async (breakpoints: string[]): Promise<DebugProtocol.Breakpoint[]> => {
  client = await startClient(bundle.file);
  heard = [];
  for (const event of ['progressStart', 'progressUpdate', 'progressEnd', 'breakpoint', 'output', 'stopped']) client.on(event, ({ body }: DebugProtocol.Event) => heard.push({ event, body }));
  await client.initializeRequest({ adapterID: 'bootscope', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path', supportsProgressReporting: true });
  const ready = client.waitForEvent('initialized');
  await client.launchRequest({ type: 'bootscope', qemu: kernel?.qemu, images: [{ stage: 'kernel', file: kernel?.vmlinux }], stopOnEntry: true, serialOutput: 'event' } as DebugProtocol.LaunchRequestArguments);
  await ready;
  const answer = await client.setFunctionBreakpointsRequest({ breakpoints: breakpoints.map((name) => ({ name })) });
  return answer.body.breakpoints;
};

const messageOf = (id: number | undefined): string | undefined => bodies<DebugProtocol.BreakpointEvent['body']>('breakpoint').filter(({ breakpoint }) => breakpoint.id === id).at(-1)?.breakpoint.message;

describe.skipIf(kernel === undefined)('the symbols of a kernel, read by a worker', () => {
  it('hold nobody up: requests are answered, breakpoints follow', async () => {
    const [breakpoint] = await launch(['mount_block_root']);
    expect(breakpoint).toMatchObject({ verified: false, message: expect.stringMatching(/^pending: the symbols of vmlinux are being read/) as string });
    const answered: string[] = [];
    const evaluated = client.evaluateRequest({ expression: 'sizeof(struct mount)', context: 'repl' }).then(
      ({ body }) => answered.push(`evaluate ${body.result}`),
      (error: Error) => answered.push(`evaluate ${error.message}`),
    );
    const done = client.configurationDoneRequest().then(() => answered.push('configurationDone'));
    expect((await client.threadsRequest()).body.threads.length).toBeGreaterThan(0);
    expect((await client.stackTraceRequest({ threadId: 1 })).body.stackFrames.length).toBeGreaterThan(0);
    // What needs names waits for them, and so does the machine; nothing else waits for it.
    expect(answered).toEqual([]);
    await until(() => messageOf(breakpoint?.id) !== undefined);
    expect(messageOf(breakpoint?.id)).toMatch(/^pending: vmlinux \(kernel\) has the function mount_block_root/);
    await Promise.all([evaluated, done]);
    expect(answered).toEqual([expect.stringMatching(/^evaluate /), 'configurationDone']);
    await until(() => bodies('progressEnd').length === bodies('progressStart').length);
    const reading = bodies<DebugProtocol.ProgressStartEvent['body']>('progressStart').find(({ title }) => /^Reading the symbols of .*vmlinux$/.test(title));
    const percentages = bodies<DebugProtocol.ProgressUpdateEvent['body']>('progressUpdate').flatMap(({ progressId, percentage }) => (progressId === reading?.progressId ? (percentage ?? -1) : []));
    expect(reading?.percentage).toBeGreaterThanOrEqual(0);
    expect(percentages.length).toBeGreaterThan(5);
    expect(percentages).toEqual([...new Set(percentages)].sort((a, b) => a - b));
    await client.continueRequest({ threadId: 1 });
    await until(() => bodies<DebugProtocol.StoppedEvent['body']>('stopped').some(({ reason }) => reason.includes('breakpoint')));
    expect((await client.stackTraceRequest({ threadId: 1 })).body.stackFrames[0]?.name).toBe('mount_block_root');
  });

  it('are read when needed once the user has cancelled', async () => {
    const [breakpoint] = await launch(['mount_block_root']);
    const started = (): DebugProtocol.ProgressStartEvent['body'] | undefined => bodies<DebugProtocol.ProgressStartEvent['body']>('progressStart').find(({ title }) => /^Reading the symbols of .*vmlinux$/.test(title));
    await until(() => started() !== undefined);
    const progress = started();
    expect(progress?.cancellable).toBe(true);
    await client.customRequest('cancel', { progressId: progress?.progressId });
    await until(() => bodies<DebugProtocol.OutputEvent['body']>('output').some(({ output }) => /was cancelled: they are read when they are needed/.test(output)));
    await until(() => messageOf(breakpoint?.id) !== undefined);
    expect(messageOf(breakpoint?.id)).toMatch(/^pending: vmlinux \(kernel\) has the function mount_block_root/);
    await client.configurationDoneRequest();
    await client.continueRequest({ threadId: 1 });
    await until(() => bodies<DebugProtocol.StoppedEvent['body']>('stopped').some(({ reason }) => reason.includes('breakpoint')));
  });
});
