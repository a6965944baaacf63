import fs from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import { findFailures } from '../../../boot/diagnosis/diagnose';
import { failureRules } from '../../../boot/diagnosis/rules';
import type { DiagnosisAnswer, EnvironmentAnswer, EnvironmentVariable, UnitsAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildRedoxLive, type RedoxLiveOptions } from '../../guests/redox-live/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

let client: DapClient | undefined;
afterEach(async () => {
  await client?.stop();
  client = undefined;
});

/** A boot by the BIOS, stopped where `at` says: before the jump to the kernel, or at the kernel's first function. It stops again when the console says `until`. */
const boot = async (options: RedoxLiveOptions, until: string, at: 'hand-over' | 'kmain' = 'kmain'): Promise<DapClient> => {
  const guest = await buildRedoxLive({ firmware: 'bios', ...options });
  const session = (client = new DapClient());
  const images = [{ stage: 'loader', file: guest.biosLoader }, { stage: 'kernel', file: guest.kernel }];
  const file = path.join(guest.sources, 'loader/src/os/bios/mod.rs');
  await session.start({ request: 'launch', type: 'bootscope', name: 'environment', serialOutput: 'event', qemu: guest.qemu, cwd: path.join(guest.sources, 'image'), images } as never, async () => {
    if (at === 'kmain') await session.request('setFunctionBreakpoints', { breakpoints: [{ name: 'kmain' }] });
    else await session.request('setBreakpoints', { source: { path: file }, breakpoints: [{ line: fs.readFileSync(file, 'utf8').split('\n').findIndex((line) => line.includes('    kernel_entry(')) + 1 }] });
    await session.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'serial', condition: until }] });
  });
  await session.waitFor<Stopped>('stopped');
  return session;
};

const environment = async (session: DapClient): Promise<Map<string, EnvironmentVariable>> => new Map((await session.request<EnvironmentAnswer>('bootscope/environment')).variables.map((variable) => [variable.name, variable]));
const faultsOf = (variables: ReadonlyMap<string, EnvironmentVariable>, name: string): string[] => variables.get(name)?.faults.map(({ code }) => code) ?? [];
const goOn = async (session: DapClient): Promise<void> => {
  await session.request('continue', { threadId: 1 });
  await session.waitFor<Stopped>('stopped');
};
const codes = async (session: DapClient): Promise<string[]> => (await session.request<DiagnosisAnswer>('bootscope/diagnosis')).failures.map(({ code }) => code);
const write = (session: DapClient, memoryReference: string, offset: number, text: string): Promise<unknown> => session.request('writeMemory', { memoryReference, offset, data: Buffer.from(text).toString('base64') });
/** Where the kernel has a variable, for a write that setEnvironment would refuse. */
const placeOf = (variables: ReadonlyMap<string, EnvironmentVariable>, name: string): string => variables.get(name)?.values.at(-1)?.address ?? '';
/** Ends the text at an address, as a loader does that writes too little. */
const cutAt = async (session: DapClient, end: bigint): Promise<void> => {
  const { stackFrames } = await session.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 });
  await session.request('evaluate', { expression: `args.env_size = ${end} - args.env_base`, frameId: stackFrames[0]?.id, context: 'repl' });
};

