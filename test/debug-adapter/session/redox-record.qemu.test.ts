import fs from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { EnvironmentAnswer, MountsAnswer, ReadsAnswer, UnitsAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildRedoxLive, type RedoxLivePaths } from '../../guests/redox-live/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

let client = new DapClient();
afterEach(async () => {
  await client.stop();
});

/** Boots to the kernel's first C-like code, begins the record, and goes on until the console says `text`. */
const record = async (guest: RedoxLivePaths, text: string, { kernel = guest.kernel, workspace = path.join(guest.sources, 'image'), programs = [] as readonly ('redoxfs' | 'lived')[], first = [] as { filterId: string; condition: string }[] } = {}): Promise<void> => {
  client = new DapClient();
  const configuration = { request: 'launch', type: 'bootscope', name: 'redox', serialOutput: 'event', chain: 'redox', qemu: guest.qemu, cwd: workspace, images: [{ stage: 'kernel', file: kernel }, ...programs.map((process) => ({ stage: 'userland', process, file: guest.programs[process] }))] };
  await client.start(configuration as never, async () => {
    await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'kmain' }] });
    await client.request('setExceptionBreakpoints', { filters: [], filterOptions: [...first, { filterId: 'serial', condition: `/${text}/` }] });
  });
  await client.waitFor<Stopped>('stopped');
  if (kernel === guest.kernel) {
    // Before kmain has stored it the text is told from its parameter.
    const early = await client.request<EnvironmentAnswer>('bootscope/environment');
    expect(early.variables.find(({ name }) => name === 'REDOXFS_UUID')?.values).toMatchObject([{ stage: 'kernel', value: guest.constants.uuid }]);
  }
  expect(await client.request<ReadsAnswer>('bootscope/reads', { record: true })).toMatchObject({ recording: true, reads: [] });
  await client.request('continue', { threadId: 1 });
  if (first.length === 0) expect((await client.waitFor<Stopped>('stopped')).description).toMatch(new RegExp(text));
};

