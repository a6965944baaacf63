import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { buildFreebsdLive, type FreebsdLive, type FreebsdLiveOptions, type FreebsdLiveVariant } from './build.mjs';
import { structHeader } from './structs.mjs';

const running = new Set<ReturnType<typeof spawn>>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

/** Boots and types each line when its prompt appears; resolves with all that was printed once `until` is there. */
const boot = (guest: FreebsdLive, variant: FreebsdLiveVariant, until: string, typed: Typed = [], append?: string): Promise<string> => run(guest.qemu(variant, { ...(append ? { append } : {}), args: ['-serial', 'stdio'] }), until, typed);

type Typed = readonly (readonly [prompt: string, line: string])[];

async function run([command, ...args]: readonly string[], until: string, typed: Typed): Promise<string> {
  const child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  running.add(child);
  const steps = [...typed];
  let text = '';
  let seen = 0;
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`QEMU ended; the console said:\n${text}`)));
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1').replaceAll('\r', '');
      for (let step = steps[0]; step && text.includes(step[0], seen); step = steps[0]) {
        seen = text.indexOf(step[0], seen) + step[0].length;
        child.stdin!.write(`${step[1]}\r`);
        steps.shift();
      }
      if (steps.length === 0 && text.includes(until, seen)) resolve(text);
    });
  });
}

const ends: readonly [FreebsdLiveVariant, string, readonly string[]][] = [
  ['a', 'login: ', ['Trying to mount root from cd9660:/dev/iso9660/LIVECD []...', 'could not load binary firmware /boot/firmware/iwlwifi-8000C-36.ucode either']],
  ['b', 'login: ', ['vfs.root.overlay: / is now unionfs (tmpfs over cd9660)', 'launchd: / is unionfs, writable already']],
  ['b-bug', 'login: ', ['vfs.root.overlay: / is now unionfs (tmpfs over cd9660)']],
  ['c', 'mountroot> ', ['unmount of / failed (BUSY)', 'Mounting from ufs:/dev/md0.uzip failed with error 5.']],
  ['c-half', 'Enter full pathname of shell', ['unmount of / failed (BUSY)']],
  ['d2', 'mountroot> ', ['Mounting from zfs:zroot/ROOT/default failed with error 2: unknown file system.']],
  ['d19', 'mountroot> ', ['mountroot: waiting for device /dev/nonexistent...', 'Mounting from ufs:/dev/nonexistent failed with error 19.']],
  ['e', 'login: ', ['md0: Preloaded image </boot/mfsroot.img> 2097152 bytes', 'vfs.pivot: / is now unionfs (mounted from /rofs)']],
  ['f', 'login: ', ['Trying to mount root from ufs:/dev/ufs/ROOTFS [rw]...']],
];

describe('freebsd-live', () => {
  it.each(ends)('variant %s reaches %j', async (variant, until, lines) => {
    const text = await boot(await buildFreebsdLive(), variant, until, [], 'vfs.mountroot.timeout=1');
    for (const line of lines) expect(text).toContain(line);
  });

  it('asks at mountroot and takes the answer', async () => {
    const text = await boot(await buildFreebsdLive(), 'd2', 'login: ', [
      ['mountroot> ', '?'],
      ['mountroot> ', 'nonsense'],
      ['mountroot> ', 'ufs:/dev/ufs/ROOTFS'],
    ]);
    expect(text).toMatch(/List of GEOM managed disk devices:\n {2}.*\bcd0\b.*\bada0\b/);
    expect(text).toContain('Invalid file system specification.');
  });

  it('has a loader prompt, whose variables the kernel gets', async () => {
    const guest = await buildFreebsdLive();
    const text = await run(guest.biosQemu('a', { conf: 'autoboot_delay="NO"\n', args: ['-serial', 'stdio'] }), 'login: ', [
      ['OK ', 'nonsense'],
      ['OK ', 'set vfs.root.mountfrom="ufs:/dev/nonexisted\b\bent"'],
      ['OK ', 'set vfs.mountroot.timeout=1'],
      ['OK ', 'show vfs.root.mountfrom'],
      ['OK ', 'boot'],
      ['mountroot> ', 'cd9660:/dev/iso9660/LIVECD'],
    ]);
    expect(text).toContain('nonsense: unknown command or bad argument');
    expect(text).toContain('\nvfs.root.mountfrom=ufs:/dev/nonexistent\n');
    expect(text).toContain('Mounting from ufs:/dev/nonexistent failed with error 19.');
  });

  it('panics on request', async () => {
    const typed = [['login: ', 'root'], ['# ', 'sysctl debug.kdb.panic=1']] as const;
    expect(await boot(await buildFreebsdLive(), 'f', 'Automatic reboot', typed)).toContain('panic: kdb_sysctl_panic');
  });

  it('panics when the question is left unanswered', async () => {
    expect(await boot(await buildFreebsdLive(), 'd2', 'panic: mountroot: unable to (re-)mount root.', [['mountroot> ', '']])).toContain('mountroot>');
  });

  it('strips nothing from what statfs tells a chroot, and efibootmgr trusts it', async () => {
    const text = await boot(await buildFreebsdLive(), 'a', '.EFI)', [
      ['login: ', 'root'],
      ['# ', 'mount'],
      ['# ', '/usr/sbin/efibootmgr -c -a -l /boot/efi/EFI/BOOT/BOOTX64.EFI'],
    ]);
    expect(text).toContain('/dev/ada0p1 on /sysroot/boot/efi (msdosfs, local)');
    expect(text).toMatch(/Boot0000\* ada0p1 File\(T\\BOOTX64\.EFI\)/);
  });

  const seed = Math.floor(Math.random() * 2 ** 31);
  const builds: FreebsdLiveOptions[] = [{ compiler: 'gcc' }, { opt: 0 }, { strip: true }, { shape: '13.2' }, { shape: '12.x', shuffle: seed }, { shuffle: seed }];
  it.each(builds)('boots as %j', async (options) => {
    await boot(await buildFreebsdLive(options), 'a', 'login: ');
  });
});

describe('structHeader', () => {
  const members = (header: string, name: string) => /\{([^]*?)\n\};/.exec(header.slice(header.indexOf(`struct ${name} {`)))![1]!;

  it('lays a shape out as its release does', () => {
    expect(members(structHeader('12.x', undefined), 'filedesc')).toMatch(/fd_cdir[^]*fd_rdir[^]*fd_jdir/);
    expect(members(structHeader('13.2', undefined), 'pwd')).not.toContain('pwd_adir');
    expect(members(structHeader('15.1', undefined), 'pwd')).toMatch(/pwd_cdir[^]*pwd_rdir[^]*pwd_jdir[^]*pwd_adir/);
  });

  it('shuffles by seed, the same each time, and keeps a flexible member last', () => {
    expect(structHeader('15.1', 5)).toBe(structHeader('15.1', 5));
    expect(structHeader('15.1', 5)).not.toBe(structHeader('15.1', 6));
    for (let seed = 0; seed < 50; seed++) expect(members(structHeader('15.1', seed), 'namecache').trimEnd()).toMatch(/nc_name\[\];$/);
  });

  it('is built once for the same content', async () => {
    const [one, two] = await Promise.all([buildFreebsdLive(), buildFreebsdLive()]);
    expect(one.kernel).toBe(two.kernel);
    expect(readFileSync(one.kernel).subarray(0, 4).toString('latin1')).toBe('\x7fELF');
    await expect(buildFreebsdLive({ shape: '9.0' as '12.x' })).rejects.toThrow('no such shape');
    expect(() => one.qemu('z' as 'a')).toThrow('no such variant');
  });
});
