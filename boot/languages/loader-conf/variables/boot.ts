import { table, type Row } from './table';

/** Flags of boot(8), the root mount and init: what decides which system comes up. */
const howto = { name: 'loader and kernel', path: 'sys/kern/subr_boot.c' };
const mountroot = { name: 'vfs_mountroot', path: 'sys/kern/vfs_mountroot.c' };
const init = { name: 'init', path: 'sbin/init/init.c' };
const startInit = { name: 'start_init', path: 'sys/kern/init_main.c' };
const label = { name: 'GEOM labels', path: 'sys/geom/label/g_label.c' };
const overlay = { name: 'NextBSD kernel', path: 'nextbsd-kernel: mountroot event handler' };

const presence: readonly (readonly [string, string, string])[] = [
  ['boot_askname', '-a', 'Ask for the root filesystem'],
  ['boot_cdrom', '-C', 'Try the CD as the root first'],
  ['boot_ddb', '-d', 'Start in the kernel debugger'],
  ['boot_dfltroot', '-r', 'Mount the root compiled into the kernel'],
  ['boot_gdb', '-g', 'The kernel debugger talks to a remote gdb'],
  ['boot_multicons', '-D', 'Video and serial console together'],
  ['boot_mute', '-m', 'No messages of the kernel on the console'],
  ['boot_pause', '-p', 'Pause after each line of the device probe'],
  ['boot_serial', '-h', 'The serial console is the primary one'],
  ['boot_single', '-s', 'Single-user mode'],
  ['boot_verbose', '-v', 'Verbose messages'],
];

export const bootVariables = [
  ...table(
    howto,
    'loader.conf(5)',
    presence.map(([name, flag, what]): Row => [name, 'flag', undefined, `${what} (${flag}). Its presence counts, whatever the value, except NO`, { values: ['YES', 'NO'] }]),
  ),
  ...table(mountroot, 'loader.conf(5)', [
    ['vfs.root.mountfrom', 'list', undefined, 'What to mount as the root: fstype:device, several separated by blanks and tried in order. Unset: taken from the / line of /etc/fstab'],
    ['vfs.root.mountfrom.options', 'string', undefined, 'Mount options of the root, separated by commas; rw is ignored at the first mount'],
    ['vfs.mountroot.timeout', 'number', '3', 'Seconds to wait for the root device'],
    ['vfs.root_mount_always_wait', 'switch', '0', 'Wait for all devices even if the root does not need them'],
  ]),
  ...table(init, 'init(8)', [
    ['init_script', 'path', undefined, 'Script run by init before everything else. Non-zero exit: single-user mode'],
    ['init_chroot', 'path', undefined, 'Folder init changes its root to, read after init_script has ended'],
    ['init_shell', 'path', '/bin/sh', 'Shell for init_script and for single-user mode'],
    ['init_exec', 'path', undefined, 'Program that replaces init at once', { since: '11.2' }],
  ]),
  ...table(startInit, 'init(8)', [['init_path', 'list', '/sbin/init:/sbin/oinit:/sbin/init.bak:/rescue/init', 'Programs tried as process 1, separated by ":"']]),
  ...table(label, 'glabel(8)', [
    ['kern.geom.label.disk_ident.enable', 'switch', '1', 'Nodes in /dev/diskid'],
    ['kern.geom.label.gptid.enable', 'switch', '1', 'Nodes in /dev/gptid'],
    ['kern.geom.label.gpt.enable', 'switch', '1', 'Nodes in /dev/gpt'],
    ['kern.geom.label.ufsid.enable', 'switch', '1', 'Nodes in /dev/ufsid'],
    ['kern.geom.label.ufs.enable', 'switch', '1', 'Nodes in /dev/ufs'],
    ['kern.geom.label.iso9660.enable', 'switch', '1', 'Nodes in /dev/iso9660'],
    ['kern.geom.label.msdosfs.enable', 'switch', '1', 'Nodes in /dev/msdosfs'],
    ['kern.geom.label.ext2fs.enable', 'switch', '1', 'Nodes in /dev/ext2fs'],
    ['kern.geom.label.ntfs.enable', 'switch', '1', 'Nodes in /dev/ntfs'],
    ['kern.geom.label.reiserfs.enable', 'switch', '1', 'Nodes in /dev/reiserfs'],
    ['kern.geom.label.flashmap.enable', 'switch', '1', 'Nodes in /dev/flash'],
    ['kern.geom.label.debug', 'number', '0', 'Messages about labels'],
  ]),
  ...table(overlay, undefined, [['vfs.root.overlay', 'string', undefined, 'This is live media: the kernel stacks a writable filesystem (tmpfs) over the read-only root. Never in the file of an installed system']]),
];
