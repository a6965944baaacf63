import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import { openPair } from '../../../debug-adapter/program/image-pair';
import type { OpenImage } from '../../../debug-adapter/program/image-pair';
import { FakeMachine, fakeImage } from './fakes';

const program = (open: OpenImage = () => fakeImage()) => new PlacedProgram(new FakeMachine().asMachine(), { open });
const KERNEL = 0xffff_ffff_8000_0000n;

describe('PlacedProgram', () => {
  it('turns linked into runtime addresses and back, modulo 2^64 or 2^32', () => {
    const placed = program();
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << 64n) - 1n), fc.bigInt(-(1n << 64n), 1n << 64n), fc.boolean(), (address, slide, narrow) => {
        const mask = narrow ? 0xffff_ffffn : (1n << 64n) - 1n;
        const module = placed.addImage({ stage: 'kernel', image: fakeImage({ addressSize: narrow ? 4 : 8 }) });
        placed.place(module, slide);
        const runtime = placed.toRuntime(module, address & mask);
        expect(runtime).toBe((address + slide) & mask);
        expect(placed.toLinked(module, runtime)).toBe(address & mask);
      }),
    );
  });

  it('refuses addresses of a module without a place with BS301', () => {
    const placed = program();
    const module = placed.addImage({ stage: 'loader', image: fakeImage({ path: '/b/boot.efi' }) });
    expect(() => placed.toRuntime(module, 0x1000n)).toThrow(/BS301.*boot\.efi/);
  });

  it('gives each section of a relocatable object its own slide', () => {
    const placed = program();
    const section = (name: string, address: bigint, executable: boolean) => ({ name, address, size: 0x40, fileOffset: 0, executable, writable: !executable, allocated: true });
    const sections = [section('.data', 0n, false), section('.text', 0x50n, true), section('.group', 0xa0n, true), section('.group', 0x100n, true), section('.init.text', 0x200n, true)];
    const image = { ...fakeImage(), type: 'rel' as const, sections, segments: [] };
    const module = placed.addImage({ stage: 'kernel', image });
    const heard: (bigint | undefined)[] = [];
    placed.onPlaced((changed) => heard.push(changed.slide));
    expect(placed.placeSections(module, [{ name: '.bss', address: 1n }])).toBe(false);
    expect(heard).toEqual([]);
    expect(placed.placeSections(module, [{ name: '.data', address: 0x9000n }, { name: '.text', address: 0x5000n }, { name: '.group', address: 0x1000n }, { name: '.group', address: 0x3000n }])).toBe(true);
    expect(heard).toEqual([0x5000n - 0x50n]);
    const pairs: [bigint, bigint][] = [[0x3fn, 0x903fn], [0x50n, 0x5000n], [0x90n, 0x5040n], [0xa1n, 0x1001n], [0x13fn, 0x303fn]];
    for (const [linked, runtime] of pairs) {
      expect(placed.toRuntime(module, linked)).toBe(runtime);
      expect(placed.toLinked(module, runtime)).toBe(linked);
    }
    expect(() => placed.toRuntime(module, 0x200n)).toThrow(/^BS301/);
    expect(() => placed.toLinked(module, 0x7000n)).toThrow(/^BS301/);
    expect(placed.moduleAt(0x5010n)).toBe(module);
    expect(placed.moduleAt(0x5041n)).toBeUndefined();
    placed.place(module, 0x100n);
    expect(placed.toRuntime(module, 0x200n)).toBe(0x300n);
    placed.unplace(module);
    expect(() => placed.toRuntime(module, 0x50n)).toThrow(/^BS301/);
  });

  it('picks among processes at the same addresses by page-table root', () => {
    const placed = program();
    const [a, b] = ['lived', 'redoxfs'].map((process) => placed.addImage({ stage: 'userland', image: fakeImage({ base: 0x40_0000n, path: `/b/${process}` }), process }));
    const kernel = placed.addImage({ stage: 'kernel', image: fakeImage({ base: KERNEL }) });
    for (const module of [a!, b!, kernel]) placed.place(module, 0n);
    placed.setRoots(a!, new Set([0x5000n]));
    placed.setRoots(b!, new Set([0x9003n]));
    expect(placed.moduleAt(0x40_0010n, { cr3: 0x5000n })).toBe(a);
    expect(placed.moduleAt(0x40_0010n, { cr3: 0x8000_0000_0000_9000n })).toBe(b);
    expect(placed.moduleAt(0x40_0010n, { cr3: 0x7000n })).toBeUndefined();
    expect(placed.moduleAt(0x40_0010n)).toBeUndefined();
    for (const cr3 of [0x5000n, 0x9000n, 0x7000n]) expect(placed.moduleAt(KERNEL + 8n, { cr3 })).toBe(kernel);
  });

  it('leaves a loader out once the boot has left it, and keeps the kernel below userland', () => {
    const placed = program();
    const loader = placed.addImage({ stage: 'loader', image: fakeImage({ base: 0x10_0000n }) });
    const kernel = placed.addImage({ stage: 'kernel', image: fakeImage({ base: KERNEL }) });
    placed.place(loader, 0n);
    placed.place(kernel, 0n);
    placed.setActiveStage('loader');
    expect(placed.moduleAt(0x10_0000n)).toBe(loader);
    placed.setActiveStage('userland');
    expect(placed.moduleAt(0x10_0000n)).toBeUndefined();
    expect(placed.moduleAt(KERNEL)).toBe(kernel);
  });

  it('does not take offsets of a far segment for addresses (per-CPU data of Linux is linked at 0)', () => {
    const placed = program();
    const kernel = placed.addImage({ stage: 'kernel', image: fakeImage({ base: KERNEL, extraSegments: [{ address: 0n, size: 0x2b000 }] }) });
    placed.place(kernel, 0n);
    expect(placed.moduleAt(0x1000n)).toBeUndefined();
  });

  it('finds names in active modules, by file where the name exists twice', () => {
    const placed = program();
    const functions = [
      { name: 'set_rootvnode', file: '/usr/src/sys/kern/vfs_mountroot.c', entry: KERNEL },
      { name: 'set_rootvnode', file: '/usr/src/sys/fs/other.c', entry: KERNEL + 0x40n },
    ];
    const kernel = placed.addImage({ stage: 'kernel', image: fakeImage({ base: KERNEL, functions, variables: ['mountlist'] }) });
    expect(placed.functionsNamed('set_rootvnode')).toHaveLength(0);
    expect(placed.functionsNamed('set_rootvnode', { all: true })).toHaveLength(2);
    placed.place(kernel, 0n);
    expect(placed.functionsNamed('set_rootvnode')).toHaveLength(2);
    expect(placed.functionsNamed('vfs_mountroot.c:set_rootvnode').map((found) => found.function.entry)).toEqual([KERNEL]);
    expect(placed.functionsNamed('mountroot.c:set_rootvnode')).toHaveLength(0);
    expect(placed.variablesNamed('mountlist')).toHaveLength(1);
    expect(placed.typesNamed('mount')[0]?.module).toBe(kernel);
  });

  it('tells symbol, offset, line and scopes of an address', () => {
    const placed = program();
    const image = fakeImage({ base: 0x1000n, functions: [{ name: 'main', entry: 0x1010n, end: 0x1050n }], lines: [{ file: '/s/a.c', line: 7, address: 0x1020n }], symbols: [{ name: 'main', address: 0x1010n }] });
    const module = placed.addImage({ stage: 'kernel', image });
    placed.place(module, 0x10_0000n);
    const place = placed.placeOf(0x10_1021n);
    expect(place).toMatchObject({ module: { id: module.id }, offset: 0x11, line: { line: 7 } });
    expect(place.scopes.map((scope) => scope.function.name)).toEqual(['main']);
    expect(placed.placeOf(0n)).toEqual({ address: 0n, scopes: [] });
  });

  it('opens configured files; a missing one is BS300 unless optional', async () => {
    const gone = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
    const placed = program((file) => {
      if (file === '/gone') throw gone;
      return fakeImage({ path: file });
    });
    await expect(placed.add({ stage: 'kernel', file: '/gone' })).rejects.toThrow(/BS300.*\/gone/);
    expect(await placed.add({ stage: 'kernel', file: '/gone', optional: true })).toBeUndefined();
    const module = await placed.add({ stage: 'userland', file: '/b/lived' });
    expect(module).toMatchObject({ name: 'lived', process: 'lived', at: 'auto', slide: undefined });
  });

  it('opens an ELF symbol file beside a PE as an image of its own, and other pairs as one', async () => {
    const opened: string[] = [];
    const open: OpenImage = (file, options) => {
      opened.push(options?.symbols ? `${file}+${options.symbols}` : file);
      return fakeImage({ path: file });
    };
    const isElf = (file: string) => file.endsWith('.sym') || file === '/kernel';
    expect((await openPair(open, '/loader.efi', '/loader.sym', isElf)).carrier?.path).toBe('/loader.efi');
    expect((await openPair(open, '/kernel', '/kernel.sym', isElf)).carrier).toBeUndefined();
    expect((await openPair(open, '/boot.efi', '/boot.pdb', isElf)).carrier).toBeUndefined();
    expect(opened).toEqual(['/loader.sym', '/loader.efi', '/kernel+/kernel.sym', '/boot.efi+/boot.pdb']);
  });

  it('tells listeners of places and roots, and not of nothing', () => {
    const placed = program();
    const module = placed.addImage({ stage: 'init', image: fakeImage() });
    const heard: (bigint | undefined)[] = [];
    const stop = placed.onPlaced((changed) => heard.push(changed.slide));
    placed.unplace(module);
    placed.place(module, 4096n);
    placed.setRoots(module, new Set([0x1000n]));
    placed.setRoots(module, new Set([0x1001n]));
    placed.unplace(module);
    stop();
    placed.place(module, 0n);
    expect(heard).toEqual([4096n, 4096n, undefined]);
  });
});