describe('faults of the Redox environment, each in a boot that has it', () => {
  it('set after its reader has run: what lived read stays, with what it was', async () => {
    const session = await boot({ variant: 'mini' }, '/login:/');
    await session.request('bootscope/setEnvironment', { name: 'RSDP_SIZE', value: '24' });
    await goOn(session);
    const before = await environment(session);
    const size = String(before.get('DISK_LIVE_SIZE')?.values.at(-1)?.value);
    expect(faultsOf(before, 'DISK_LIVE_SIZE')).toEqual(['preload-smaller-than-filesystem']);
    await session.request('bootscope/setEnvironment', { name: 'DISK_LIVE_SIZE', value: '800000' });
    await session.request('bootscope/setEnvironment', { name: 'RSDP_SIZE', value: '25' });
    const after = await environment(session);
    expect(after.get('DISK_LIVE_SIZE')?.faults).toMatchObject([{ code: 'set-after-reader', message: expect.stringMatching(new RegExp(`^lived:\\d+ read the environment when this was "${size}"`)) as string }]);
    expect(after.get('DISK_LIVE_SIZE')?.readers).toMatchObject([{ name: 'lived', seen: { process: expect.stringMatching(/^lived:\d+$/) as string, times: 1 } }]);
    // Nobody of whom it is known has read the others.
    expect([...after.values()].flatMap(({ name, faults }) => (faults.some(({ code }) => code === 'set-after-reader') ? [name] : []))).toEqual(['DISK_LIVE_SIZE']);
    expect(await codes(session)).toEqual([]);
  });

  it('set but never read: the unit that would is not started', async () => {
    const target = '[unit]\ndescription = "Initfs drivers"\nrequires_weak = []\n';
    const session = await boot({ variant: 'mini', initfsUnits: { '40_drivers.target': target } }, '/not able to mount uuid [0-9a-f-]{36}/');
    const early = await environment(session);
    expect(faultsOf(early, 'DISK_LIVE_ADDR')).toEqual([]);
    await goOn(session);
    const variables = await environment(session);
    expect(['DISK_LIVE_ADDR', 'DISK_LIVE_SIZE', 'REDOXFS_UUID'].map((name) => faultsOf(variables, name).includes('never-read'))).toEqual([true, true, false]);
  });

  it('read but not set, and its partner that is alone', async () => {
    const session = await boot({ variant: 'mini' }, '/not able to mount uuid [0-9a-f-]{36}/');
    await write(session, placeOf(await environment(session), 'DISK_LIVE_SIZE'), 'DISK_LIVE_SIZ'.length, 'X');
    expect((await environment(session)).get('DISK_LIVE_SIZE')).toBeUndefined();
    await goOn(session);
    const variables = await environment(session);
    expect(faultsOf(variables, 'DISK_LIVE_SIZE')).toEqual(['not-set']);
    expect(faultsOf(variables, 'DISK_LIVE_ADDR')).toEqual(['missing-partner']);
    expect(variables.get('DISK_LIVE_SIZX')).toMatchObject({ readers: [], faults: [] });
  });

  it('contradicting what is in memory: an address off a page, a block that is not the first', async () => {
    const session = await boot({ variant: 'mini' }, '/not able to mount uuid [0-9a-f-]{36}/');
    const address = BigInt(`0x${String((await environment(session)).get('DISK_LIVE_ADDR')?.values.at(-1)?.value)}`);
    await session.request('bootscope/setEnvironment', { name: 'DISK_LIVE_ADDR', value: (address + 0x200n).toString(16) });
    await session.request('bootscope/setEnvironment', { name: 'REDOXFS_BLOCK', value: '10000' });
    await goOn(session);
    const variables = await environment(session);
    expect(faultsOf(variables, 'DISK_LIVE_ADDR')).toEqual(['contradicting']);
    expect(faultsOf(variables, 'REDOXFS_BLOCK')).toEqual(['contradicting']);
    expect(await codes(session)).toContain('redox.environment-contradicting');
  });

  it('cut in the middle of a value at the hand-over', async () => {
    const session = await boot({ variant: 'mini' }, '/redoxfs: invalid uuid/', 'hand-over');
    const value = 'REDOXFS_UUID=6ba9ae7a';
    await cutAt(session, BigInt(placeOf(await environment(session), 'REDOXFS_UUID')) + BigInt(value.length));
    await goOn(session);
    const variables = await environment(session);
    expect(variables.get('REDOXFS_UUID')?.values.at(-1)).toMatchObject({ value: '6ba9ae7a' });
    expect(faultsOf(variables, 'REDOXFS_UUID')).toEqual(['unparsable', 'truncated']);
    expect(await codes(session)).toEqual(expect.arrayContaining(['redox.environment-unparsable']));
  });

  it('too long as a whole for bootstrap', async () => {
    const session = await boot({ variant: 'mini' }, '/login:/', 'hand-over');
    const variables = await environment(session);
    const end = BigInt(placeOf(variables, 'REDOXFS_UUID')) + BigInt('REDOXFS_UUID='.length + 36 + 1);
    const more = Array.from({ length: 50 }, (_, index) => `FILLER_${index}=${'x'.repeat(80)}\n`).join('');
    await write(session, `0x${end.toString(16)}`, 0, more);
    await cutAt(session, end + BigInt(more.length));
    await goOn(session);
    const all = await environment(session);
    expect(all.size).toBe(variables.size + 50);
    expect([...all.values()].filter(({ faults }) => faults.some(({ code }) => code === 'too-long')).length).toBe(all.size);
  });
});

