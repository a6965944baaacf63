import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AddressSpaceAnswer, ProcessesAnswer, StagesAnswer, StopWhenAnswer, TraceArguments, TraceEventBody } from '../../../debug-adapter/api';
import { DapClient, DapError } from '../../../debug-adapter/session/client';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

/** What faces ask for beside DAP: one boot of freebsd-live, the tests go on from each other's stop. */
describe('requests of the faces, on freebsd-live', () => {
  const client = new DapClient();
  const trace: TraceEventBody[] = [];
  const next = (): Promise<Stopped> => client.waitFor<Stopped>('stopped');
  const go = async (): Promise<Stopped> => {
    await client.request('continue', { threadId: 1 });
    return next();
  };

  beforeAll(async () => {
    const guest = await buildFreebsdLive({});
    client.onEvent((event, body) => {
      if (event === 'bootscope/trace') trace.push(body as TraceEventBody);
    });
    await client.start({ type: 'bootscope', request: 'launch', name: 'faces', chain: 'freebsd', serialOutput: 'event', qemu: guest.qemu('a'), images: [{ stage: 'kernel', file: guest.kernel }] } as never, async () => {
      await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'vfs_mountroot' }] });
      await client.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'environment', condition: 'init_script removed' }] });
    });
    await next();
  });
  afterAll(() => client.stop());

  it('names the code that showed a stage', async () => {
    const { stages } = await client.request<StagesAnswer>('bootscope/stages');
    const shown = stages.flatMap(({ evidence }) => evidence).find(({ kind }) => kind === 'breakpoint');
    expect(shown?.source?.path).toMatch(/\/freebsd-live\/src\/.+\.[ch]$/);
    expect(shown?.source?.line).toBeGreaterThan(0);
  });

  it('traces the wires to QEMU only while it is wanted', async () => {
    expect(trace).toEqual([]);
    expect(await client.request<TraceArguments>('bootscope/trace', { wires: ['rsp'] })).toEqual({ wires: ['rsp'] });
    await client.request('evaluate', { expression: '1 + 1' });
    await client.request('readMemory', { memoryReference: '0xffffffff80200000', count: 4096 });
    expect(trace.some(({ to, text }) => to === 'qemu' && /^[mx]/.test(text))).toBe(true);
    expect(trace.some(({ to }) => to === 'bootscope')).toBe(true);
    expect(Math.max(...trace.map(({ text }) => text.length))).toBeLessThan(500);
    expect(await client.request<TraceArguments>('bootscope/trace', { wires: [] })).toEqual({ wires: [] });
    const sofar = trace.length;
    await client.request('readMemory', { memoryReference: '0xffffffff80300000', count: 4096 });
    expect(trace.length).toBe(sofar);
    await expect(client.request('bootscope/trace', { wires: ['usb'] })).rejects.toThrow(/BS334/);
  });

  it('stops for a condition of a face beside the editor’s filters, which do not undo each other', async () => {
    await client.request('setFunctionBreakpoints', { breakpoints: [] });
    const { active } = await client.request<StopWhenAnswer>('bootscope/stopWhen', { add: { filter: 'environment', condition: 'init_chroot' } });
    expect(active).toEqual([{ filter: 'environment', condition: 'init_chroot', verified: true }]);
    await client.request('setExceptionBreakpoints', { filters: [], filterOptions: [] });
    const stop = await go();
    expect(stop.reason).toBe('exception');
    expect(stop.description).toMatch(/^init_chroot is set to "\/sysroot"/);
    expect(await client.request<StopWhenAnswer>('bootscope/stopWhen', { remove: { filter: 'environment', condition: 'init_chroot' } })).toEqual({ active: [] });
  });

  it('leaves it to the face to show why its request is refused', async () => {
    const refused = await client.request('bootscope/reads').then(
      () => undefined,
      (error: unknown) => (error as DapError).response.body as DebugProtocol.ErrorResponse['body'],
    );
    expect(refused?.error).toMatchObject({ showUser: false });
    const shown = await client.request('scopes', { frameId: 99_999 }).catch((error: unknown) => (error as DapError).response.body as DebugProtocol.ErrorResponse['body']);
    expect(shown).toMatchObject({ error: { showUser: true } });
  });

  it('says where a face’s condition is wrong', async () => {
    const { active } = await client.request<StopWhenAnswer>('bootscope/stopWhen', { add: { filter: 'serial', condition: 'no slashes' } });
    expect(active[0]).toMatchObject({ verified: false, message: expect.stringMatching(/BS336.*column 1/) as string });
    await client.request('bootscope/stopWhen', { remove: { filter: 'serial', condition: 'no slashes' } });
    await expect(client.request('bootscope/stopWhen', { add: { filter: 'serial' } })).rejects.toThrow(DapError);
  });

  it('reads the memory of any process by its address space', async () => {
    const { processes } = await client.request<ProcessesAnswer>('bootscope/processes');
    const read = async (memoryReference: string): Promise<string | undefined> => (await client.request<{ data?: string }>('readMemory', { memoryReference, count: 4096 })).data;
    const kernel = processes.find(({ id }) => id.endsWith(':0'));
    const { cr3, ranges } = await client.request<AddressSpaceAnswer>('bootscope/addressSpace');
    const { ranges: shared } = await client.request<AddressSpaceAnswer>('bootscope/addressSpace', { process: kernel?.id });
    expect(kernel?.space).not.toBe(cr3);
    // A range of the running process that the kernel's own process does not have.
    const start = ranges.find((range) => !shared.some((other) => BigInt(other.start) < BigInt(range.end) && BigInt(other.end) > BigInt(range.start)))?.start ?? '';
    const own = await read(start);
    expect(own).toBeDefined();
    expect(await read(`${start}@${cr3}`)).toBe(own);
    expect(await read(`${start}@${String(kernel?.space)}`)).toBe('');
    await expect(client.request('readMemory', { memoryReference: `${start}@nonsense`, count: 4 })).rejects.toThrow(/BS334/);
  });
});
