import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageConfiguration } from '../../../debug-adapter/api';
import type { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import type { Machine, Stop } from '../../../debug-adapter/machine/machine';
import { Locations } from '../../../debug-adapter/program/locations';
import type { LocatedSpec } from '../../../debug-adapter/program/locations';
import { createPlacements } from '../../../debug-adapter/program/placement/placement';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import { Sources } from '../../../debug-adapter/program/sources';
import { StageTracker } from '../../../debug-adapter/program/stages';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';
import type { FreebsdLive } from '../../guests/freebsd-live/build.mjs';
import { buildRedoxLive } from '../../guests/redox-live/build.mjs';
import type { RedoxLivePaths } from '../../guests/redox-live/build.mjs';
import { arm, runUntil } from './drive';

const machines: Machine[] = [];
afterAll(async () => {
  for (const machine of machines) await machine.close('kill');
});

const follow = async (argv: readonly string[], images: readonly ImageConfiguration[]) => {
  const machine = await launchQemu({ argv });
  machines.push(machine);
  const program = new PlacedProgram(machine);
  for (const image of images) await program.add(image);
  const errors: BootscopeError[] = [];
  const log: string[] = [];
  const placements = createPlacements({ machine, program, report: (error) => errors.push(error), log: (text) => log.push(text) });
  const stages = new StageTracker({ machine, program });
  const locations = new Locations(program, new Sources());
  const observers = [...placements.observers, stages];
  await arm(machine, observers);
  const specs = new Map<LocatedSpec, string>();
  const set = async (located: LocatedSpec): Promise<void> => {
    const owner = `user:${located.id}`;
    for (const { address } of located.resolution.locations)
      if (!machine.breakpoints.at(address).some((known) => known.owner === owner)) await machine.breakpoints.add({ kind: 'execute', address, owner });
  };
  const breakAt = async (name: string): Promise<LocatedSpec> => {
    const located = locations.add({ kind: 'function', name });
    specs.set(located, name);
    await set(located);
    return located;
  };
  /** Runs to the next stop at a spec in an active module; returns its name and what lies there. */
  const next = async (): Promise<{ name: string; stop: Stop; module: string | undefined; functions: string[] }> => {
    let name: string | undefined;
    const stop = await runUntil(
      machine,
      [...observers, { arm: () => Promise.resolve(), dispose: () => Promise.resolve(), pollMs: () => undefined, onStop: async () => (await Promise.all([...specs.keys()].map(set)), 'pass') }],
      (now) => {
        for (const [{ id, resolution }, spec] of specs) {
          if (!now.hits.some(({ owner }) => owner === `user:${id}`)) continue;
          if (resolution.locations.some(({ address, module }) => address === now.pc && module && program.isActive(module, { cr3: now.cr3 }))) name = spec;
        }
        return name !== undefined;
      },
    );
    const place = program.placeOf(stop.pc, { cr3: stop.cr3 });
    return { name: name ?? '', stop, module: place.module?.name, functions: place.scopes.map((scope) => scope.function.name) };
  };
  return { machine, program, stages, errors, log, breakAt, next };
};

describe('redox-live', () => {
  let guest: RedoxLivePaths;
  beforeAll(async () => {
    guest = await buildRedoxLive({ loader: 'dwarf' });
  }, 300_000);

  it('stops in the loader, the kernel and one of three processes at the same addresses', async () => {
    const { program, stages, errors, log, breakAt, next, machine } = await follow([...guest.qemu, '-serial', 'null'], [
      { stage: 'loader', file: guest.loaderDwarf },
      { stage: 'kernel', file: guest.kernel },
      { stage: 'userland', file: guest.programs.lived, process: 'lived' },
      { stage: 'userland', file: guest.programs.redoxfs, process: 'redoxfs' },
    ]);
    const began = performance.now();
    await breakAt('kmain');
    await breakAt('main');
    let hit = await next();
    expect(hit.module).toBe(program.modulesOf('loader')[0]?.name);
    expect(stages.current).toBe('loader');
    const loaded = performance.now() - began;
    while (hit.name === 'main') hit = await next();
    expect(hit).toMatchObject({ name: 'kmain', module: expect.stringContaining('kernel') });
    expect(stages.current).toBe('kernel');
    const kernel = performance.now() - began;
    await breakAt('LiveDisk::read');
    while (hit.name !== 'LiveDisk::read') hit = await next();
    expect(hit.module).toBe('lived');
    expect(stages.current).toBe('userland');
    console.log(`loader at ${loaded.toFixed(0)} ms, kmain at ${kernel.toFixed(0)} ms, lived at ${(performance.now() - began).toFixed(0)} ms`, hit.functions, log);
    expect(errors).toEqual([]);
    await machine.close('kill');
  });
});

describe('freebsd-live', () => {
  let guest: FreebsdLive;
  beforeAll(async () => {
    guest = await buildFreebsdLive();
  }, 300_000);

  it('stops in the kernel where it is linked, and in one of the processes at 0x200000', async () => {
    const { breakAt, next, errors, stages, log, machine } = await follow([...guest.qemu('a'), '-serial', 'null'], [
      { stage: 'kernel', file: guest.kernel },
      { stage: 'userland', file: guest.programs.devd, process: 'devd' },
      { stage: 'init', file: guest.programs.init, process: 'init' },
    ]);
    await breakAt('vfs_mountroot');
    await breakAt('main');
    expect(await next()).toMatchObject({ name: 'vfs_mountroot' });
    expect(stages.current).toBe('kernel');
    expect(await next()).toMatchObject({ name: 'main', module: expect.stringContaining('init') });
    expect(await next()).toMatchObject({ name: 'main', module: expect.stringContaining('devd') });
    console.log(log);
    expect(errors).toEqual([]);
    await machine.close('kill');
  });
});
