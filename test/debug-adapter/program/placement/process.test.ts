import { describe, expect, it } from 'vitest';
import type { BootscopeError } from '../../../../debug-adapter/errors/catalogue';
import { ProcessPlacement, isProcess } from '../../../../debug-adapter/program/placement/process';
import type { ListedProcess } from '../../../../debug-adapter/program/placement/process';
import { PlacedProgram } from '../../../../debug-adapter/program/placed-program';
import { FakeMachine, codeLike, fakeImage } from '../fakes';

const BASE = 0x40_1000n;

/** ELF header and one program header of a 64-bit image whose first segment begins with them. */
const header = (type: number, entry: bigint, loads: { address: bigint; size: number }[]): Uint8Array => {
  const bytes = Buffer.alloc(0x1000);
  bytes.writeUInt32BE(0x7f454c46, 0);
  bytes[4] = 2;
  bytes.writeUInt16LE(type, 16);
  bytes.writeBigUInt64LE(entry, 24);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(loads.length, 56);
  for (const [index, { address, size }] of loads.entries()) {
    const at = 64 + index * 56;
    bytes.writeUInt32LE(1, at);
    bytes.writeBigUInt64LE(address, at + 16);
    bytes.writeBigUInt64LE(BigInt(size), at + 32);
    bytes.writeBigUInt64LE(BigInt(size), at + 40);
  }
  return bytes;
};

const setup = (names: string[], type: 'exec' | 'dyn' = 'exec') => {
  const fake = new FakeMachine();
  fake.cpl = 3;
  const machine = fake.asMachine();
  const program = new PlacedProgram(machine);
  const codes = names.map((_, index) => codeLike(0x3000, index + 20));
  const modules = names.map((name, index) => {
    const base = type === 'exec' ? BASE : 0x1000n;
    const image = fakeImage({ path: `/b/${name}`, base, code: codes[index]! });
    const first = { virtualAddress: base - 0x1000n, physicalAddress: 0n, fileOffset: 0, fileSize: 0x1000, memorySize: 0x1000, executable: false, writable: false };
    return program.addImage({ stage: 'userland', process: name, image: { ...image, type, segments: [first, ...image.segments] } });
  });
  const errors: BootscopeError[] = [];
  const placement = new ProcessPlacement({ machine, program, report: (error) => errors.push(error), log: () => undefined }, modules);
  const loads = (module: (typeof modules)[number]) => module.image.segments.map(({ virtualAddress, memorySize }) => ({ address: virtualAddress, size: memorySize }));
  return { fake, program, modules, codes, errors, placement, loads };
};

