import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChainContext, ErrorObservation, ErrorSites } from '../../../debug-adapter/chains/chain';
import { imageVerdict } from '../../../debug-adapter/chains/redox/image-verdict';
import { RedoxChain } from '../../../debug-adapter/chains/redox/redox';
import type { StageId } from '../../../debug-adapter/api';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import type { Machine } from '../../../debug-adapter/machine/machine';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import { buildRedoxLive, type RedoxLivePaths } from '../../guests/redox-live/build.mjs';
import { createView } from '../../../debug-adapter/inspect/program-view';

const machines: Machine[] = [];
afterAll(async () => {
  for (const machine of machines) await machine.close('kill');
});

interface Booted {
  readonly machine: Machine;
  readonly program: PlacedProgram;
  context(stage: StageId): Promise<ChainContext>;
  symbol(name: string): bigint;
  said(): string;
  untilSaid(text: string): Promise<void>;
  untilAt(symbol: string): Promise<void>;
}

const boot = async (paths: RedoxLivePaths, level: 1 | 2): Promise<Booted> => {
  const machine = await launchQemu({ argv: paths.qemu });
  machines.push(machine);
  const program = new PlacedProgram(machine);
  const module = await program.add({ stage: 'kernel', file: level === 1 ? paths.kernelStripped : paths.kernel });
  if (module === undefined) throw new Error('no kernel');
  program.place(module, 0n, { confirmed: true });
  const said = (): string => Buffer.from(machine.serial[0]?.read().bytes ?? []).toString('utf8');
  const symbol = (name: string): bigint => module.image.symbols.named(name)[0]?.address ?? 0n;
  return {
    machine,
    program,
    said,
    symbol,
    context: (stage) => Promise.resolve({
      machine,
      program,
      kernel: createView(program, module),
      userland: () => undefined,
      viewOf: () => { throw new Error('not used'); },
      stage,
      serialText: said,
    }),
    untilSaid: async (text) => {
      if (said().includes(text)) return;
      await new Promise<void>((resolve, reject) => {
        const off = machine.on('serial', () => { if (said().includes(text)) { off(); resolve(); } });
        machine.on('ended', ({ detail }) => reject(new Error(detail)));
        void machine.resume();
      });
      await machine.interrupt();
    },
    untilAt: async (name) => {
      const breakpoint = await machine.breakpoints.add({ kind: 'execute', address: symbol(name), owner: 'test' });
      await machine.resume();
      await machine.nextStop();
      await machine.breakpoints.remove([breakpoint]);
    },
  };
};

/** Follows the error sites until one tells of an error. */
const untilError = async (booted: Booted, sites: ErrorSites): Promise<{ seen: ErrorObservation; stops: number }> => {
  const { machine } = booted;
  await machine.breakpoints.addMany(sites.addresses.map((address) => ({ kind: 'execute' as const, address, owner: 'sites' })));
  const context = await booted.context('init');
  for (let stops = 1; stops < 20_000; stops++) {
    await machine.resume();
    await machine.nextStop();
    const seen = await sites.inspect(context, await machine.registers());
    if (seen !== undefined) return { seen, stops };
    if (booted.said().includes('not able to mount uuid')) break;
  }
  throw new Error(`no error seen; ${booted.said().slice(-500)}`);
};

let paths: RedoxLivePaths;
beforeAll(async () => {
  paths = await buildRedoxLive();
});

