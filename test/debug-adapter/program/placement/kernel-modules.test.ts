import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BootscopeError } from '../../../../debug-adapter/errors/catalogue';
import type { Image } from '../../../../debug-adapter/images/image';
import { Locations } from '../../../../debug-adapter/program/locations';
import { PlacedProgram } from '../../../../debug-adapter/program/placed-program';
import type { FindModuleFiles, ListedModule, ModuleFile } from '../../../../debug-adapter/program/placement/kernel-modules';
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

const setup = (configured: readonly Image[], find?: FindModuleFiles, open: (file: string, options?: { readonly symbols?: string }) => Image = (file) => object(file)) => {
  const fake = new FakeMachine();
  const machine = fake.asMachine();
  const program = new PlacedProgram(machine, { open });
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
  const { observers } = createPlacements({ machine, program, report: (error) => errors.push(error), log: (text) => log.push(text) }, { modules, ...(find ? { findModuleFiles: find } : {}) });
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
    const { fake, state, stop, arm, log, program } = setup([], (name) => Promise.resolve(name === 'if_tap' ? [{ file: '/found/if-tap.ko' }] : []));
    await arm();
    fake.space(fake.root).put(TEXT, codeLike(0x800, 7));
    state.listed = [{ name: 'if_tap', sections: [{ name: '.text', address: TEXT }] }, { name: 'zfs', sections: [{ name: '.text', address: TEXT + 0x100_0000n }] }];
    await stop(hook);
    await stop(hook);
    expect(program.modules.find(({ name }) => name === 'if-tap.ko')?.slide).toBe(TEXT);
    expect(log.filter((text) => text.includes('zfs'))).toHaveLength(1);
  });

  it('are taken from the file that has their code, with debug information where some file has it', async () => {
    // Which of two files is an ELF file is looked at.
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-modules-'));
    onTestFinished(() => fs.rmSync(root, { recursive: true }));
    for (const folder of ['obj', 'iso', 'dbg']) fs.mkdirSync(path.join(root, folder));
    for (const file of ['obj/if_tap.ko', 'iso/if_tap.ko', 'iso/zfs.ko']) fs.writeFileSync(path.join(root, file), '\x7fELF');
    const closed: string[] = [];
    const files: Readonly<Record<string, { readonly seed?: number; readonly debug?: boolean }>> = {
      '/obj/if_tap.ko': { seed: 99 },
      '/iso/if_tap.ko': { debug: false },
      '/iso/if_tap.ko with /dbg/if_tap.ko.debug': {},
      '/iso/zfs.ko': { debug: false },
      '/dbg/zfs.ko.debug': { seed: 0 },
      '/dbg/only.ko.debug': { seed: 0 },
      '/obj/other.ko': { seed: 99 },
    };
    const open = (file: string, { symbols }: { readonly symbols?: string } = {}): Image => {
      const name = (symbols === undefined ? file : `${file} with ${symbols}`).replaceAll(root, '');
      const told = files[name];
      if (!told) throw new Error(`${name} does not belong together`);
      const image = object(file, told.seed ?? 7);
      return { ...image, ...(told.seed === 0 ? { bytesAt: () => undefined } : {}), debugInfo: { ...image.debugInfo, kind: told.debug === false ? 'none' : 'dwarf' }, close: () => closed.push(name) };
    };
    const all = { if_tap: [{ file: '/obj/if_tap.ko' }, { file: '/iso/if_tap.ko' }, { file: '/obj/if_tap.ko', symbols: '/dbg/if_tap.ko.debug' }, { file: '/iso/if_tap.ko', symbols: '/dbg/if_tap.ko.debug' }, { file: '/dbg/if_tap.ko.debug' }], zfs: [{ file: '/iso/zfs.ko' }, { file: '/iso/zfs.ko', symbols: '/dbg/zfs.ko.debug' }, { file: '/dbg/zfs.ko.debug' }], only: [{ file: '/dbg/only.ko.debug' }], other: [{ file: '/obj/other.ko' }] };
    const find: FindModuleFiles = (name) => Promise.resolve(all[name as keyof typeof all].map((one) => Object.fromEntries(Object.entries(one).map(([key, file]) => [key, root + file])) as unknown as ModuleFile));
    const { fake, state, stop, arm, program, errors } = setup([], find, open);
    const added: string[] = [];
    program.onAdded(({ name, slide }) => added.push(`${name} ${slide}`));
    await arm();
    const names = Object.keys(all);
    names.forEach((_, i) => fake.space(fake.root).put(TEXT + BigInt(i) * 0x10000n, codeLike(0x800, 7)));
    state.listed = names.map((name, i) => ({ name, sections: [{ name: '.text', address: TEXT + BigInt(i) * 0x10000n }] }));
    await stop(hook);
    const modules = program.modules.slice(1).map(({ image, slide }) => [image.path.slice(root.length), image.debugInfo.kind, slide !== undefined]);
    // What cannot be compared serves only where nothing better is known; what is other code is told and not placed.
    expect(modules).toEqual([['/iso/if_tap.ko', 'dwarf', true], ['/iso/zfs.ko', 'none', true], ['/dbg/only.ko.debug', 'dwarf', true], ['/obj/other.ko', 'dwarf', false]]);
    expect(closed).toEqual(['/obj/if_tap.ko', '/iso/if_tap.ko', '/dbg/zfs.ko.debug']);
    expect(errors.map(({ code }) => code)).toEqual(['BS302']);
    expect(added).toEqual(['if_tap.ko undefined', 'zfs.ko undefined', 'only.ko.debug undefined', 'other.ko undefined']);
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

it('files of modules are found below the folders, a .ko before a .ko.debug, with debug files that lie elsewhere', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-modules-'));
  try {
    for (const file of ['a/deep/if-tap.ko', 'a/deep/if-tap.ko.debug', 'a/zfs.ko.debug', 'b/zfs.ko', 'b/only.ko.debug', '.git/hidden.ko']) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), '');
    }
    const files = new ModuleFiles([folder, '/no/such/folder']);
    const found = await Promise.all(['if_tap', 'zfs', 'only', 'hidden', 'none'].map(async (name) => (await files.find(name)).map((one) => Object.values(one).map((file: string) => file.slice(folder.length)).join(' with '))));
    expect(found).toEqual([['/a/deep/if-tap.ko', '/a/deep/if-tap.ko.debug'], ['/b/zfs.ko', '/b/zfs.ko with /a/zfs.ko.debug', '/a/zfs.ko.debug'], ['/b/only.ko.debug'], [], []]);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