describe('a live boot that fails, recorded in passing', () => {
  it('tells every read, who asked, what another preload or block size would have done, which disks were tried, who read the environment, and how far init came', async () => {
    const guest = await buildRedoxLive();
    await record(guest, 'not able to mount uuid', { workspace: guest.sources, programs: ['redoxfs'], first: [{ filterId: 'errno', condition: 'EINVAL in process:lived' }] });
    const { preloadMib, sizeMib, allocBlocks } = guest.constants;
    expect((await client.waitFor<Stopped>('stopped')).description).toContain('EINVAL');
    const { units } = await client.request<UnitsAnswer>('bootscope/units');
    expect(units.map(({ id, state }) => [id, state])).toEqual([
      ['00_runtime.target', 'done'],
      ['10_lived.service', 'done'],
      ['40_ahcid.service', 'done'],
      ['40_drivers.target', 'done'],
      ['50_rootfs.service', 'running'],
      ['90_initfs.target', 'waiting'],
      ['30_console.service', 'not-reached'],
    ]);
    expect(units.find(({ id }) => id === '50_rootfs.service')).toMatchObject({ order: 5, requires: ['40_drivers.target'], source: { path: expect.stringMatching(/50_rootfs\.service$/) as string }, evidence: expect.arrayContaining([{ kind: 'memory', text: expect.stringMatching(/^process redoxfs:\d+/) as string }]) as unknown });
    expect(units.find(({ id }) => id === '10_lived.service')?.evidence).toContainEqual({ kind: 'memory', text: 'in the initfs of this boot' });
    expect(units.find(({ id }) => id === '90_initfs.target')?.waitsFor).toEqual(['50_rootfs.service']);
    await client.request('continue', { threadId: 1 });
    expect((await client.waitFor<Stopped>('stopped')).description).toContain('not able to mount');
    const later = await client.request<UnitsAnswer>('bootscope/units');
    expect(later.units.find(({ id }) => id === '50_rootfs.service')?.evidence).toContainEqual({ kind: 'serial', text: 'redoxfs: opening /scheme/disk.live/0' });

    const answer = await client.request<ReadsAnswer>('bootscope/reads', { preload: 9 << 20, blockSize: 512 });
    const failed = answer.reads.filter(({ result }) => result !== 'ok');
    expect(failed).toMatchObject([{ block: allocBlocks.middle, length: 4096, result: 'EINVAL', servedBy: 'nothing', by: expect.stringMatching(/^redoxfs:\d+$/) as string }]);
    // One header, the ring of 256, and two blocks of the allocation log: every access of the disk, and not the list of its partitions.
    expect(answer.reads.length).toBe(1 + 256 + 2);
    expect(answer.reads.slice(0, 3).map(({ block }) => block)).toEqual([0, 0, 1]);
    // The line of redoxfs's own code that asked, and the calls that led there: another way for the header than for the log.
    const line = (file: string, text: string): number => fs.readFileSync(path.join(guest.sources, file), 'utf8').split('\n').findIndex((one) => one.includes(text)) + 1;
    const disk = path.join(guest.sources, 'userland/redoxfs/src/disk.rs');
    const [stacks] = [answer.stacks];
    if (stacks === undefined || 'unknown' in stacks) throw new Error(JSON.stringify(stacks));
    expect(new Set(answer.reads.map(({ source }) => JSON.stringify(source)))).toEqual(new Set([JSON.stringify({ path: disk, line: line('userland/redoxfs/src/disk.rs', 'call::pread(') })]));
    const callsOf = (n: number): string => (stacks[answer.reads[n - 1]?.stack ?? -1] ?? []).map((call) => call.function).join(' < ');
    expect(callsOf(2)).toMatch(/^std::call::syscall5 < std::call::pread < redoxfs::disk::.*read_at < .*FileSystem<.*>::open<.*> < redoxfs::filesystem_by_path < redoxfs::filesystem_by_uuid < redoxfs::daemon < redoxfs::main < /);
    expect(callsOf(259)).toContain('reset_allocator');
    expect(callsOf(1)).not.toContain('reset_allocator');
    expect(stacks.length).toBeLessThan(6);
    expect(answer.statistics).toMatchObject({ reads: answer.reads.length, failed: 1, furthest: (allocBlocks.middle + 1) * 4096, writes: 0 });
    expect(answer.statistics?.perMebibyte.find(({ mebibyte }) => mebibyte === 0)?.reads).toBeGreaterThan(200);
    expect(answer.advice).toContain('with a preload of 9 MiB');
    expect(answer.whatIf).toMatchObject({ preload: 9 << 20, blockSize: 512, refused: 0, misaligned: 0 });
    // 512-byte blocks multiplied by a page: eight times too far.
    expect(answer.whatIf?.onlyBlockSize?.wrongPlace).toBeGreaterThan(100);
    expect((await client.request<ReadsAnswer>('bootscope/reads', { preload: 8 << 20 })).whatIf).toMatchObject({ refused: 1, blockSize: 4096 });
    expect(answer.verdict).toMatchObject({ outcome: 'fails', image: guest.disk, needed: 9 << 20 });
    expect(answer.disks?.map(({ disk, outcome, error, ioError }) => [disk, outcome, error, ioError])).toEqual(
      expect.arrayContaining([['/scheme/disk.live/0', 'failed', 'Input/output error', 'Invalid argument (os error 22)'], [expect.stringMatching(/_ahci\/0$/), 'failed', expect.any(String), undefined]]),
    );
    const opens = answer.opens?.filter(({ by }) => by.startsWith('redoxfs:')) ?? [];
    expect(opens.map(({ server, path: opened, result }) => [server.split(':')[0], opened, result])).toEqual(expect.arrayContaining([['lived', '0', 'ok'], ['ahcid', '0', 'ok']]));

    const { variables, textReaders } = await client.request<EnvironmentAnswer>('bootscope/environment');
    expect(textReaders).toMatchObject([{ process: expect.stringMatching(/^lived:\d+$/) as string, times: 1 }]);
    const size = variables.find(({ name }) => name === 'DISK_LIVE_SIZE');
    expect(size?.readers).toMatchObject([{ name: 'lived', seen: { process: textReaders?.[0]?.process, times: 1 } }]);
    expect(size?.meaning).toContain(`${preloadMib} MiB`);
    expect(size?.faults).toMatchObject([{ code: 'preload-smaller-than-filesystem', message: expect.stringContaining(`${sizeMib} MiB`) as string }]);

    expect((await client.request<MountsAnswer>('bootscope/mounts')).kernel.length).toBeGreaterThan(3);
    await expect(client.request('bootscope/reads', { blockSize: 1000 })).rejects.toThrow(/512 or 4096/);
  });
});

describe('a live boot that mounts by luck', () => {
  it('records the writes of its clean-up, the overlay they leave and what is read from there, with symbols only', async () => {
    const guest = await buildRedoxLive({ firmware: 'bios', variant: 'mini' });
    // A folder without unit files: the initfs in memory has them.
    await record(guest, 'login:', { kernel: guest.kernelStripped, workspace: guest.directory });
    const answer = await client.request<ReadsAnswer>('bootscope/reads');
    expect(answer.statistics?.failed).toBe(0);
    // Without the kernel's debug information nobody's stack is found.
    expect(answer.stacks).toMatchObject({ unknown: expect.stringContaining('debug information') as string });
    expect(answer.reads.filter(({ source }) => source !== undefined)).toEqual([]);
    expect(answer.statistics?.writes).toBeGreaterThan(0);
    expect(answer.overlay?.length).toBeGreaterThan(0);
    expect(answer.reads.filter(({ kind }) => kind === 'write').length).toBe(answer.statistics?.writes);
    expect(answer.reads.some(({ servedBy }) => servedBy === 'preload')).toBe(true);
    expect(answer.verdict).toMatchObject({ outcome: 'by-luck' });
    const { units } = await client.request<UnitsAnswer>('bootscope/units');
    expect(units.filter(({ id }) => /^[0-9]+_(lived|rootfs|initfs)/.test(id)).map(({ state, source }) => [state, source])).toEqual(Array(3).fill(['done', undefined]));
    const { variables } = await client.request<EnvironmentAnswer>('bootscope/environment');
    expect(variables.flatMap(({ faults }) => faults.map(({ code }) => code))).toEqual(['preload-smaller-than-filesystem']);
  });
});
