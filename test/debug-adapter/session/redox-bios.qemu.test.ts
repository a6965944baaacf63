import fs from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { DiagnosisAnswer, EnvironmentAnswer, MountsAnswer, ProcessesAnswer, ReadsAnswer, StagesAnswer, UnitsAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildRedoxLive, type RedoxLivePaths } from '../../guests/redox-live/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

let client: DapClient | undefined;
afterEach(async () => {
  await client?.stop();
  client = undefined;
});

const sourceOf = (guest: RedoxLivePaths, file: string): string => path.join(guest.sources, 'loader/src', file);
const lineOf = (file: string, text: string): number => fs.readFileSync(file, 'utf8').split('\n').findIndex((one) => one.includes(text)) + 1;

interface Place {
  readonly file: string;
  readonly text: string;
}

const start = async (guest: RedoxLivePaths, images: readonly object[], until: string, places: readonly Place[]): Promise<DapClient> => {
  const session = (client = new DapClient());
  await session.start({ request: 'launch', type: 'bootscope', name: 'bios', serialOutput: 'event', qemu: guest.qemu, cwd: path.join(guest.sources, 'image'), images } as never, async () => {
    for (const { file, text } of places) await session.request('setBreakpoints', { source: { path: file }, breakpoints: [{ line: lineOf(file, text) }] });
    await session.request('setFunctionBreakpoints', { breakpoints: [{ name: 'kstart' }] });
    await session.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'serial', condition: until }] });
  });
  return session;
};

const stackOf = async (session: DapClient): Promise<DebugProtocol.StackFrame[]> => (await session.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 })).stackFrames;
const goOn = async (session: DapClient, how: 'continue' | 'next' = 'continue'): Promise<Stopped> => {
  await session.request(how, { threadId: 1 });
  return session.waitFor<Stopped>('stopped');
};
const valueOf = ({ variables }: EnvironmentAnswer, name: string): unknown => variables.find((variable) => variable.name === name)?.values.map(({ stage, value }) => [stage, value]);

