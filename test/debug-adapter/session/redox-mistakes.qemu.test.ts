import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { DiagnosisAnswer, EnvironmentAnswer, UnitsAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildRedoxLive, type RedoxLivePaths } from '../../guests/redox-live/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

let client: DapClient | undefined;
afterEach(async () => {
  await client?.stop();
  client = undefined;
});

/** Boots as far as `first` (a function), does `mend` there, and goes on until the console says that the root was not mounted, or a login prompt. */
const boot = async (guest: RedoxLivePaths, { first = 'kmain', until = '/not able to mount uuid [0-9a-f-]{36}/', mend }: { first?: string; until?: string; mend?: (session: DapClient) => Promise<unknown> } = {}): Promise<DapClient> => {
  const session = (client = new DapClient());
  const images = [{ stage: 'loader', file: guest.biosLoader ?? guest.loader }, { stage: 'kernel', file: guest.kernel }];
  await session.start({ request: 'launch', type: 'bootscope', name: 'mistake', serialOutput: 'event', chain: 'redox', qemu: guest.qemu, cwd: path.join(guest.sources, 'image'), images } as never, async () => {
    await session.request('setFunctionBreakpoints', { breakpoints: [{ name: first }] });
    await session.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'serial', condition: until }] });
  });
  expect((await session.waitFor<Stopped>('stopped')).description).toContain(first);
  await mend?.(session);
  await session.request('continue', { threadId: 1 });
  expect((await session.waitFor<Stopped>('stopped')).reason).toBe('exception');
  return session;
};

const codes = async (session: DapClient): Promise<string[]> => (await session.request<DiagnosisAnswer>('bootscope/diagnosis')).failures.map(({ code }) => code);
const faults = async (session: DapClient): Promise<string[]> => (await session.request<EnvironmentAnswer>('bootscope/environment')).variables.flatMap(({ name, faults: all }) => all.map(({ code }) => `${name} ${code}`));

describe('a Redox booted with a mistake', () => {
  it('numbers that are none: lived takes them for 0 and leaves without a word, and that is told', async () => {
    const session = await boot(await buildRedoxLive({ firmware: 'bios' }), {
      mend: async (at) => {
        await at.request('bootscope/setEnvironment', { name: 'DISK_LIVE_ADDR', value: '0x000000000dead0' });
        await at.request('bootscope/setEnvironment', { name: 'DISK_LIVE_SIZE', value: '4194304 bytes   ' });
      },
    });
    const environment = await session.request<EnvironmentAnswer>('bootscope/environment');
    const found = await faults(session);
    expect(found).toEqual(expect.arrayContaining(['DISK_LIVE_ADDR unparsable', 'DISK_LIVE_ADDR no-effect', 'DISK_LIVE_SIZE unparsable']));
    // It did read them; nobody but the environment tells what became of that.
    expect(environment.textReaders).toMatchObject([{ process: expect.stringMatching(/^lived:\d+$/) as string }]);
    const { text } = await session.request<{ text: string }>('bootscope/serial', {});
    expect(text).not.toContain('/scheme/disk.live');
    expect(text).not.toMatch(/^lived/m);
    const { failures } = await session.request<DiagnosisAnswer>('bootscope/diagnosis');
    expect(failures.map(({ code }) => code)).toEqual(['redox.environment-unparsable']);
    expect(failures[0]?.title).toContain('DISK_LIVE_ADDR, DISK_LIVE_SIZE');
    expect(JSON.stringify(failures[0]?.evidence)).toContain('not a hexadecimal number');
  });

  it('a text that is cut at the hand-over: what the kernel lacks is told as dropped', async () => {
    const session = await boot(await buildRedoxLive(), {
      first: 'kernel_entry',
      until: '/redoxfs: invalid uuid/',
      mend: async (at) => {
        const { variables } = await at.request<EnvironmentAnswer>('bootscope/environment');
        expect(variables.map(({ name }) => name)).toEqual(expect.arrayContaining(['RSDP_ADDR', 'DISK_LIVE_ADDR', 'DISK_LIVE_SIZE', 'REDOXFS_BLOCK', 'REDOXFS_UUID']));
        const { stackFrames } = await at.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 });
        // As a loader would that ends the text too early: right before DISK_LIVE_SIZE.
        const end = variables.find(({ name }) => name === 'DISK_LIVE_SIZE')?.values[0]?.address ?? '';
        const evaluate = async (expression: string): Promise<string> => (await at.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, frameId: stackFrames[0]?.id, context: 'repl' })).result;
        await evaluate(`args.env_size = ${BigInt(end)} - args.env_base`);
      },
    });
    expect(await faults(session)).toEqual(expect.arrayContaining(['DISK_LIVE_SIZE dropped', 'REDOXFS_BLOCK dropped', 'REDOXFS_UUID dropped', 'DISK_LIVE_SIZE not-set']));
    expect(await codes(session)).toEqual(['redox.environment-dropped']);
  });

  it('a unit that no directory holds: told, with the unit that names it, among the others that start', async () => {
    const target = '[unit]\ndescription = "Initfs drivers"\nrequires_weak = [\n    "10_lived.service",\n    "40_ahcid.service",\n    "40_nvmed.service",\n]\n';
    const session = await boot(await buildRedoxLive({ firmware: 'bios', initfsUnits: { '40_drivers.target': target } }));
    expect(await codes(session)).toContain('redox.unit-not-found');
    const { units } = await session.request<UnitsAnswer>('bootscope/units');
    expect(units.find(({ id }) => id === '40_nvmed.service')).toMatchObject({ state: 'failed', stage: 1, evidence: expect.arrayContaining([{ kind: 'serial', text: 'init: unit 40_nvmed.service not found' }]) as unknown });
    expect(units.find(({ id }) => id === '40_drivers.target')?.evidence).toContainEqual({ kind: 'memory', text: 'in the initfs of this boot, with another text than the file of the workspace' });
  });

  it('a root that is mounted before its disk is served', async () => {
    const rootfs = '[unit]\ndescription = "Rootfs"\n\n[service]\ncmd = "redoxfs"\nargs = ["--uuid" ,"$REDOXFS_UUID", "file", "$REDOXFS_BLOCK"]\ntype = "oneshot"\n';
    const end = '[unit]\ndescription = "initfs finalized"\nrequires_weak = ["40_drivers.target", "50_rootfs.service"]\n';
    const session = await boot(await buildRedoxLive({ firmware: 'bios', variant: 'mini', initfsUnits: { '50_rootfs.service': rootfs, '90_initfs.target': end } }));
    const { failures } = await session.request<DiagnosisAnswer>('bootscope/diagnosis');
    expect(failures.map(({ code }) => code)).toEqual(['redox.disk-units-behind-root']);
    expect(failures[0]).toMatchObject({ title: expect.stringContaining('10_lived.service') as string, source: { path: expect.stringMatching(/50_rootfs\.service$/) as string } });
    const { units } = await session.request<UnitsAnswer>('bootscope/units');
    expect(units.find(({ id }) => id === '50_rootfs.service')).toMatchObject({ order: 2, state: expect.stringMatching(/^(running|failed)$/) as string });
  });
});
