import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BootscopeError } from '../../../../debug-adapter/errors/catalogue';
import type { Image } from '../../../../debug-adapter/images/image';
import { Locations } from '../../../../debug-adapter/program/locations';
import { PlacedProgram } from '../../../../debug-adapter/program/placed-program';
import type { ListedModule } from '../../../../debug-adapter/program/placement/kernel-modules';
import { createPlacements } from '../../../../debug-adapter/program/placement/placement';
import { Sources } from '../../../../debug-adapter/program/sources';
import { ModuleFiles } from '../../../../debug-adapter/session/module-files';
import { FakeMachine, codeLike, fakeImage } from '../fakes';

const KERNEL = 0xffff_ffff_8020_0000n;
const TEXT = 0xffff_ffff_c012_3000n;
const hook = KERNEL + 0x100n;

/** A relocatable object with one function in `.text`. */
const object = (file: string, seed = 7): Image => {
  const image = fakeImage({ path: file, base: 0x0n, code: codeLike(0x800, seed), functions: [{ name: 'attach', entry: 0x40n, end: 0x80n }] });
  return { ...image, type: 'rel' };
};

const setup = (configured: readonly Image[], find?: (name: string) => Promise<string | undefined>) => {
  const fake = new FakeMachine();
  const machine = fake.asMachine();
  const program = new PlacedProgram(machine, { open: (file) => object(file) });
  const kernel = program.addImage({ stage: 'kernel', image: fakeImage({ base: KERNEL, symbols: [{ name: 'finish_loading', address: hook }] }) });
  for (const image of configured) program.addImage({ stage: 'kernel', image });
  const errors: BootscopeError[] = [];
  const log: string[] = [];
  const state: { listed: readonly ListedModule[] | undefined; reads: number } = { listed: undefined, reads: 0 };
  const modules = {
    modules: () => {
      state.reads++;
      return state.listed ? Promise.resolve(state.listed) : Promise.reject(new Error('no list yet'));
    },
    hooks: () => ['finish_loading'],
  };
  const { observers } = createPlacements({ machine, program, report: (error) => errors.push(error), log: (text) => log.push(text) }, { modules, ...(find ? { findModuleFile: find } : {}) });
  const stop = async (pc: bigint): Promise<string> => {
    const answers: string[] = [];
    for (const observer of observers) answers.push(await observer.onStop(fake.stop(pc)));
    return answers.includes('mine') ? 'mine' : 'pass';
  };
  return { fake, program, kernel, errors, log, state, stop, arm: async () => { for (const observer of observers) await observer.arm(); } };
};

describe('kernel modules', () => {
  it('get their places from the kernel\'s list before their code runs; breakpoints wait and then hold', async () => {
    const { fake, program, state, stop, arm, log } = setup([object('/b/if_tap.ko')]);
    const locations = new Locations(program, new Sources({ roots: [] }));
    const located = locations.add({ kind: 'function', name: 'attach' });
    await arm();
    expect(located.resolution).toMatchObject({ verified: false, message: expect.stringMatching(/^pending: if_tap\.ko/) as string });
    expect(fake.table.map(({ address }) => address)).toContain(hook);
    fake.space(fake.root).put(TEXT, codeLike(0x800, 7));
    state.listed = [{ name: 'if_tap', sections: [{ name: '.text', address: TEXT }, { name: '.data', address: TEXT + 0x1_0000n }] }];
    expect(await stop(hook)).toBe('mine');
    expect(located.resolution).toMatchObject({ verified: true, locations: [{ address: TEXT + 0x40n }] });
    expect(log.join()).toMatch(/if_tap\.ko is loaded, 2 sections, \.text at 0xffffffffc0123000/);
    // Unloaded again: found at the next module that comes.
    state.listed = [];
    await stop(hook);
    expect(located.resolution.verified).toBe(false);
    locations.dispose();
  });

  it('are read once when a running machine is joined, and not at every stop', async () => {
    const { state, stop, arm, program, kernel } = setup([object('/b/if_tap.ko')]);
    await arm();
    program.place(kernel, 0n);
    for (let i = 0; i < 5; i++) expect(await stop(KERNEL + 0x200n)).toBe('pass');
    expect(state.reads).toBe(1);
  });

  it('of another build are refused once, with BS302', async () => {
    const { fake, state, stop, arm, errors, program } = setup([object('/b/if_tap.ko')]);
    await arm();
    fake.space(fake.root).put(TEXT, codeLike(0x800, 99));
    state.listed = [{ name: 'if_tap', sections: [{ name: '.text', address: TEXT }] }];
    await stop(hook);
    await stop(hook);
    expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(/BS302.*if_tap\.ko.*of 2048 compared bytes are equal/) as string]);
    expect(program.modules.filter(({ image }) => image.type === 'rel').map(({ slide }) => slide)).toEqual([undefined]);
  });

  it('that the configuration does not name are found by name, or named once in the log', async () => {
    const { fake, state, stop, arm, log, program } = setup([], (name) => Promise.resolve(name === 'if_tap' ? '/found/if-tap.ko' : undefined));
    await arm();
    fake.space(fake.root).put(TEXT, codeLike(0x800, 7));
    state.listed = [{ name: 'if_tap', sections: [{ name: '.text', address: TEXT }] }, { name: 'zfs', sections: [{ name: '.text', address: TEXT + 0x100_0000n }] }];
    await stop(hook);
    await stop(hook);
    expect(program.modules.find(({ name }) => name === 'if-tap.ko')?.slide).toBe(TEXT);
    expect(log.filter((text) => text.includes('zfs'))).toHaveLength(1);
  });

  it('lose their places with a reset', async () => {
    const { fake, state, stop, arm, program } = setup([object('/b/if_tap.ko')]);
    await arm();
    fake.space(fake.root).put(TEXT, codeLike(0x800, 7));
    state.listed = [{ name: 'if_tap', sections: [{ name: '.text', address: TEXT }] }];
    await stop(hook);
    await arm();
    expect(program.modules.at(-1)?.slide).toBeUndefined();
  });
});

it('files of modules are found below the folders, a .ko before a .ko.debug', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-modules-'));
  try {
    for (const file of ['a/deep/if-tap.ko', 'a/zfs.ko.debug', 'b/zfs.ko', 'b/only.ko.debug', '.git/hidden.ko']) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), '');
    }
    const files = new ModuleFiles([folder, '/no/such/folder']);
    const found = await Promise.all(['if_tap', 'zfs', 'only', 'hidden', 'none'].map(async (name) => (await files.find(name))?.slice(folder.length)));
    expect(found).toEqual(['/a/deep/if-tap.ko', '/b/zfs.ko', '/b/only.ko.debug', undefined, undefined]);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
