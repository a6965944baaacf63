import { describe, expect, it } from 'vitest';
import { MountTable, compareResolution, normalise, rootNode, type MountRow, type Place } from '../../boot/mount-rules';
import { freebsdMountFlags, linuxMountWords } from '../../boot/mount-flags';

const at = (mount: string, ...names: string[]): Place => ({
  mount,
  node: names.length === 0 ? rootNode(mount) : `${mount}:/${names.join('/')}`,
  steps: names.map((name, index) => ({ name, node: `${mount}:/${names.slice(0, index + 1).join('/')}` })),
  complete: true,
});
const row = (id: string, fstype: string, on: string, covered?: Place, flags: string[] = []): MountRow => ({ id, fstype, from: id, on, flags, ...(covered ? { covered } : {}) });

/** The live CD with init_chroot: cd9660 root, ufs and unionfs stacked on /sysroot, devfs twice. */
const live = new MountTable([
  row('cd', 'cd9660', '/', undefined, ['ROOTFS', 'LOCAL', 'RDONLY']),
  row('dev', 'devfs', '/dev', at('cd', 'dev')),
  row('ufs', 'ufs', '/sysroot', at('cd', 'sysroot')),
  row('tmp', 'tmpfs', '/upper', at('cd', 'upper')),
  row('union', 'unionfs', '/sysroot', at('ufs')),
  row('dev2', 'devfs', '/sysroot/dev', at('union', 'dev')),
]);
const view = (table: MountTable, root: Place, global: Place): Record<string, [string | undefined, string | undefined]> =>
  Object.fromEntries(table.viewFrom(root, global).map((v) => [v.row.id, [v.visiblePath, v.differs?.code]]));

describe('a chrooted process', () => {
  it('reaches what lies below its root by shorter paths and nothing else', () => {
    expect(view(live, at('union'), at('cd'))).toEqual({
      cd: [undefined, 'outside-root'],
      dev: [undefined, 'outside-root'],
      ufs: [undefined, 'hidden-by-mount'],
      tmp: [undefined, 'outside-root'],
      union: ['/', 'prefix-stripped'],
      dev2: ['/dev', 'prefix-stripped'],
    });
  });
  it('is not told apart when its root is the kernel\'s', () => {
    expect(view(live, at('cd'), at('cd'))).toEqual({
      cd: ['/', undefined],
      dev: ['/dev', undefined],
      ufs: [undefined, 'hidden-by-mount'],
      tmp: ['/upper', undefined],
      union: ['/sysroot', undefined],
      dev2: ['/sysroot/dev', undefined],
    });
  });
  it('sees only a part of the mount its root lies in', () => {
    const inside = view(live, at('union', 'jail'), at('cd'));
    expect(inside['union']).toEqual(['/', 'partly-visible']);
    expect(inside['dev2']).toEqual([undefined, 'outside-root']);
  });
  it('resolves a path to another mount than the kernel: the firmware case', () => {
    const kernel = live.resolve(at('cd'), at('cd'), '/boot/firmware/iwlwifi.ucode');
    const process = live.resolve(at('union'), at('cd'), '/boot/firmware/iwlwifi.ucode');
    expect([kernel?.row.id, process?.row.id]).toEqual(['cd', 'union']);
    const compared = compareResolution('/boot/firmware/iwlwifi.ucode', 'init', kernel, process);
    expect(compared.agree).toBe(false);
    expect(compared.sentence).toContain('cd9660 on /');
    expect(compared.sentence).toContain('unionfs on /sysroot');
    expect(live.resolve(at('union', 'jail'), at('cd'), '/x')).toMatchObject({ path: '/jail/x' });
    expect(live.resolve(at('cd'), at('cd'), '/sysroot/dev/')?.path).toBe('/');
  });
});

describe('an overlay over /', () => {
  const overlay = new MountTable([
    row('cd', 'cd9660', '/', undefined, ['ROOTFS', 'IGNORE']),
    row('dev', 'devfs', '/dev', at('union', 'dev')),
    row('tmp', 'tmpfs', '/.overlay', at('cd', '.overlay'), ['IGNORE']),
    row('union', 'unionfs', '/', at('cd')),
  ]);
  it('shows a process that kept the old root what it misses', () => {
    const old = view(overlay, at('cd'), at('union'));
    expect(old['union']).toEqual([undefined, 'root-moved']);
    expect(old['dev']).toEqual([undefined, 'root-moved']);
    expect(old['cd']).toEqual(['/', 'ignored']);
    expect(old['tmp']).toEqual(['/.overlay', 'ignored']);
  });
  it('hides the layers from everyone else', () => {
    expect(view(overlay, at('union'), at('union'))).toEqual({
      cd: [undefined, 'hidden-by-mount'],
      dev: ['/dev', undefined],
      tmp: [undefined, 'hidden-by-mount'],
      union: ['/', undefined],
    });
  });
  it('tells a covered root apart from a moved one', () => {
    const result = overlay.viewFrom(at('cd'), at('cd'));
    expect(result.find((v) => v.row.id === 'union')?.differs?.code).toBe('covers-root');
  });
});

describe('what memory does not tell', () => {
  const table = new MountTable([
    row('r', 'ufs', '/'),
    row('m', 'tmpfs', '/a/b', { mount: 'r', node: 'x', steps: [{ node: 'x', name: 'b' }], complete: false }),
    row('gone', 'nfs', '/gone'),
  ]);
  it('is said, not guessed', () => {
    expect(table.viewFrom(at('r'), at('r')).map((v) => v.visiblePath)).toEqual(['/', '/?ufs/b', undefined]);
    expect(view(table, at('r', 'a'), at('r'))['m']).toEqual([undefined, 'path-unknown']);
    expect(table.pathFrom(at('r', 'a'), { mount: 'r', node: 'x', steps: [], complete: false })).toBeUndefined();
    expect(table.pathFrom(at('r'), at('gone', 'q'))).toBeUndefined();
  });
  it('ends even where mounts cover each other in a ring', () => {
    const ring = new MountTable([row('a', 'x', '/a', at('b', 'p')), row('b', 'x', '/b', at('a', 'q'))]);
    expect(ring.viewFrom(at('c'), at('c'))).toHaveLength(2);
    expect(ring.pathFrom(at('c'), at('a'))).toBeUndefined();
  });
});

describe('helpers', () => {
  it('normalise paths', () => {
    expect(['', '/', '//a/./b/../c/', '/../..'].map(normalise)).toEqual(['/', '/', '/a/c', '/']);
  });
  it('name flags', () => {
    expect(freebsdMountFlags(0x5001n)).toEqual(['RDONLY', 'LOCAL', 'ROOTFS']);
    expect(freebsdMountFlags(0x801000n)).toEqual(['LOCAL', 'IGNORE']);
    expect(freebsdMountFlags(1n << 60n)).toEqual(['0x1000000000000000']);
    expect(linuxMountWords(0x23n, 0n)).toEqual(['rw', 'nosuid', 'nodev', 'relatime']);
    expect(linuxMountWords(0x1020n, 1n)).toEqual(['relatime', 'ro']);
  });
});
