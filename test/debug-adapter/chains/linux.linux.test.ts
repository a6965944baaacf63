import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ChainContext } from '../../../debug-adapter/chains/chain';
import { chainOf, detectChain } from '../../../debug-adapter/chains/detect';
import { launchQemu } from '../../../debug-adapter/machine/launch';
import type { Machine } from '../../../debug-adapter/machine/machine';
import { createPlacements } from '../../../debug-adapter/program/placement/placement';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import type { Module } from '../../../debug-adapter/program/program';
import { cpioArchive, linuxGuest, makeDisk, makeInitramfs } from '../../guests/linux/build.mjs';
import { runUntil } from '../program/drive';
import { createView } from '../../../debug-adapter/inspect/program-view';
import { SymbolicView } from './symbolic-view';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-linux-'));
const plain = linuxGuest({ root: '/dev/vda1', disk: makeDisk(path.join(scratch, 'disk.img')), parameters: ['ro', 'rw', 'mystery=1'] });
const skipped = 'skipped' in plain;
const machines: Machine[] = [];
const folders: string[] = [scratch];

afterAll(async () => {
  for (const machine of machines) await machine.close('kill');
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
});

/** Boots the guest to where its kernel is placed, and gives what a chain reader is given. */
const boot = async (guest: ReturnType<typeof linuxGuest>): Promise<{ machine: Machine; module: Module; context: (level?: 1 | 2) => Promise<ChainContext>; said: () => string; until: (text: string) => Promise<void> }> => {
  if ('skipped' in guest) throw new Error(guest.skipped);
  const machine = await launchQemu({ argv: [...guest.qemu, '-no-reboot'] });
  machines.push(machine);
  const program = new PlacedProgram(machine);
  const module = await program.add({ stage: 'kernel', file: guest.vmlinux });
  if (module === undefined) throw new Error('no vmlinux');
  const { observers } = createPlacements({ machine, program, report: (error) => { throw error; }, log: () => undefined });
  await runUntil(machine, observers, () => module.confirmed);
  const said = (): string => Buffer.from(machine.serial[0]?.read().bytes ?? []).toString('utf8');
  const context = async (level: 1 | 2 = 2): Promise<ChainContext> => ({
    machine,
    program,
    kernel: level === 2 ? createView(program, module) : new SymbolicView(module, await machine.currentSpace(), machine.physical, level),
    userland: () => undefined,
    viewOf: () => { throw new Error('not used'); },
    stage: 'kernel',
    serialText: said,
  });
  const until = async (text: string): Promise<void> => {
    if (said().includes(text)) return;
    await new Promise<void>((resolve, reject) => {
      const off = machine.on('serial', () => { if (said().includes(text)) { off(); resolve(); } });
      machine.on('ended', ({ detail }) => reject(new Error(detail)));
      void machine.resume();
    });
    await machine.interrupt();
  };
  return { machine, module, context, said, until };
};

