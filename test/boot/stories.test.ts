import { describe, expect, it } from 'vitest';
import { findFailures } from '../../boot/diagnosis/diagnose';
import { failureRules } from '../../boot/diagnosis/rules';
import { shown } from './failures-shown';

interface Story {
  /** What its people saw. */
  readonly symptom: string;
  readonly code: string;
  /** Console text that shows it; left out: the piece in failures-shown.ts. */
  readonly shows?: string;
  /** The same words where nothing is wrong, or where something else is. */
  readonly not: string;
  /** What the cure has to speak of. */
  readonly cure: RegExp;
}

const booted = '---<<BOOT>>---\nFreeBSD 15.1-RELEASE amd64\n';
const asked = (device: string): string => `${booted}Trying to mount root from ${device} []...\n`;

/** Each row of the table of mistakes that live-CD builders made, with the words of their consoles. */
const gotchas: readonly Story[] = [
  { symptom: 'loader scripts left out', code: 'freebsd.loader-script-missing', shows: 'FreeBSD/amd64 EFI loader, Revision 3.0\ncannot open /boot/lua/loader.lua: no such file or directory\nOK ', not: `FreeBSD/amd64 EFI loader, Revision 3.0\nLoading /boot/lua/loader.lua\n${booted}login: `, cure: /\/boot\/lua|\/boot/ },
  { symptom: 'iothread mutex', code: 'qemu.iothread-lock', shows: 'ERROR:../system/cpus.c:504:qemu_mutex_lock_iothread_impl: assertion failed: (!qemu_mutex_iothread_locked())\nBail out!', not: `qemu-system-x86_64: warning: TCG doesn't support requested feature\n${booted}login: `, cure: /kvm/i },
  { symptom: 'an ESP the firmware does not read', code: 'firmware.boot-option-failed', shows: 'BdsDxe: loading Boot0001 "UEFI QEMU DVD-ROM QM00003 " from PciRoot(0x0)/Pci(0x1F,0x2)\nBdsDxe: failed to load Boot0001 "UEFI QEMU DVD-ROM QM00003 " from PciRoot(0x0)/Pci(0x1F,0x2): Not Found\n', not: `BdsDxe: failed to load Boot0001 "UEFI QEMU DVD-ROM" from PciRoot(0x0): Not Found\nBdsDxe: loading Boot0002 "UEFI QEMU HARDDISK" from PciRoot(0x0)\nBdsDxe: starting Boot0002 "UEFI QEMU HARDDISK" from PciRoot(0x0)\nFreeBSD/amd64 EFI loader, Revision 3.0\n${booted}login: `, cure: /FAT16|BOOTX64/ },
  { symptom: 'no /sbin/init on the CD', code: 'freebsd.no-init', shows: `${asked('cd9660:/dev/iso9660/LIVECD')}init: not found in path /sbin/init:/sbin/oinit:/sbin/init.bak:/rescue/init\npanic: no init\ncpuid = 0\n`, not: `${asked('cd9660:/dev/iso9660/LIVECD')}start_init: trying /sbin/init\nstart_init: trying /rescue/init\nlogin: `, cure: /init/ },
  { symptom: 'a gzipped kernel without its suffix', code: 'freebsd.kernel-not-loaded', shows: "FreeBSD/amd64 EFI loader, Revision 3.0\nLoading kernel...\ncan't find 'kernel'\nFailed to load kernel 'kernel'\nOK ", not: `Loading kernel...\n/boot/kernel/kernel text=0x1 data=0x2\n${booted}login: `, cure: /\.gz/ },
  { symptom: 'a gzipped mfsroot', code: 'freebsd.mountroot-2', shows: `${asked('ufs:/dev/md0')}Mounting from ufs:/dev/md0 failed with error 2: unknown file system.\nmountroot> `, not: `${asked('ufs:/dev/md0')}Mounting from ufs:/dev/md0 failed with error 2; retrying for 3 more seconds\nstart_init: trying /sbin/init\nlogin: `, cure: /gzip|compress|load|filesystem/i },
  { symptom: 'a static geom', code: 'freebsd.geom-static', shows: `${booted}geom: Unknown command: create.\nEnter full pathname of shell or RETURN for /rescue/sh: `, not: `${booted}geom union create md1 md0.uzip\nlogin: `, cure: /\/sbin\/geom|dynamic|geom_union\.so/ },
  { symptom: 'a size of so many bytes', code: 'freebsd.md-size', shows: `${booted}mdconfig: ioctl(/dev/mdctl): Numerical argument out of domain\n`, not: `${booted}mdconfig -a -t swap -s 512m -u 1\nmd1\nlogin: `, cure: /MiB|m\b/ },
  { symptom: 'an upper layer too small', code: 'freebsd.gunion-upper-too-small', shows: `${booted}geom: Upper provider md1 size too small, needs 12884901888.\n`, not: `${booted}GEOM_UNION: Device md1-md0.uzip.union created.\nlogin: `, cure: /64 MiB|10 ?%|1\.1|lower/i },
  { symptom: 'a root remounted in the chroot', code: 'freebsd.root-remount', shows: `${booted}mount_cd9660: /dev/iso9660/LIVECD: Invalid argument\nMounting root filesystem rw failed, startup aborted\nERROR: ABORTING BOOT (sending SIGTERM to parent)!\n`, not: `${booted}mount_cd9660: /dev/cd0: Invalid argument\nStarting devd.\nlogin: `, cure: /root_rw_mount/ },
  { symptom: 'a test that hangs behind its end', code: 'test.qemu-not-ended', not: `${booted}login: `, cure: /serial|monitor|close|wait/ },
  { symptom: 'makefs and its block size', code: 'freebsd.makefs-rounding', shows: "makefs: `root' minsize of 841482240 rounded up to ffs bsize of 32768 exceeds maxsize 841482240.  Lower bsize, or round the minimum and maximum sizes to bsize.\n", not: 'Calculated size of `root.ufs\': 841482240 bytes, 40313 inodes\n', cure: /round|MiB/ },
  { symptom: 'a medium that has grown', code: 'freebsd.makefs-size', shows: "makefs: `root' size of 11274289152 is larger than the maxsize of 2147483648.\n", not: 'Calculated size of `root.ufs\': 2147483648 bytes, 40313 inodes\n', cure: /content|headroom|size/ },
  { symptom: 'no login.conf.db', code: 'freebsd.login-class', shows: `${booted}init 16 - - login_getclass: unknown class 'daemon'\n`, not: `${booted}init 16 - - login_getclass: unknown class 'daemon'\nlogin: `, cure: /cap_mkdb/ },
  { symptom: 'a marker that is not printed', code: 'test.marker-not-printed', not: `${booted}Starting local daemons:.\nlogin: `, cure: /login:/ },
];