/** As with e in the bootloader's menu; the rest of the line that was there is no variable. */
const sayWhatInitDoes = async (session: DapClient): Promise<void> => {
  const debug = 'INIT_LOG_LEVEL=DEBUG\n';
  await write(session, placeOf(await environment(session), 'RSDP_ADDR'), 0, `${debug}${'x'.repeat('RSDP_ADDR=0000000000000000'.length - debug.length)}`);
};

describe('times of units', () => {
  it('are there once init says what it does, in the order of the units, on the clock of the stages', async () => {
    const session = await boot({}, '/init: switchroot to .usr/');
    await sayWhatInitDoes(session);
    expect((await environment(session)).get('INIT_LOG_LEVEL')).toMatchObject({ meaning: 'how much init says: DEBUG' });
    await goOn(session);
    const { units } = await session.request<UnitsAnswer>('bootscope/units');
    const times = units.filter(({ stage }) => stage === 1).map(({ id, startedMs, endedMs }) => ({ id, startedMs, endedMs }));
    expect(times.map(({ id, endedMs }) => [id, endedMs !== undefined])).toEqual([['00_runtime.target', false], ['10_lived.service', true], ['40_ahcid.service', true], ['40_drivers.target', false], ['50_rootfs.service', true], ['90_initfs.target', false]]);
    const started = times.map(({ startedMs }) => startedMs ?? -1);
    expect(started.every((at) => at > 0)).toBe(true);
    expect([...started].sort((a, b) => a - b)).toEqual(started);
    for (const [index, { endedMs }] of times.entries()) if (endedMs !== undefined) expect(endedMs).toBeGreaterThanOrEqual(started[index] ?? Infinity);
    expect(units.find(({ id }) => id === '50_rootfs.service')).toMatchObject({ state: 'failed' });
  });

  it('tell a root that was looked for before its disks were served, also from what the console said alone', async () => {
    const rootfs = '[unit]\ndescription = "Rootfs"\n\n[service]\ncmd = "redoxfs"\nargs = ["--uuid" ,"$REDOXFS_UUID", "file", "$REDOXFS_BLOCK"]\ntype = "oneshot"\n';
    const end = '[unit]\ndescription = "initfs finalized"\nrequires_weak = ["40_drivers.target", "50_rootfs.service"]\n';
    const session = await boot({ variant: 'mini', initfsUnits: { '50_rootfs.service': rootfs, '90_initfs.target': end } }, '/init: switchroot to .usr/');
    await sayWhatInitDoes(session);
    await goOn(session);
    const { units } = await session.request<UnitsAnswer>('bootscope/units');
    const startOf = (id: string): number => units.find((unit) => unit.id === id)?.startedMs ?? -1;
    expect(startOf('50_rootfs.service')).toBeGreaterThan(0);
    expect(startOf('50_rootfs.service')).toBeLessThanOrEqual(startOf('10_lived.service'));
    const { text } = await session.request<{ text: string }>('bootscope/serial', {});
    expect(findFailures(failureRules, text, new Map(), 'redox')).toMatchObject([{ code: 'redox.service-before-disk', evidence: [{ text: expect.stringContaining('not able to mount uuid') as string }, { text: 'Starting SATA disks (ahcid)' }] }]);
    expect(await codes(session)).toEqual(['redox.disk-units-behind-root']);
  });
});
