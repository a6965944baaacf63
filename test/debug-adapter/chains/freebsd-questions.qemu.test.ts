import { afterAll, describe, expect, it } from 'vitest';
import { isUnknown } from '../../../debug-adapter/chains/unknown';
import { buildFreebsdLive, type FreebsdLiveOptions, type FreebsdLiveVariant } from '../../guests/freebsd-live/build.mjs';
import { boot, closeAll } from './freebsd-guest';

afterAll(closeAll);

const seed = Number(process.env['SHUFFLE'] ?? 1 + Math.floor(Math.random() * 100_000));
console.log(`SHUFFLE=${seed}`);

const ucode = '/boot/firmware/iwlwifi-8000C-36.ucode';
const loader = '/boot/efi/EFI/BOOT/BOOTX64.EFI';
/** The partition's node from the kernel's GPT table. Its size is another in each shuffled guest. */
const media = expect.stringMatching(/^HD\(1,GPT,d1b3b1f1-1111-2222-3333-444455556666,0x800,0x[1-9a-f][0-9a-f]*[08]00\)$/) as string;

describe.each<[string, FreebsdLiveOptions]>([
  ['clang, 15.1', {}],
  ['shuffled, gcc, 12.x', { shuffle: seed, shape: '12.x', compiler: 'gcc' }],
])('an init_chroot system, %s', (_name, options) => {
  it('means two files by one firmware path, would store a cut boot entry, and can reroot to nothing that lies on its CD', async () => {
    const { machine, chain, context, untilSaid } = await boot(await buildFreebsdLive(options), 'a');
    await untilSaid('login:');
    const stopped = context('login');

    const path = await chain.resolvePath(stopped, { path: ucode });
    expect(path).toMatchObject({ kernel: { mount: { fstype: 'cd9660', on: '/' }, path: ucode }, process: { mount: { fstype: 'unionfs', on: '/sysroot' }, path: ucode }, agree: false });
    expect(path.processId).toBe('init:1');
    expect(path.sentence).toContain(`${ucode} is ${ucode} of cd9660 on / for the kernel, but ${ucode} of unionfs on /sysroot for ${path.processId}`);
    expect(path.sentence).toContain('firmware(9)');
    const outside = await chain.resolvePath(stopped, { path: '/sysroot/etc/rc', process: 'watchdogd' });
    expect(outside).toMatchObject({ agree: true, process: { mount: { fstype: 'unionfs' }, path: '/etc/rc' } });
    await expect(chain.resolvePath(stopped, { path: '/', process: 'nobody' })).rejects.toThrow(/^BS405/);

    // A link on a tmpfs is followed by its text in memory; the one on the CD is known to be one, and no more.
    const linked = await chain.resolvePath(stopped, { path: '/tmp/microcode/iwlwifi-8000C-36.ucode' });
    expect(linked.process).toMatchObject({ mount: { fstype: 'unionfs' }, path: ucode, links: [{ at: '/tmp/microcode', to: '/boot/firmware' }] });
    expect(await chain.resolvePath(stopped, { path: '/tmp/microcode/../x', process: 'getty' })).toMatchObject({ process: { mount: { fstype: 'unionfs' }, path: '/boot/x' } });
    const onCd = await chain.resolvePath(stopped, { path: '/sbin/init', process: 'watchdogd' });
    expect(onCd.sentence).toBe('unknown: because /sbin/init is a symbolic link, and cd9660 keeps the text of a link on its medium, not in memory');
    expect((await chain.resolvePath(stopped, { path: '/mnt/never/seen', process: 'watchdogd' })).process).toMatchObject({ path: '/mnt/never/seen', notCached: [expect.stringContaining('/mnt') as string] });

    const entry = await chain.efiBootEntry(stopped, { loader });
    expect(entry).toMatchObject({ stored: 'File(T\\BOOTX64.EFI)', correct: 'File(\\EFI\\BOOT\\BOOTX64.EFI)', agrees: false, media, devicePath: expect.stringMatching(/^HD\(1,GPT,d1b3b1f1-[-0-9a-f]+,0x800,0x[0-9a-f]+\)\/File\(T\\BOOTX64\.EFI\)$/) as string, call: 'efibootmgr -c -a -l ada0p1:/EFI/BOOT/BOOTX64.EFI' });
    expect(await chain.efiBootEntry(stopped, { loader: `/sysroot${loader}`, process: 'watchdogd' })).toMatchObject({ stored: 'File(\\EFI\\BOOT\\BOOTX64.EFI)', agrees: true });
    expect(await chain.efiBootEntry(stopped, { loader: 'ada0p1:/EFI/BOOT/BOOTX64.EFI' })).toMatchObject({ stored: 'File(\\EFI\\BOOT\\BOOTX64.EFI)', agrees: true });
    expect(await chain.efiBootEntry(stopped, { loader: '\\dev\\ada0p1:\\EFI\\BOOT\\BOOTX64.EFI' })).toMatchObject({ stored: 'File(\\EFI\\BOOT\\BOOTX64.EFI)', agrees: true });
    expect(await chain.efiBootEntry(stopped, { loader: 'cd0:/EFI/BOOT/BOOTX64.EFI' })).toMatchObject({ stored: { unknown: expect.stringContaining('cd0 is no partition') as string }, agrees: false });
    expect(await chain.efiBootEntry(stopped, { loader: '/dev/ada0p1' })).toMatchObject({ stored: '', devicePath: media, agrees: false });
    // The CD is no partition, the union no disk: refused.
    for (const process of ['watchdogd', 'getty']) expect(await chain.efiBootEntry(stopped, { loader: '/boot/loader.efi', process })).toMatchObject({ stored: { unknown: expect.stringContaining('Cannot translate') as string }, agrees: false });

    const forecast = await chain.rerootForecast(stopped);
    const cd = forecast.mounts.find(({ mount }) => mount.on === '/');
    expect(cd).toMatchObject({ unmounts: false, mount: { fstype: 'cd9660' } });
    expect(cd?.holders.filter(({ kind }) => kind === 'memory-disk').map(({ name }) => name)).toEqual(['md0']);
    expect(cd?.holders.find(({ name }) => name.startsWith('watchdogd:'))).toMatchObject({ kind: 'process', stays: false });
    expect(cd?.holders.find(({ name }) => name.startsWith('firmware'))).toMatchObject({ kind: 'process', stays: true });
    expect(forecast.mounts.filter(({ unmounts }) => !unmounts)).toHaveLength(1);
    expect(cd?.busy?.references).toBeGreaterThan(0);
    // Everybody below init has the console open, on the device filesystem of the chroot.
    const devices = forecast.mounts.find(({ mount }) => mount.on === '/sysroot/dev');
    expect(devices?.holders.find(({ name }) => name.startsWith('getty:'))?.text).toMatch(/open \/(console|null|ttyu0)/);
    // Left out of the unmounting: the devices the kernel itself has.
    expect(forecast.mounts.some(({ mount }) => mount.on === '/dev')).toBe(false);
    expect(cd?.busy?.files).toContain('/rootfs.uzip');

    const capabilities = await chain.capabilities(stopped);
    expect(capabilities.filesystems).toEqual(expect.arrayContaining(['cd9660', 'unionfs', 'tmpfs']));
    expect(capabilities.classes).toEqual(expect.arrayContaining(['MD', 'UZIP', 'LABEL']));
    expect(capabilities.asked.find(({ by }) => by.startsWith('vfs.root.mountfrom'))).toMatchObject({ kind: 'filesystem', name: 'cd9660', present: true });
    expect(capabilities.missing).toEqual([]);
    expect(capabilities.memoryDisks).toEqual([{ name: 'md0', type: 'MD_VNODE', bytes: expect.any(Number) as number, file: '/rootfs.uzip', mount: 'cd9660 on /' }]);

    // The guest's own efibootmgr, run in the chroot, stores what was forecast.
    await machine.resume();
    await machine.serial[0]?.send(Buffer.from('root\n'));
    await machine.interrupt();
    await untilSaid('# ');
    await machine.resume();
    await machine.serial[0]?.send(Buffer.from(`efibootmgr -c -a -l ${loader}\n`));
    await machine.interrupt();
    await untilSaid('Boot0000*');
    await untilSaid(String(entry.stored));
    await untilSaid(`${String(entry.stored)}\r\n`);
    expect(await chain.efiBootEntry(stopped, { loader })).toMatchObject({ entriesFrom: 'console', entries: [{ name: 'Boot0000', devicePath: entry.stored, same: [] }], duplicates: ['Boot0000'] });
    await machine.close('kill');
  });
});