describe.skipIf(skipped)("Debian's kernel without a root", () => {
  it('gives its command line at level 1, its mounts and tasks, and the reason of its panic', async () => {
    const { machine, context, until } = await boot(plain);
    await until('end Kernel panic');
    const chain = chainOf('auto', { hasSymbol: (name) => ['saved_command_line', 'start_kernel', 'init_task'].includes(name), serialText: () => '' });
    expect(chain.id).toBe('linux');

    const environment = await chain.environment(await context(1));
    expect(environment.variables.find((v) => v.name === 'root')).toMatchObject({ values: [{ stage: 'kernel', value: '/dev/vda1' }], meaning: expect.stringContaining('/dev/vda1'), faults: [] });
    expect(environment.variables.map((v) => v.name)).toEqual(['console', 'panic', 'root', 'ro', 'rw', 'mystery']);
    expect(environment.initramfs).toBeUndefined();
    const root = (await chain.environment(await context())).variables.find((v) => v.name === 'root');
    expect(root?.faults).toEqual([{ code: 'contradicting', message: 'root=/dev/vda1, but the kernel has: nvme0n1, nvme0n1p1' }]);
    expect((await chain.mounts(await context(1), {})).unknown).toMatch(/^because no /);

    const mounts = await chain.mounts(await context(), {});
    expect(mounts.unknown).toBeUndefined();
    expect(mounts.kernel.map((m) => [m.fstype, m.on])).toEqual([['rootfs', '/']]);
    const capabilities = await chain.capabilities?.(await context());
    expect(capabilities?.filesystems).toEqual(expect.arrayContaining(['tmpfs', 'proc', 'sysfs']));
    expect(capabilities?.missing).toEqual([]);
    expect(await chain.resolvePath?.(await context(), { path: '/dev/console', process: '1' })).toMatchObject({ agree: true, kernel: { mount: { fstype: 'rootfs' }, path: '/dev/console' } });
    await expect(chain.setEnvironment?.(await context(), { name: 'root', value: '/dev/vda' })).rejects.toThrow(/^BS413: .*once/);
    const processes = await chain.processes(await context());
    expect(processes.processes.find((p) => p.id === 'swapper/0:1')).toMatchObject({ root: '/', cwd: '/' });
    expect(await chain.currentProcess(await context())).toMatchObject({ name: 'swapper/0', pid: 1 });
    expect((await chain.figures(await context())).map(({ text }) => text)).toEqual(['root=/dev/vda1', 'the kernel has nvme0n1, nvme0n1p1', 'that device is not there']);

    const { failures } = await chain.diagnosis(await context());
    expect(failures.map((f) => f.code)).toEqual(['linux.root-device-missing']);
    expect(failures[0]).toMatchObject({ confidence: 'certain', title: expect.stringContaining('/dev/vda1') as string, evidence: expect.arrayContaining([{ kind: 'memory', text: 'root=/dev/vda1 but the kernel has: nvme0n1, nvme0n1p1' }]) as unknown });
    // Without debug information the console alone tells.
    expect((await chain.diagnosis(await context(1))).failures.map((f) => [f.code, f.confidence])).toEqual([['linux.unable-to-mount-root', 'certain']]);
    await machine.close('kill');
  });
});

describe.skipIf(skipped)("Debian's kernel with mistakes in what it is given", () => {
  it('an archive made one folder too high holds no /init: memory tells, and the faults of the command line stand beside', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-chain-'));
    folders.push(folder);
    const archive = path.join(folder, 'nested.cpio');
    fs.writeFileSync(archive, cpioArchive({ ramdisk: null, 'ramdisk/init': '#!/bin/sh\n', 'ramdisk/bin': null }));
    const { machine, context, until } = await boot(linuxGuest({ initramfs: archive, root: 'LABEL=live', parameters: ['rootfstype=nosuchfs', 'rootdelay=soon', 'ro', 'rw', 'init=/sbin/start'] }));
    await until('end Kernel panic');
    const chain = chainOf('linux', { hasSymbol: () => false, serialText: () => '' });
    const environment = await chain.environment(await context());
    expect(environment.initramfs).toMatchObject({ size: fs.statSync(archive).size, init: { path: '/init', present: false, text: expect.stringContaining('ramdisk') as string } });
    const faults = Object.fromEntries(environment.variables.map(({ name, faults: all }) => [name, all.map(({ code }) => code)]));
    expect(faults).toMatchObject({ root: [], rootfstype: ['contradicting'], rootdelay: ['unparsable'], ro: ['contradicting'], init: [] });
    expect(await chain.capabilities?.(await context())).toMatchObject({ asked: [{ name: 'nosuchfs' }], missing: [{ name: 'nosuchfs' }] });
    const { failures } = await chain.diagnosis(await context());
    expect(failures.map(({ code, confidence }) => [code, confidence])).toEqual([['linux.initramfs-lacks-init', 'certain']]);
    await machine.close('kill');
  });

  it('a disk whose driver is a module that nobody brought: root= is held against what the kernel has', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-chain-'));
    folders.push(folder);
    const guest = linuxGuest({ root: '/dev/vda1', parameters: ['rootdelay=0'] });
    if ('skipped' in guest) throw new Error(guest.skipped);
    const disk = makeDisk(path.join(folder, 'virtio.img'));
    const { machine, context, until } = await boot({ ...guest, qemu: [...guest.qemu, '-drive', `file=${disk},format=raw,if=virtio,snapshot=on`] });
    await until('end Kernel panic');
    const chain = chainOf('linux', { hasSymbol: () => false, serialText: () => '' });
    const { failures } = await chain.diagnosis(await context());
    expect(failures).toMatchObject([{ code: 'linux.root-device-missing', title: 'root=/dev/vda1 names a device this kernel does not have', evidence: expect.arrayContaining([{ kind: 'memory', text: 'root=/dev/vda1 but the kernel has: no block device at all' }]) as unknown }]);
    expect(failures[0]?.cause).toContain('module of an initramfs that was not given');
    await machine.close('kill');
  });
});