describe('redox-live', () => {
  it('gives environment, contexts, figures and the diagnosis of its failed mount', async () => {
    const booted = await boot(paths, 2);
    const chain = new RedoxChain();
    await booted.untilAt('kstart');
    const early = await chain.environment(await booted.context('kernel'));
    expect(early.variables.find((v) => v.name === 'REDOXFS_UUID')?.values).toMatchObject([{ stage: 'kernel', value: paths.constants.uuid }]);

    await booted.untilSaid('not able to mount uuid');
    const context = await booted.context('init');
    const environment = await chain.environment(context);
    const size = environment.variables.find((v) => v.name === 'DISK_LIVE_SIZE');
    expect(size?.values.map((v) => v.stage)).toEqual(['kernel', 'init']);
    expect(BigInt(`0x${String(size?.values[1]?.value)}`)).toBe(BigInt(paths.constants.preloadMib) << 20n);
    expect(size?.faults.map((f) => f.code)).toEqual(['preload-smaller-than-filesystem']);

    const { processes, unknown } = await chain.processes(context);
    expect(unknown).toBeUndefined();
    const names = processes.map((p) => p.name.split('/').pop());
    // init ends soon after the failure, so it may be gone.
    for (const name of ['lived', '[kmain]']) expect(names).toContain(name);
    const spaces = processes.filter((p) => p.name.startsWith('/')).map((p) => String(p.space));
    expect(new Set(spaces).size).toBe(spaces.length);

    const figures = new Map((await chain.figures(context)).map((f) => [f.key, f.value]));
    expect(figures.get('filesystemSize')).toBe(BigInt(paths.constants.sizeMib) << 20n);
    expect(figures.get('preloadSize')).toBe(BigInt(paths.constants.preloadMib) << 20n);
    const { failures } = await chain.diagnosis(context);
    expect(failures.map((f) => [f.code, f.confidence])).toEqual([['redox.preload-too-small', 'certain']]);
    // The same from the image alone, as it will be and with a preload that would do.
    const { middle } = paths.constants.allocBlocks;
    const verdict = await imageVerdict(paths.disk, BigInt(paths.constants.preloadMib) << 20n);
    expect(verdict).toMatchObject({ outcome: 'fails', offset: BigInt(paths.constants.redoxfsOffset), partition: 'REDOX', refused: [{ kind: 'allocation log', block: BigInt(middle) }] });
    expect((await imageVerdict(paths.disk, verdict.needed)).refused).toEqual([]);
    await booted.machine.close('kill');
  });

  it.each([[2], [1]] as const)('sees the EINVAL of lived in its reply, with the kernel at level %i and no symbols of the programs', async (level) => {
    const booted = await boot(paths, level);
    const chain = new RedoxChain();
    await booted.untilAt('kmain');
    const sites = chain.errorSites(await booted.context('kernel'), 'lived');
    if ('unknown' in sites) throw new Error(sites.unknown);
    const started = performance.now();
    const { seen, stops } = await untilError(booted, sites);
    console.log(`level ${level}: ${sites.what}, ${stops} stops in ${(performance.now() - started).toFixed(0)} ms: ${seen.sentence}`);
    expect(seen).toMatchObject({ errno: 22, errnoName: 'EINVAL', process: 'lived', operation: 'Read' });
    const value = (name: string): bigint | undefined => seen.arguments.find((a) => a.name === name)?.value;
    expect(value('block')).toBe(BigInt(paths.constants.allocBlocks.middle));
    expect(value('offset')).toBe(BigInt(paths.constants.allocBlocks.middle) * 4096n);
    expect(value('length')).toBe(4096n);
    expect(seen.sentence).toContain(`preload, which holds ${paths.constants.preloadMib} MiB of a filesystem of ${paths.constants.sizeMib} MiB`);

    const answer = await chain.reads(await booted.context('init'), {});
    console.log(answer.reads.length, answer.advice);
    const size = paths.constants.preloadMib << 20;
    expect(answer).toMatchObject({ preload: { size }, filesystemSize: paths.constants.sizeMib << 20, blockSize: 4096 });
    expect(answer.reads.at(-1)).toMatchObject({ n: answer.reads.length, block: paths.constants.allocBlocks.middle, offset: paths.constants.allocBlocks.middle * 4096, length: 4096, result: 'EINVAL' });
    if (level === 2) expect(answer.reads.at(-1)?.by).toMatch(/^redoxfs:\d+$/);
    // 256 headers of the ring, then the allocation log.
    expect(answer.reads.length).toBeGreaterThan(200);
    expect(answer.reads.filter((read) => read.result === 'ok').every((read) => read.offset + read.length <= size)).toBe(true);
    expect(answer.advice).toContain(`with a preload of ${(paths.constants.allocBlocks.middle * 4096 + 4096 + 0xfffff) >> 20} MiB`);
    expect((await chain.reads(await booted.context('init'), { from: answer.reads.length })).reads).toHaveLength(1);
    await booted.machine.close('kill');
  });

  it('reads the same out of a kernel whose structures are laid out otherwise, and is silent on an image that mounts', async () => {
    const seed = Number(process.env['SHUFFLE'] ?? 1 + Math.floor(Math.random() * 100_000));
    console.log(`SHUFFLE=${seed}`);
    const mini = await buildRedoxLive({ variant: 'mini', shuffle: seed });
    expect((await imageVerdict(mini.disk, BigInt(mini.constants.preloadMib) << 20n)).outcome).toBe('by-luck');
    const booted = await boot(mini, 2);
    await booted.untilSaid('login:');
    const chain = new RedoxChain();
    const context = await booted.context('login');
    expect((await chain.diagnosis(context)).failures).toEqual([]);
    const { processes, unknown } = await chain.processes(context);
    expect(unknown).toBeUndefined();
    const names = processes.map((p) => p.name.split('/').pop());
    expect(names).toEqual(expect.arrayContaining(['lived', 'redoxfs', 'ahcid']));
    const { kernel: rows, notes } = await chain.mounts(context);
    // What the kernel does not know of a process's scheme is its name.
    expect(rows.find(({ from }) => /lived:\d+$/.test(from))).toMatchObject({ on: '/scheme/disk.live' });
    expect(rows.find(({ from }) => /ahcid:\d+$/.test(from))).toMatchObject({ on: expect.stringMatching(/^scheme number \d+$/) as string });
    expect(notes).toEqual([expect.stringMatching(/^scheme number \d+ is taken for \/scheme\/disk\.live: lived serves no other/), expect.stringMatching(/^The name of scheme number \d+ \(ahcid:\d+\) is unknown: because /)]);
    expect(rows.filter(({ fstype }) => fstype === 'redoxfs')).toMatchObject([{ on: '/scheme/file', from: expect.stringMatching(/^\/scheme\/disk\.live\/0 by redoxfs:\d+$/) as string, flags: ['user'] }]);
    expect(rows.map(({ from }) => from.split('/').pop()).filter((from) => /^lived:\d+$/.test(from ?? ''))).toHaveLength(1);
    const size = (await chain.environment(context)).variables.find((v) => v.name === 'DISK_LIVE_SIZE');
    expect(size?.faults.map((f) => f.code)).toEqual(['preload-smaller-than-filesystem']);
    await booted.machine.close('kill');
  });

  it('whose clean-up has no free block inside the preload fails as the verdict from its image says, in a write', async () => {
    const full = await buildRedoxLive({ firmware: 'bios', variant: 'mini', fillMib: 3 });
    const verdict = await imageVerdict(full.disk, BigInt(full.constants.preloadMib) << 20n);
    expect(verdict).toMatchObject({ outcome: 'fails', offset: 2n << 20n, refused: [{ kind: 'new allocation log' }] });
    const booted = await boot(full, 2);
    await booted.untilAt('kmain');
    const chain = new RedoxChain();
    const sites = chain.errorSites(await booted.context('kernel'), 'lived');
    if ('unknown' in sites) throw new Error(sites.unknown);
    const { seen } = await untilError(booted, sites);
    expect(seen).toMatchObject({ errno: 22, operation: 'Write', process: 'lived' });
    expect(seen.arguments.find(({ name }) => name === 'block')?.value).toBe(verdict.refused[0]?.block);
    await booted.machine.close('kill');
  });

  it('changes a variable before its readers start', async () => {
    const booted = await boot(paths, 2);
    await booted.untilAt('kstart');
    const chain = new RedoxChain();
    const context = await booted.context('kernel');
    expect((await chain.environment(context)).variables.find((v) => v.name === 'REDOXFS_UUID')).toMatchObject({ editable: true });
    await expect(chain.setEnvironment(context, { name: 'REDOXFS_UUID', value: 'short' })).rejects.toThrow(/^BS412: .* 36/);
    await expect(chain.setEnvironment(context, { name: 'NONE', value: '' })).rejects.toThrow(/^BS410/);
    const uuid = '00000000-1111-2222-3333-444444444444';
    expect(await chain.setEnvironment(context, { name: 'REDOXFS_UUID', value: uuid })).toMatchObject({ before: paths.constants.uuid, value: uuid, limit: 36 });
    expect(await chain.setEnvironment(context, { name: 'DISK_LIVE_SIZE', value: '200000' })).toMatchObject({ value: '0000000000200000' });
    expect((await chain.reads(context, {})).unknown).toContain('errno: EINVAL in process:lived');
    await booted.untilSaid(`not able to mount uuid ${uuid}`);
    // The console cannot tell this from a missing disk; memory can.
    const { failures } = await chain.diagnosis(await booted.context('init'));
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['redox.preload-too-small', 'redox.environment-contradicting']));
    expect(failures.find(({ code }) => code === 'redox.environment-contradicting')?.title).toContain('REDOXFS_UUID');
    await booted.machine.close('kill');
  });

  it.each([[{ shuffle: 77 }], [{ codegenUnits: 1 }]])('sees the same with a kernel built otherwise: %j', async (options) => {
    const built = await buildRedoxLive(options);
    const booted = await boot(built, 2);
    const chain = new RedoxChain();
    await booted.untilAt('kmain');
    const sites = chain.errorSites(await booted.context('kernel'), 'lived');
    if ('unknown' in sites) throw new Error(sites.unknown);
    const { seen, stops } = await untilError(booted, sites);
    console.log(JSON.stringify(options), sites.what, stops);
    expect(seen).toMatchObject({ errno: 22, operation: 'Read', process: 'lived' });
    expect(seen.arguments.find((a) => a.name === 'block')?.value).toBe(BigInt(built.constants.allocBlocks.middle));
    await booted.machine.close('kill');
  });

  it('knows at level 1 what level 1 knows', async () => {
    const booted = await boot(paths, 1);
    await booted.untilSaid('init: switchroot to /scheme/initfs');
    const chain = new RedoxChain();
    const context = await booted.context('init');
    expect((await chain.environment(context)).variables.map((v) => v.name)).toContain('DISK_LIVE_ADDR');
    expect((await chain.processes(context)).unknown).toMatch(/^because no debug information for CONTEXTS/);
    await booted.machine.close('kill');
  });
});