describe('user images', () => {
  it('at the same addresses are told apart by their code, without any process list', async () => {
    const { fake, program, modules, codes, placement } = setup(['init', 'lived', 'redoxfs']);
    await placement.arm();
    for (const [index, code] of codes.entries()) fake.space(BigInt(index + 1) << 12n).put(BASE, code);
    expect(modules.every((module) => module.slide === 0n && !program.isActive(module, { cr3: 0x2000n }))).toBe(true);
    for (const root of [0x1000n, 0x2000n, 0x3000n]) {
      fake.root = root;
      await placement.onStop(fake.stop(BASE + 0x40n));
    }
    expect(modules.map((module) => [...(module.roots ?? [])])).toEqual([[0x1000n], [0x2000n], [0x3000n]]);
    expect(program.moduleAt(BASE, { cr3: 0x2000n })?.name).toBe('lived');
    // The page table becomes another process's.
    fake.space(0x2000n).put(BASE, codes[2]!);
    fake.root = 0x2000n;
    await placement.onStop(fake.stop(BASE + 0x40n));
    expect(program.moduleAt(BASE, { cr3: 0x2000n })?.name).toBe('redoxfs');
  });

  it('are recognised while the kernel runs in their space, but not without paging', async () => {
    const { fake, modules, codes, placement } = setup(['init']);
    await placement.arm();
    fake.space(fake.root).put(BASE, codes[0]!);
    fake.cpl = 0;
    fake.paging = false;
    await placement.onStop(fake.stop(0x7c00n));
    expect(modules[0]?.roots?.size).toBe(0);
    fake.paging = true;
    await placement.onStop(fake.stop(0xffff_ffff_8000_0000n));
    expect(modules[0]?.roots?.size).toBe(1);
  });

  it('that are position independent and have no header in memory are found by their code', async () => {
    const { fake, modules, codes, placement } = setup(['pie'], 'dyn');
    await placement.arm();
    fake.space(fake.root).put(0x7777_0000n, codeLike(0x1000, 3)).put(0x5555_6000n, codes[0]!.subarray(0x1000, 0x2000));
    await placement.onStop(fake.stop(0x5555_6010n, 'interrupt'));
    expect(modules[0]?.slide).toBe(0x5555_6000n - 0x2000n);
    expect(placement.pollMs()).toBeUndefined();
  });

  it('are found by name in the kernel list, position independent ones by their ELF header, each base a module', async () => {
    const { fake, program, modules, codes, placement, loads } = setup(['sshd'], 'dyn');
    const [module] = modules;
    await placement.arm();
    expect(module?.slide).toBeUndefined();
    expect(placement.pollMs()).toBe(300);
    const load = (root: bigint, base: bigint) => fake.space(root).put(base, header(3, module!.image.entry, loads(module!)), false).put(base + 0x1000n, codes[0]!);
    fake.space(0x5000n).put(0x1_0000n, header(3, 0x77n, loads(module!)), false);
    load(0x5000n, 0x5555_0000n);
    load(0x6000n, 0x6666_0000n);
    const list: ListedProcess[] = [
      { pid: 1, name: '/sbin/init', root: 0x9000n },
      { pid: 7, name: '/usr/sbin/sshd', root: 0x5000n, otherRoots: [0xf000n] },
    ];
    placement.setSource({ processes: () => Promise.resolve(list) });
    fake.cpl = 0;
    await placement.onStop(fake.stop(0xffff_ffff_8000_0000n, 'interrupt'));
    expect(module).toMatchObject({ slide: 0x5555_0000n });
    expect([...(module?.roots ?? [])]).toEqual([0x5000n, 0xf000n]);
    expect(placement.pollMs()).toBeUndefined();
    fake.cpl = 3;
    fake.root = 0x6000n;
    await placement.onStop(fake.stop(0x6666_1100n));
    expect(program.modules).toHaveLength(2);
    expect(program.moduleAt(0x6666_1100n, { cr3: 0x6000n })).toMatchObject({ name: 'sshd', slide: 0x6666_0000n });
    expect(program.moduleAt(0x5555_1100n, { cr3: 0x6000n })).toBeUndefined();
  });

  it('of one process by its number are in its space alone, though its sibling has the same code at the same addresses', async () => {
    const { fake, program, modules, codes, placement } = setup(['sh:7']);
    const [module] = modules;
    await placement.arm();
    const siblings: ListedProcess[] = [{ pid: 6, name: 'sh', root: 0x6000n }, { pid: 7, name: 'sh', root: 0x7000n }];
    for (const { root } of siblings) fake.space(root).put(BASE, codes[0]!);
    let current: ListedProcess | undefined = siblings[0];
    placement.setSource({ processes: () => Promise.resolve(siblings), current: () => Promise.resolve(current) });
    fake.root = 0x6000n;
    await placement.onStop(fake.stop(BASE + 0x40n));
    expect([...(module?.roots ?? [])]).toEqual([0x7000n]);
    expect([0x6000n, 0x7000n].map((cr3) => program.moduleAt(BASE, { cr3 })?.name)).toEqual([undefined, module?.name]);
    // The page table is reused by another process of the same program.
    current = { pid: 8, name: 'sh', root: 0x7000n };
    fake.root = 0x7000n;
    await placement.onStop(fake.stop(BASE + 0x40n));
    expect(module?.roots?.size).toBe(0);
  });

  it('of another build are reported with BS302 when the process stays what it is', async () => {
    const { fake, errors, placement } = setup(['lived']);
    await placement.arm();
    placement.setSource({ processes: () => Promise.resolve([{ pid: 3, name: 'lived', root: 0x4000n }]) });
    fake.space(0x4000n).put(BASE, codeLike(0x3000, 1));
    fake.cpl = 0;
    for (let stops = 0; stops < 5; stops++) await placement.onStop(fake.stop(0xffff_ffff_8000_0000n));
    expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(/BS302.*\/b\/lived.*lived:3/)]);
  });

  it('follow a daemon into the space of its child, and leave what was freed', async () => {
    const { fake, modules, codes, placement } = setup(['watchdogd', 'init']);
    const [watchdogd, init] = modules;
    const roots = (module: typeof watchdogd) => [...(module?.roots ?? [])].sort();
    await placement.arm();
    fake.cpl = 0;
    fake.root = 0x9000n;
    let list: ListedProcess[] = [{ pid: 1, name: 'init', root: 0x2000n }, { pid: 17, name: 'watchdogd', root: 0x3000n }];
    placement.setSource({ processes: () => Promise.resolve(list) });
    fake.space(0x2000n).put(BASE, codes[1]!);
    fake.space(0x3000n).put(BASE, codes[0]!);
    await placement.onStop(fake.stop(0xffff_ffff_8000_0000n));
    expect([roots(watchdogd), roots(init)]).toEqual([[0x3000n], [0x2000n]]);
    // daemon(3): the child goes on with a copy of the memory, the parent ends.
    list = [list[0]!, { pid: 18, name: 'watchdogd', root: 0x4000n }];
    fake.space(0x4000n).put(BASE, codes[0]!);
    await placement.onStop(fake.stop(0xffff_ffff_8000_0000n));
    expect(roots(watchdogd)).toEqual([0x3000n]);
    await placement.refresh();
    expect(roots(watchdogd)).toEqual([0x4000n]);
    // Code has shown this space; its page table is another process's now.
    fake.cpl = 3;
    fake.root = 0x5000n;
    fake.space(0x5000n).put(BASE, codes[0]!);
    await placement.onStop(fake.stop(BASE + 0x40n));
    expect(roots(watchdogd)).toEqual([0x4000n, 0x5000n]);
    list.push({ pid: 30, name: 'getty', root: 0x5000n });
    await placement.refresh();
    expect(roots(watchdogd)).toEqual([0x4000n, 0x5000n]);
    fake.space(0x5000n).put(BASE, codeLike(0x3000, 99));
    await placement.refresh();
    expect(roots(watchdogd)).toEqual([0x4000n]);
  });

  it('survive a kernel whose list cannot be read yet', async () => {
    const { fake, placement, modules } = setup(['init']);
    await placement.arm();
    placement.setSource({ processes: () => Promise.reject(new Error('no kernel yet')) });
    await placement.onStop(fake.stop(0x7c00n));
    expect(modules[0]?.roots?.size).toBe(0);
  });

  it('are meant by name, pid or both, also where the kernel cuts names', () => {
    expect(isProcess('lived', { name: '/scheme/initfs/bin/lived', pid: 4 })).toBe(true);
    expect(isProcess('lived', { name: 'relived', pid: 4 })).toBe(false);
    expect(isProcess('lived:5', { name: 'lived', pid: 4 })).toBe(false);
    expect(isProcess('4', { name: 'lived', pid: 4 })).toBe(true);
    expect(isProcess('systemd-journald', { name: 'systemd-journal', pid: 9 })).toBe(true);
    expect(isProcess('systemd', { name: 'system', pid: 9 })).toBe(false);
  });
});
