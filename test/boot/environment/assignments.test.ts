import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignmentsIn, isBootFile, onlyAssignment, originOf } from '../../../boot/environment/assignments';

const conf = { path: 'boot/loader.conf', text: '# live\nvfs.root.mountfrom="cd9660:/dev/iso9660/LIVE"\nboot_serial="YES" # c\nbad line\nx="$H"\nx="two"\n' };
const script = { path: 'init.sh', text: '#!/rescue/sh\n# kenv a=b\n/rescue/kenv init_chroot=/sysroot\nif true; then kenv -q vfs.root.mountfrom="ufs:/dev/md1"; fi\nkenv b=$VALUE\nkenv -u init_script\nmykenv c=d\n' };

describe('assignments in boot files', () => {
  it('are found in loader.conf and in kenv commands, with their lines', () => {
    expect(assignmentsIn([conf, script, { path: 'README', text: 'kenv z=1' }]).map(({ name, value, line, kind }) => [name, value, line, kind])).toEqual([
      ['vfs.root.mountfrom', 'cd9660:/dev/iso9660/LIVE', 2, 'loader'],
      ['boot_serial', 'YES', 3, 'loader'],
      ['x', 'two', 6, 'loader'],
      ['init_chroot', '/sysroot', 3, 'script'],
      ['vfs.root.mountfrom', 'ufs:/dev/md1', 4, 'script'],
    ]);
  });
  it('come from files by their names', () => {
    for (const path of ['boot/loader.conf', 'loader.conf.local', 'boot/loader.conf.d/zz-live.conf', 'boot/device.hints', 'overlay/boot/init_script', 'init.sh']) expect(isBootFile(path), path).toBe(true);
    for (const path of ['loader.conf.sample', 'src/loader.c', 'etc/ssh/sshd_config', 'nginx.conf']) expect(isBootFile(path), path).toBe(false);
  });
  it('give an origin only where one file has the value', () => {
    const one = { name: 'a', value: '1', path: 'x/loader.conf', line: 1, kind: 'loader' as const };
    const other = { ...one, path: 'y/loader.conf' };
    expect(originOf([one, { ...one, line: 4 }], '1')).toMatchObject({ line: 4 });
    expect(originOf([one, other], '1')).toBeUndefined();
    expect(originOf([one, { ...other, value: '2' }], '1')).toBe(one);
    expect(onlyAssignment([one, other])).toBeUndefined();
    expect(onlyAssignment([])).toBeUndefined();
  });
  it('never fail, whatever the text', () => {
    fc.assert(fc.property(fc.string(), fc.constantFrom('loader.conf', 'init.sh'), (text, path) => { expect(Array.isArray(assignmentsIn([{ path, text }]))).toBe(true); }));
  });
});