describe.skipIf(skipped)("Debian's kernel with an initramfs", () => {
  it('gives its mounts in order and the view of a chrooted child', async () => {
    const folder = fs.mkdtempSync(path.join((await import('node:os')).tmpdir(), 'bs-chain-'));
    folders.push(folder);
    const { initramfs } = makeInitramfs(folder);
    const { machine, context, until, said } = await boot(linuxGuest({ initramfs, parameters: ['mystery=1'] }));
    await until('init: waiting');
    await until('init: child lives');
    for (const said of ['init: child has mounts', 'init: child has pivoted', 'init: thread lives']) await until(said);
    expect(detectChain({ hasSymbol: () => false, serialText: said })).toBe('linux');
    const chain = chainOf('linux', { hasSymbol: () => false, serialText: said });
    const ctx = await context();
    const started = performance.now();
    const mounts = await chain.mounts(ctx, {});
    expect(mounts.unknown).toBeUndefined();
    console.log(`${mounts.kernel.length} mounts and ${mounts.views.length} views in ${(performance.now() - started).toFixed(0)} ms`);
    expect(mounts.kernel.map((m) => [m.fstype, m.from, m.on])).toEqual(
      expect.arrayContaining([
        ['rootfs', 'rootfs', '/'],
        ['proc', 'proc', '/proc'],
        ['tmpfs', 'tmpfs', '/newroot'],
        ['tmpfs', 'tmpfs', '/newroot/data'],
      ]),
    );
    const view = mounts.views.find((v) => v.process.startsWith('chrooted:'));
    expect(view?.root).toBe('/newroot');
    expect(view?.mounts.map((m) => [m.on, m.visiblePath, m.differs?.code])).toEqual(
      expect.arrayContaining([
        ['/', undefined, 'outside-root'],
        ['/proc', undefined, 'outside-root'],
        ['/newroot', '/', 'prefix-stripped'],
        ['/newroot/data', '/data', 'prefix-stripped'],
      ]),
    );
    // Propagation, as /proc/PID/mountinfo tells it.
    const flagsOf = (list: readonly { on: string; flags: string[] }[] | undefined, on: string): string[] => list?.filter((mount) => mount.on === on).flatMap(({ flags }) => flags.filter((flag) => /^(shared|master|unbindable)/.test(flag))) ?? [];
    const [group] = flagsOf(mounts.kernel, '/newroot');
    expect(group).toMatch(/^shared:\d+$/);
    expect(flagsOf(mounts.kernel, '/proc')).toEqual(['unbindable']);
    expect(flagsOf(mounts.kernel, '/newroot/data')).toEqual([]);
    const own = (await chain.mounts(ctx, { process: 'unshared' })).views[0];
    expect(flagsOf(own?.mounts, '/newroot')).toEqual([`master:${group?.slice(7)}`]);
    expect(own?.mounts.map(({ id }) => id).some((id) => mounts.kernel.some((mount) => mount.id === id))).toBe(false);

    // A child that has pivoted its root: another mount is at /, the one before below it, and a bind mount of /proc beside.
    const pivoted = (await chain.mounts(ctx, { process: 'pivoted' })).views[0];
    expect(pivoted?.mounts.flatMap((m) => (m.visiblePath === undefined ? [] : [[m.fstype, m.visiblePath]]))).toEqual([['tmpfs', '/old'], ['tmpfs', '/'], ['rootfs', '/bound']]);
    expect(pivoted?.mounts.map(({ on }) => on)).toEqual(['/', '/proc', '/newroot/old', '/newroot', '/newroot/bound']);
    expect(pivoted?.root).toBe('/newroot');
    expect(own?.root).toBe('/');
    // A thread with mounts and a root of its own stands beside its process.
    const worker = (await chain.mounts(ctx, { process: 'worker' })).views[0];
    expect(worker?.mounts.map(({ id }) => id).some((id) => mounts.kernel.some((mount) => mount.id === id))).toBe(false);
    expect(worker?.mounts.map(({ on, visiblePath }) => [on, visiblePath])).toEqual([['/', undefined], ['/proc', undefined], ['/newroot', undefined], ['/newroot/data', '/']]);
    const places = (await chain.processes(ctx)).processes.filter(({ name }) => /^(init|unshared|chrooted|pivoted|threaded|worker)$/.test(name)).map(({ name, root, cwd }) => [name, root, cwd]);
    expect(places).toEqual([['init', '/', '/'], ['unshared', '/', '/newroot'], ['chrooted', '/newroot', '/newroot'], ['pivoted', '/newroot', '/newroot'], ['threaded', '/', '/'], ['worker', '/newroot/data', '/newroot/data']]);
    // What a path means in a namespace of its own: /old of the one that has pivoted is the filesystem the others have at /newroot.
    expect(await chain.resolvePath?.(ctx, { path: '/old/x', process: 'pivoted' })).toMatchObject({ kernel: { mount: { on: '/' }, path: '/old/x' }, process: { mount: { fstype: 'tmpfs', on: '/newroot/old' }, path: '/x' }, agree: false });
    // Symbolic links of the ramdisk, from the dentry cache: /data → /newroot/data, and one that leads to itself.
    expect(await chain.resolvePath?.(ctx, { path: '/data/file', process: 'init' })).toMatchObject({ kernel: { mount: { on: '/newroot/data' }, path: '/file', links: [{ at: '/data', to: '/newroot/data' }] }, agree: true });
    expect((await chain.resolvePath?.(ctx, { path: '/loop/x', process: 'init' }))?.sentence).toMatch(/^unknown: because .*symbolic links$/);

    const environment = await chain.environment(ctx);
    const value = (name: string): unknown => environment.variables.find((variable) => variable.name === name)?.values.map(({ stage, value: text }) => [stage, text]);
    expect(value('HOME')).toEqual([['init', '/']]);
    expect(value('mystery')).toEqual([['kernel', '1'], ['init', '1']]);
    expect(value('console')).toEqual([['kernel', 'ttyS0']]);
    expect(environment.initramfs).toMatchObject({ size: fs.statSync(initramfs).size, init: { path: '/init', present: true } });

    const { processes } = await chain.processes(await context());
    const init = processes.find((p) => p.id === 'init:1');
    // It pauses, or has not come so far yet.
    expect(init).toMatchObject({ root: '/', state: expect.stringMatching(/^(sleeping|running)/) as string });
    expect(BigInt(String(init?.space))).toBeGreaterThan(0n);
    expect(processes.find((p) => p.name === 'chrooted')).toMatchObject({ root: '/newroot', cwd: '/newroot' });
    expect((await chain.diagnosis(await context())).failures).toEqual([]);
    await machine.close('kill');
  });
});