describe('other systems', () => {
  it('an installed system stores the whole path', async () => {
    const { machine, chain, context, untilSaid } = await boot(await buildFreebsdLive(), 'f');
    await untilSaid('login:');
    const entry = await chain.efiBootEntry(context('login'), { loader, process: 'sshd' });
    expect(entry).toMatchObject({ agrees: true, stored: 'File(\\EFI\\BOOT\\BOOTX64.EFI)' });
    await machine.close('kill');
  });

  it.each<[FreebsdLiveVariant]>([['b'], ['b-bug'], ['e']])('%s: a kernel-made union needs no other name for a path', async (variant) => {
    const { machine, chain, context, untilSaid } = await boot(await buildFreebsdLive(), variant);
    await untilSaid('login:');
    const { kernel, agree, sentence } = await chain.resolvePath(context('login'), { path: '/etc/rc', process: 'getty' });
    expect({ agree, sentence }).toEqual({ agree: true, sentence: expect.stringContaining('alike') as string });
    expect(kernel).toMatchObject({ mount: { fstype: 'unionfs' } });
    if (variant === 'b-bug') expect(await chain.resolvePath(context('login'), { path: '/etc/rc' })).toMatchObject({ agree: false, process: { mount: { fstype: 'cd9660' } } });
    await machine.close('kill');
  });

  it('a jail sees its own names only', async () => {
    const { machine, chain, context, untilSaid } = await boot(await buildFreebsdLive(), 'f');
    await untilSaid('login:');
    const entry = await chain.efiBootEntry(context('login'), { loader: '/usr/share/loader.efi', process: 'httpd' });
    expect(entry).toMatchObject({ agrees: false, stored: { unknown: expect.stringContaining('is no disk') as string } });
    await machine.close('kill');
  });

  it.each<[FreebsdLiveVariant, boolean]>([['c', false], ['c-orphan', false]])('%s: the reroot that fails is forecast before it is carried out', async (variant, succeeds) => {
    const { machine, chain, context, untilAt } = await boot(await buildFreebsdLive(), variant);
    await untilAt('sys_reboot');
    const forecast = await chain.rerootForecast(context('reroot'));
    expect(forecast).toMatchObject({ succeeds, newRoot: 'ufs:/dev/md0.uzip' });
    expect(forecast.mounts.filter(({ unmounts }) => !unmounts).map(({ mount }) => [mount.fstype, mount.on])).toEqual([['cd9660', '/']]);
    expect(forecast.mounts.some(({ mount }) => mount.on === '/dev/reroot' || mount.on === '/dev')).toBe(false);
    expect(forecast.sentence).toContain('md0');
    await machine.close('kill');
  });

  it('a plain root can be rerooted from', async () => {
    const { machine, chain, context, untilSaid } = await boot(await buildFreebsdLive(), 'f');
    await untilSaid('login:');
    const forecast = await chain.rerootForecast(context('login'));
    expect(forecast).toMatchObject({ succeeds: true });
    expect(forecast.mounts.every(({ unmounts }) => unmounts)).toBe(true);
    await machine.close('kill');
  });

  it('a filesystem the kernel lacks is named', async () => {
    const { machine, chain, context, untilSaid } = await boot(await buildFreebsdLive(), 'd2');
    await untilSaid('mountroot>');
    const { missing } = await chain.capabilities(context('kernel'));
    expect(missing).toMatchObject([{ kind: 'filesystem', name: 'zfs', by: 'vfs.root.mountfrom=zfs:zroot/ROOT/default' }]);
    expect(missing[0]?.message).toContain('zfs_load="YES"');
    await machine.close('kill');
  });

  it.each([['dynamic', 'vfs_mountroot'], ['static', 'init_dynamic_kenv']])('a variable of the %s environment is changed in its place, and the kernel reads the new one', async (store, at) => {
    const { machine, chain, context, untilAt, untilSaid } = await boot(await buildFreebsdLive(), 'd19', 'vfs.mountroot.timeout=1');
    await untilAt(at);
    const stopped = context('kernel');
    const { variables } = await chain.environment(stopped);
    expect(variables.find(({ name }) => name === 'vfs.root.mountfrom')).toMatchObject({ editable: true });
    const name = 'vfs.root.mountfrom';
    await expect(chain.setEnvironment(stopped, { name, value: 'cd9660:/dev/iso9660/LIVECD-that-is-far-too-long' })).rejects.toThrow(store === 'static' ? /^BS412/ : /^BS411: .* 20/);
    await expect(chain.setEnvironment(stopped, { name: 'no.such', value: 'x' })).rejects.toThrow(/^BS410/);
    await expect(chain.setEnvironment(stopped, { name, value: 'a\nb' })).rejects.toThrow(/^BS414/);
    const value = store === 'static' ? 'ufs:/dev/absentdevice'.slice(0, 20) : 'ufs:/dev/ufs/ROOTFS';
    expect(await chain.setEnvironment(stopped, { name, value })).toMatchObject({ name, before: 'ufs:/dev/nonexistent', value, limit: 20 });
    expect((await chain.environment(stopped)).variables.find((variable) => variable.name === name)?.values.at(-1)?.value).toBe(value);
    await untilSaid(`Trying to mount root from ${value}`);
    if (store === 'dynamic') await untilSaid('login:');
    await machine.close('kill');
  });

  it('without debug information each answer says what it lacks', async () => {
    const { machine, chain, context, untilSaid } = await boot(await buildFreebsdLive({ strip: true }), 'a');
    await untilSaid('login:');
    const stopped = context('login');
    expect((await chain.resolvePath(stopped, { path: ucode })).sentence).toMatch(/^unknown: because no debug information for mountlist/);
    expect(isUnknown((await chain.efiBootEntry(stopped, { loader })).stored)).toBe(true);
    expect(isUnknown((await chain.rerootForecast(stopped)).succeeds)).toBe(true);
    expect(isUnknown((await chain.capabilities(stopped)).filesystems)).toBe(true);
    await machine.close('kill');
  });
});
