import { describe, expect, it } from 'vitest';
import { askedOfFreebsd, askedOfLinux, askedOfScript, isPresent, missingInWords } from '../../boot/capabilities';

const asked = (variables: Record<string, string>): string[] => askedOfFreebsd(new Map(Object.entries(variables))).map(({ kind, name }) => `${kind} ${name}`);

describe('what a boot configuration asks for', () => {
  it('FreeBSD: root, overlay, modules', () => {
    expect(asked({ 'vfs.root.mountfrom': 'ufs:/dev/md1-md0.uzip.union cd9660:/dev/iso9660/LIVE' })).toEqual(['filesystem ufs', 'class UZIP', 'class UNION', 'class MD', 'filesystem cd9660', 'class LABEL']);
    expect(asked({ 'vfs.root.overlay': 'tmpfs' })).toEqual(['filesystem tmpfs', 'filesystem unionfs']);
    expect(asked({ geom_uzip_load: 'YES', zfs_load: 'NO', mfsroot_load: 'YES', mfsroot_type: 'md_image', fuse_load: 'yes', fuse_name: '/boot/kernel/fusefs.ko' })).toEqual(['module geom_uzip', 'module fusefs']);
  });
  it('Linux: rootfstype', () => {
    expect(askedOfLinux(new Map([['rootfstype', 'ext4,squashfs']])).map(({ name }) => name)).toEqual(['ext4', 'squashfs']);
    expect(askedOfLinux(new Map([['root', '/dev/vda1']]))).toEqual([]);
  });
});

describe('what a kernel has', () => {
  it('a module counts when its file is in memory or what it brings is built in', () => {
    const module = { kind: 'module' as const, name: 'geom_uzip' };
    expect(isPresent(module, { modules: ['kernel', 'geom_uzip.ko'] })).toBe(true);
    expect(isPresent(module, { modules: ['kernel'], classes: ['UZIP'] })).toBe(true);
    expect(isPresent(module, { modules: ['kernel'], classes: ['MD'] })).toBe(false);
    expect(isPresent(module, {})).toBeUndefined();
  });
  it('a module of unknown content is not called missing', () => {
    expect(isPresent({ kind: 'module', name: 'if_foo' }, { modules: ['kernel'], classes: [], filesystems: [] })).toBeUndefined();
  });
  it('what is missing is named with the line that brings it', () => {
    expect(missingInWords({ kind: 'filesystem', name: 'tarfs', by: 'vfs.root.mountfrom=tarfs:/dev/md0' })).toContain('tarfs_load="YES"');
  });
});

describe('what a script asks for', () => {
  const script = '#!/rescue/sh\n# mount -t zfs x /y\n/rescue/kldload -n geom_uzip\nif kldload nullfs; then true; fi\n/rescue/mdconfig -a -t vnode -f /rootfs.uzip -u 0\n/rescue/mount -t ufs -o ro /dev/md0.uzip /sysroot && mount_unionfs /upper /sysroot\n/sbin/geom union create md1 md0.uzip\nmount -t $FS /dev/$DEV /mnt\n';
  it('is told by its commands, with file and line', () => {
    expect(askedOfScript('init.sh', script).map(({ kind, name, by }) => [kind, name, by.split(' ')[0]])).toEqual([
      ['module', 'geom_uzip', 'init.sh:3'],
      ['module', 'nullfs', 'init.sh:4'],
      ['class', 'MD', 'init.sh:5'],
      ['filesystem', 'ufs', 'init.sh:6'],
      ['class', 'UZIP', 'init.sh:6'],
      ['filesystem', 'unionfs', 'init.sh:6'],
      ['class', 'UNION', 'init.sh:7'],
    ]);
  });
  it('is missing by its token', () => {
    const missing = askedOfScript('init.sh', script).filter((one) => isPresent(one, { filesystems: ['ufs'], classes: ['MD'], modules: ['kernel'] }) === false);
    expect(missing.map(({ name }) => name)).toEqual(['geom_uzip', 'nullfs', 'UZIP', 'unionfs', 'UNION']);
    expect(missingInWords(missing[3]!)).toMatch(/^init\.sh:6 .*unionfs\.ko/);
  });
});
