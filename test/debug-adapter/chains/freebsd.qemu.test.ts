import { afterAll, describe, expect, it } from 'vitest';
import type { MountView } from '../../../debug-adapter/api';
import { buildFreebsdLive, type FreebsdLiveOptions, type FreebsdLiveVariant } from '../../guests/freebsd-live/build.mjs';
import { boot, closeAll } from './freebsd-guest';

afterAll(closeAll);

const seed = Number(process.env['SHUFFLE'] ?? 1 + Math.floor(Math.random() * 100_000));
console.log(`SHUFFLE=${seed}`);

const rows = (view: MountView | undefined): [string, string, string | undefined, string | undefined][] => (view?.mounts ?? []).map((m) => [m.fstype, m.on, m.visiblePath, m.differs?.code]);

describe.each<[string, FreebsdLiveOptions]>([
  ['clang, DWARF 5, 15.1', {}],
  ['gcc, DWARF 4, 13.2', { compiler: 'gcc', shape: '13.2' }],
  ['shuffled, 15.1', { shuffle: seed }],
  ['shuffled, 12.x', { shuffle: seed + 1, shape: '12.x' }],
])('freebsd-live, %s', (_name, options) => {
  it('shows init_chroot: kenv over time, the table, the chrooted view', async () => {
    const { machine, chain, context, untilSaid, untilAt } = await boot(await buildFreebsdLive(options), 'a');
    await untilAt('init_dynamic_kenv');
    const early = await chain.environment(context('kernel'));
    expect(early.variables.find((v) => v.name === 'vfs.root.mountfrom')?.values).toMatchObject([{ stage: 'kernel', value: 'cd9660:/dev/iso9660/LIVECD' }]);
    expect(early.variables.some((v) => v.name === 'init_chroot')).toBe(false);

    await untilSaid('login:');
    const environment = await chain.environment(context('userland'));
    expect(environment.variables.find((v) => v.name === 'init_chroot')?.values).toMatchObject([{ stage: 'userland', value: '/sysroot' }]);
    expect(environment.variables.find((v) => v.name === 'init_script')?.values.map((v) => v.stage)).toEqual(['kernel']);

    const started = performance.now();
    const mounts = await chain.mounts(context('userland'), {});
    console.log(`${mounts.kernel.length} mounts, ${mounts.views.length} views in ${(performance.now() - started).toFixed(0)} ms`);
    expect(mounts.unknown).toBeUndefined();
    expect(mounts.kernel.map((m) => [m.fstype, m.on])).toEqual(
      expect.arrayContaining([['cd9660', '/'], ['devfs', '/dev'], ['ufs', '/sysroot'], ['unionfs', '/sysroot'], ['devfs', '/sysroot/dev']]),
    );
    expect(mounts.kernel[0]?.flags).toEqual(expect.arrayContaining(['RDONLY', 'LOCAL', 'ROOTFS']));
    const view = mounts.views.find((v) => v.process === 'init:1');
    expect(view?.root).toBe('/sysroot');
    expect(rows(view)).toEqual(
      expect.arrayContaining([
        ['cd9660', '/', undefined, 'outside-root'],
        ['ufs', '/sysroot', undefined, 'hidden-by-mount'],
        ['unionfs', '/sysroot', '/', 'prefix-stripped'],
        ['devfs', '/sysroot/dev', '/dev', 'prefix-stripped'],
      ]),
    );
    // A chroot changes nothing of what statfs tells.
    for (const mount of view?.mounts ?? []) expect(mount.statfs).toEqual({ listed: true, on: mount.on });
    const { processes } = await chain.processes(context('userland'));
    const init = processes.find((p) => p.id === 'init:1');
    expect(init).toMatchObject({ root: '/sysroot', state: expect.stringMatching(/^normal, (inhibited: \S+|can_run|runq|running)$/) as string });
    expect(processes.some(({ state }) => /^normal, inhibited: \S+$/.test(state))).toBe(true);
    expect(processes.filter((p) => p.space === init?.space)).toHaveLength(1);
    const users = processes.filter((p) => p.root === '/sysroot');
    expect(users.length).toBeGreaterThan(3);
    expect(new Set(users.map((p) => p.space)).size).toBe(users.length);
    const codes = (await chain.diagnosis(context('userland'))).failures.map((f) => f.code);
    expect(codes).toEqual(['freebsd.firmware-namespace']);
    await machine.close('kill');
  });

  it('shows the overlay whose hook moved the root for its own process only', async () => {
    const { machine, chain, context, untilSaid } = await boot(await buildFreebsdLive(options), 'b-bug');
    await untilSaid('login:');
    const mounts = await chain.mounts(context('userland'), {});
    const behind = mounts.views.filter((v) => v.mounts.some((m) => m.differs?.code === 'root-moved'));
    expect(behind.length).toBeGreaterThan(0);
    // What df leaves out, what lies over what, who is still below, what process 1 makes of it.
    const [union, upper, lower] = ['unionfs', 'tmpfs', 'cd9660'].map((fstype) => mounts.kernel.find((m) => m.fstype === fstype && (fstype !== 'tmpfs' || m.flags.includes('IGNORE'))));
    expect(union?.layers).toEqual({ upper: upper?.id, lower: lower?.id });
    const notes = (mounts.notes ?? []).join('\n');
    expect(notes).toMatch(/df leaves out what is marked MNT_IGNORE \(.*tmpfs on .*\) and shows .*unionfs on \//);
    expect(notes).toContain('unionfs on / shows tmpfs on');
    expect(notes).toMatch(new RegExp(`Still with the old root: .*${behind[0]?.process ?? ''}`));
    expect(notes).toContain('statfs("/") tells launchd unionfs on / without MNT_RDONLY');
    expect(mounts.kernel.some((m) => m.flags.includes('IGNORE'))).toBe(true);
    const [failure] = (await chain.diagnosis(context('userland'))).failures;
    expect(failure).toMatchObject({ code: 'freebsd.overlay-wrong-root', confidence: 'certain' });
    expect(failure?.title).toContain(behind[0]?.process);
    await machine.close('kill');
  });
});

describe('freebsd-live, other boots', () => {
  it.each<[FreebsdLiveVariant, string, string[]]>([
    ['b', 'login:', []],
    ['d19', 'mountroot>', ['freebsd.mountroot-19']],
    ['d2', 'mountroot>', ['freebsd.capability-missing']],
    ['d22', 'mountroot>', ['freebsd.mountroot-22']],
    ['c', 'mountroot>', ['freebsd.busy-reroot']],
    ['c-orphan', 'mountroot>', ['freebsd.reroot-lost-disk']],
    ['c-half', 'Enter full pathname', ['freebsd.half-rerooted']],
    ['e', 'login:', []],
    ['f', 'login:', []],
    ['gunion', 'login:', ['freebsd.firmware-namespace']],
    ['reroot', 'login:', []],
    ['mfsroot', 'login:', []],
    ['ventoy', 'mountroot>', ['freebsd.ventoy-hints-unread']],
  ])('%s is diagnosed as it is', async (variant, until, codes) => {
    const { machine, chain, context, untilSaid } = await boot(await buildFreebsdLive(), variant);
    await untilSaid(until);
    const { failures } = await chain.diagnosis(context('userland'));
    expect(failures.map((f) => f.code)).toEqual(codes);
    if (codes[0]?.startsWith('freebsd.mountroot') === true) expect(failures[0]?.confidence).toBe('certain');
    const mounts = await chain.mounts(context('userland'), {});
    expect(mounts.unknown).toBeUndefined();
    const { variables } = await chain.environment(context('userland'));
    const faulty = variables.filter(({ faults }) => faults.length > 0);
    if (variant === 'ventoy') {
      expect(new Set(faulty.flatMap(({ faults }) => faults.map(({ code }) => code)))).toEqual(new Set(['never-read']));
      expect(variables.find(({ name }) => name === 'hint.ventoy.1.seg')).toMatchObject({ meaning: expect.stringContaining('128 MiB') as string, readers: [{ name: 'geom_ventoy' }] });
    } else expect(faulty.map(({ name, faults }) => [name, ...faults.map(({ code }) => code)])).toEqual(variant === 'reroot' ? [['mfs_type', 'order-not-fixed'], ['rootfs_type', 'order-not-fixed']] : []);
    await machine.close('kill');
  });

  it('on a healthy root only a jail sees another table; the current process and the error sites are known', async () => {
    const { machine, chain, context, untilSaid } = await boot(await buildFreebsdLive(), 'f');
    await untilSaid('login:');
    const mounts = await chain.mounts(context('userland'), {});
    expect(mounts.views.map((v) => [v.process.split(':')[0], v.root])).toEqual([['httpd', '/jails/web']]);
    // enforce_statfs is 2 in a jail: only its own root is listed, as /.
    const told = new Map(mounts.views[0]?.mounts.map((m) => [m.on, m.statfs]));
    expect(told.get('/')).toEqual({ listed: true, on: '/' });
    expect(told.get('/tmp')).toEqual({ listed: false, on: '[restricted]' });
    expect(mounts.notes).toBeUndefined();
    expect(rows(mounts.views[0])).toEqual(expect.arrayContaining([['ufs', '/', '/', 'partly-visible'], ['tmpfs', '/tmp', undefined, 'outside-root'], ['nullfs', '/jails/web/usr/share', '/usr/share', 'prefix-stripped']]));
    const { processes } = await chain.processes(context('userland'));
    expect(processes.find((p) => p.name === 'httpd')?.jail).toBeTruthy();
    const filesystems = await chain.filesystems(context('userland'));
    expect(filesystems).toEqual(expect.arrayContaining(['ufs', 'cd9660', 'devfs']));
    await machine.close('kill');
  });

  it('tells the current process at a system call', async () => {
    const { machine, chain, context, untilAt } = await boot(await buildFreebsdLive(), 'a');
    await untilAt('amd64_syscall');
    expect(await chain.currentProcess(context('init'))).toMatchObject({ name: 'init', pid: 1 });
    await machine.close('kill');
  });

  it('a kernel without debug information gives kenv, and says what the rest needs', async () => {
    const { machine, chain, context, untilSaid } = await boot(await buildFreebsdLive({ strip: true }), 'a');
    await untilSaid('login:');
    expect((await chain.environment(context('userland'))).variables.find((v) => v.name === 'init_chroot')?.values[0]?.value).toBe('/sysroot');
    expect((await chain.mounts(context('userland'), {})).unknown).toMatch(/^because no debug information for mountlist/);
    await machine.close('kill');
  });
});
