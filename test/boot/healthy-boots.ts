/** Console text of boots that come up, with words in it that sound like failures. */
export const healthy: Readonly<Record<string, string>> = {
  'FreeBSD whose savecore tells of an earlier panic': `FreeBSD/amd64 EFI loader, Revision 3.0
can't find '/etc/hostid'
can't find '/boot/entropy'
---<<BOOT>>---
FreeBSD 15.1-RELEASE amd64
Root mount waiting for: CAM usbus0
(probe1:ata3:0:0:0): Error 22, Unretryable error
Trying to mount root from ufs:/dev/ada0p2 [rw]...
mountroot: waiting for device /dev/ada0p2...
start_init: trying /sbin/init
Setting hostuuid: 1.
savecore 64 - - reboot after panic: page fault
savecore 64 - - writing core to /var/crash/vmcore.0
init 16 - - login_getclass: unknown class 'daemon'
FreeBSD/amd64 (live) (ttyu0)
login: `,
  'FreeBSD that panicked, rebooted and came up': `panic: page fault
cpuid = 1
time = 1718000000
Automatic reboot in 15 seconds - press a key on the console to abort
---<<BOOT>>---
Trying to mount root from ufs:/dev/ada0p2 [rw]...
login: `,
  'FreeBSD whose first candidate is not there': `Trying to mount root from ufs:/dev/ufs/OTHER []...
mountroot: waiting for device /dev/ufs/OTHER...
Mounting from ufs:/dev/ufs/OTHER failed with error 19.
Trying to mount root from cd9660:/dev/iso9660/LIVECD []...
start_init: trying /sbin/init
login: `,
  'FreeBSD 15.1 whose first root has no superblock and whose second is mounted': `md0: Preloaded image </boot/mfsroot.img> 33554432 bytes at 0xffffffff80f85000
Trying to mount root from ufs:/dev/cd0 []...
Attempted recovery for standard superblock: failed
Finding an alternate superblock failed.
Failed, superblock has critical errors
Mounting from ufs:/dev/cd0 failed with error 2.
Trying to mount root from ufs:/dev/md0 []...
Setting hostuuid: x
login: `,
  'FreeBSD that waits for CAM and goes on': `Root mount waiting for: CAM
Root mount waiting for: CAM
Trying to mount root from cd9660:/dev/iso9660/LIVE []...
start_init: trying /sbin/init
login: `,
  'FreeBSD that retries its CD until it is ready': `Trying to mount root from cd9660:/dev/cd0 []...
Mounting from cd9660:/dev/cd0 failed with error 6; retrying for 2 more seconds
cd0 at ahcich2 bus 0 scbus2 target 0 lun 0
Setting hostuuid: x
login: `,
  'firmware whose first entry fails and whose second starts': `BdsDxe: failed to load Boot0001 "UEFI QEMU DVD-ROM" from PciRoot(0x0): Not Found
BdsDxe: failed to load Boot0002 "UEFI PXEv4" from PciRoot(0x0): Access Denied
BdsDxe: loading Boot0003 "UEFI Misc Device" from HD(1,GPT,1234)/\\EFI\\BOOT\\BOOTX64.EFI
BdsDxe: starting Boot0003 "UEFI Misc Device"
`,
  'a system that startup.nsh of the firmware\'s shell starts': `BdsDxe: failed to load Boot0001 "UEFI QEMU DVD-ROM" from PciRoot(0x0): Not Found
BdsDxe: starting Boot0003 "EFI Internal Shell" from Fv(7CB8BDC9)/FvFile(7C04A583)
UEFI Interactive Shell v2.2
startup.nsh> fs0:\\loader.efi
   FreeBSD/amd64 EFI loader, Revision 3.0
`,
  'a whole boot entry': `Boot0001* debian HD(1,GPT,5a2d,0x800,0x100000)/File(\\EFI\\debian\\shimx64.efi)
`,
  'Linux that complains and goes on': `[    0.000000] Linux version 6.1.0
[    0.412000] Initramfs unpacking failed: Decoding failed
[    0.9] ata1: failed to resume link (SControl 0)
[    1.1] Kernel command line: root=/dev/vda1 panic=10
Run /init as init process
dracut-initqueue[300]: Warning: dracut-initqueue timeout - starting timeout scripts
systemd[1]: Reached target Multi-User System.
debian login: `,
  'Linux whose journal quotes an old panic': `[    0.0] Linux version 6.1.0
pstore: previous boot: Oops
debian login: `,
  'Redox, whole preload': `Redox OS Bootloader 1.0.0 on x86_64/UEFI
RedoxFS 6ba9ae7a-2095-4d8b-8aab-78b340c29bb4: 512 MiB
live: 0/512 MiB\rlive: 512/512 MiB
Switching to live disk
kernel::arch::x86_shared::start:INFO -- Redox OS starting...
init: switchroot to /scheme/initfs /scheme/initfs/etc
init: switchroot to /usr /etc
init: "pcid-spawner" failed with exit status: 1
init: unit 10_extra.service not found
login: `,
  'Redox without live mode, from its disk': `live: disabled (image too large for bootloader address space)
Continuing without live preload
init: DEBUG processing 40_ahcid.service (ahcid)
init: DEBUG processing 50_rootfs.service (redoxfs)
login: `,
};