/** The failures that the other stories tell at length. */
const told: readonly Story[] = [
  { symptom: 'Red Bear: reads past the capped preload', code: 'redox.preload-too-small', not: 'live: preloaded 16 MiB of 16 MiB filesystem (remaining 0 MiB from disk)\nredoxfs: mounted filesystem on / with uuid 6ba9ae7a-2095-4d8b-8aab-78b340c29bb4\ninit: switchroot to /usr /etc\nredox login: ', cure: /preload|cap/i },
  { symptom: 'the firmware namespace split', code: 'freebsd.firmware-namespace', not: `${booted}iwlwifi0: successfully loaded firmware image 'iwlwifi-8000C-36.ucode'\nlogin: `, cure: /\/boot\/firmware/ },
  { symptom: 'a busy reroot', code: 'freebsd.busy-reroot', not: `${booted}umount: unmount of /mnt failed: Device busy\nlogin: `, cure: /preload|md_image|vnode/i },
  { symptom: 'efibootmgr in a chroot', code: 'freebsd.efi-entry-cut', not: '+Boot0004* FreeBSD HD(1,GPT,d1b3b1f1-0000-0000-0000-000000000000,0x800,0x10000)/File(\\EFI\\BOOT\\BOOTX64.EFI)\n', cure: /p1:|:\/EFI|device/i },
  { symptom: 'the staging area', code: 'freebsd.staging-limit', not: `staging 0x33c00000 (not copying) tramp 0x3e0 PT4 0x3d\n${booted}login: `, cure: /vnode|preload|MiB/i },
  { symptom: 'half rerooted', code: 'freebsd.half-rerooted', not: `${asked('ufs:/dev/md0')}start_init: trying /sbin/init\nEnter full pathname of shell or RETURN for /bin/sh: `, cure: /reroot|md_image|preload|init_chroot/i },
  { symptom: 'md0 is the other image', code: 'freebsd.md-order', not: `md0: Preloaded image </mfsroot.img> 33554432 bytes at 0xffffffff90000000\nmd1: Preloaded image </rootfs.uzip> 240123904 bytes at 0xffffffff82000000\n${asked('ufs:/dev/md0')}start_init: trying /sbin/init\nlogin: `, cure: /label|one image/i },
  { symptom: 'a superblock refused behind ENOENT', code: 'freebsd.superblock-refused', not: `${booted}mount: /dev/md0.uzip: No such file or directory\nlogin: `, cure: /makefs|newfs/ },
  { symptom: 'Ventoy', code: 'freebsd.ventoy-not-mapped', not: `${booted}GEOM_VENTOY: mapped\nlogin: `, cure: /ventoy/i },
  { symptom: 'map-vdisk', code: 'freebsd.vdisk-not-in-kernel', not: `${booted}login: `, cure: /vdisk|preload|kernel/i },
  { symptom: 'a library that the medium lacks', code: 'freebsd.shared-object-missing', not: `${booted}ld-elf.so.1: warning\nlogin: `, cure: /ldd|readelf|librar/i },
];

const found = (text: string) => findFailures(failureRules, text);
const pieces = new Map(shown.map(([code, text]) => [code, text]));

describe.each([['in the table of a live CD', gotchas], ['in the other stories', told]] as const)('each failure %s', (_name, stories) => {
  it.each(stories.map((story) => [story.symptom, story] as const))('%s: is told with its cure, and not where all is well', (_symptom, { code, shows, not, cure }) => {
    const text = shows ?? pieces.get(code) ?? '';
    const failures = found(text);
    expect(failures.map((one) => one.code)).toContain(code);
    const failure = failures.find((one) => one.code === code);
    expect(`${failure?.cause ?? ''} ${failure?.fix ?? ''}`).toMatch(cure);
    expect(found(not).map((one) => one.code)).not.toContain(code);
  });
});