describe('Redox booted by a BIOS', () => {
  it('has its loader in 32-bit code, which steps over calls of the BIOS; its environment goes on to the kernel, and the whole chain is told as behind UEFI', async () => {
    const guest = await buildRedoxLive({ firmware: 'bios' });
    const { preloadMib, sizeMib, allocBlocks, uuid } = guest.constants;
    const disk = { file: sourceOf(guest, 'os/bios/disk.rs'), text: 'data.with(self.thunk13)' };
    const handOver = { file: sourceOf(guest, 'os/bios/mod.rs'), text: '    kernel_entry(' };
    const session = await start(guest, [{ stage: 'loader', file: guest.biosLoader }, { stage: 'kernel', file: guest.kernel }, { stage: 'userland', process: 'redoxfs', file: guest.programs.redoxfs }], '/not able to mount uuid/', [disk, handOver]);

    expect((await session.waitFor<Stopped>('stopped')).reason).toBe('breakpoint');
    const stack = await stackOf(session);
    expect(stack.map(({ name }) => name).slice(0, 6)).toEqual([expect.stringMatching(/disk::.*::read_at$/), expect.stringMatching(/FileSystem<.*>::open/), expect.stringMatching(/::filesystem$/), expect.stringMatching(/^bootloader::redoxfs/), expect.stringMatching(/^bootloader::main/), expect.stringMatching(/::start$/)]);
    const evaluate = async (expression: string, frame = 0): Promise<string> => (await session.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, frameId: (await stackOf(session))[frame]?.id, context: 'watch' })).result;
    // The file system begins 2 MiB into the disk, whatever the table of partitions says.
    expect(await evaluate('first')).toBe('512');
    // Over the way through real mode and back, into the next statement, with the block read.
    expect((await goOn(session, 'next')).reason).toBe('step');
    expect((await stackOf(session))[0]).toMatchObject({ name: stack[0]?.name, line: (stack[0]?.line ?? 0) + 1 });
    const { data = '' } = await session.request<{ data?: string }>('readMemory', { memoryReference: '0x70000', count: 7 });
    expect(Buffer.from(data, 'base64').toString('latin1')).toBe('RedoxFS');
    expect((await session.request<StagesAnswer>('bootscope/stages')).current).toBe('loader');
    expect((await session.request<ProcessesAnswer>('bootscope/processes')).unknown).toContain('still in its loader');

    // The text behind KernelArgs, before the jump; what is written there the kernel reads.
    await session.request('setBreakpoints', { source: { path: disk.file }, breakpoints: [] });
    await goOn(session);
    expect((await stackOf(session))[0]).toMatchObject({ name: expect.stringMatching(/::start$/) as string, line: lineOf(handOver.file, handOver.text) });
    const inLoader = await session.request<EnvironmentAnswer>('bootscope/environment');
    expect(inLoader.variables.map(({ name }) => name)).toEqual(['RSDP_ADDR', 'RSDP_SIZE', 'DISK_LIVE_ADDR', 'DISK_LIVE_SIZE', 'REDOXFS_BLOCK', 'REDOXFS_UUID']);
    expect(valueOf(inLoader, 'REDOXFS_UUID')).toEqual([['loader', uuid]]);
    expect(inLoader.variables.find(({ name }) => name === 'DISK_LIVE_SIZE')?.faults).toMatchObject([{ code: 'preload-smaller-than-filesystem', message: expect.stringContaining(`${preloadMib} MiB were preloaded of a filesystem of ${sizeMib} MiB`) as string }]);
    expect(await session.request('bootscope/setEnvironment', { name: 'RSDP_SIZE', value: '24' })).toMatchObject({ before: '0000000000000014', value: '0000000000000024' });

    // Long mode, through the loader's own code; the kernel's first instruction.
    expect((await goOn(session)).description).toContain('kstart');
    const atEntry = await session.request<EnvironmentAnswer>('bootscope/environment');
    expect(valueOf(atEntry, 'RSDP_SIZE')).toEqual([['loader', '0000000000000024'], ['kernel', '0000000000000024']]);
    expect((await session.request<StagesAnswer>('bootscope/stages')).stages.filter(({ enteredMs }) => enteredMs !== undefined).map(({ id }) => id)).toEqual(['firmware', 'loader', 'kernel']);
    expect(await session.request<ReadsAnswer>('bootscope/reads', { record: true })).toMatchObject({ preload: { size: preloadMib << 20 }, filesystemSize: sizeMib << 20 });

    expect((await goOn(session)).description).toContain('not able to mount');
    const reads = await session.request<ReadsAnswer>('bootscope/reads');
    expect(reads.reads.at(-1)).toMatchObject({ block: allocBlocks.middle, result: 'EINVAL', by: expect.stringMatching(/^redoxfs:\d+$/) as string, source: { path: path.join(guest.sources, 'userland/redoxfs/src/disk.rs') } });
    expect(reads.verdict).toMatchObject({ outcome: 'fails', image: guest.disk });
    expect((await session.request<DiagnosisAnswer>('bootscope/diagnosis')).failures.map(({ code }) => code)).toEqual(['redox.preload-too-small']);
    expect((await session.request<EnvironmentAnswer>('bootscope/environment')).textReaders).toMatchObject([{ process: expect.stringMatching(/^lived:\d+$/) as string }]);
    expect((await session.request<ProcessesAnswer>('bootscope/processes')).processes.map(({ name }) => name.split('/').pop())).toEqual(expect.arrayContaining(['lived', 'ahcid']));
    expect((await session.request<MountsAnswer>('bootscope/mounts')).kernel.length).toBeGreaterThan(3);
    expect((await session.request<UnitsAnswer>('bootscope/units')).units.find(({ id }) => id === '10_lived.service')).toMatchObject({ state: 'done' });
  });

  it('mounts by luck and is silent, with symbol tables only; the loader by its symbol file shows the text as far as it is written', async () => {
    const guest = await buildRedoxLive({ firmware: 'bios', variant: 'mini' });
    const writing = { file: sourceOf(guest, 'main.rs'), text: 'writeln!(w, "REDOXFS_BLOCK=' };
    const session = await start(guest, [{ stage: 'loader', file: guest.biosLoaderSymbols }, { stage: 'kernel', file: guest.kernelStripped }], '/login:/', [writing]);
    expect((await session.waitFor<Stopped>('stopped')).reason).toBe('breakpoint');
    const written = (await session.request<EnvironmentAnswer>('bootscope/environment')).variables.map(({ name }) => name);
    expect(written.slice(0, 4)).toEqual(['RSDP_ADDR', 'RSDP_SIZE', 'DISK_LIVE_ADDR', 'DISK_LIVE_SIZE']);
    expect(written).not.toContain('REDOXFS_UUID');
    expect((await goOn(session)).description).toContain('kstart');
    expect((await goOn(session)).description).toContain('login:');
    const environment = await session.request<EnvironmentAnswer>('bootscope/environment');
    expect(valueOf(environment, 'REDOXFS_UUID')).toContainEqual(['login', guest.constants.uuid]);
    expect((await session.request<DiagnosisAnswer>('bootscope/diagnosis')).failures).toEqual([]);
    expect((await session.request<StagesAnswer>('bootscope/stages')).current).toBe('login');
  });
});
