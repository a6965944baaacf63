#!/rescue/sh
set -eu
PATH=/rescue
#! silenced
exec >/dev/null 2>&1
LOWER_BYTES=$(cat /rootfs.bytes)
#! unit-taken
mdconfig -a -t vnode -o readonly -f /rootfs.uzip -u 0
#! size-not-aligned upper-too-small
mdconfig -a -t swap -s "${LOWER_BYTES}b" -u 2
#! module-not-loaded rescue-geom
geom union create md2 md0.uzip
mount -t devfs devfs /sysroot/dev
#! mount-covered
mount /dev/md2-md0.uzip.union /sysroot
#! remount-union
mount -uw /
#! efibootmgr-in-chroot
chroot /sysroot efibootmgr -c -a -l /boot/efi/EFI/BOOT/BOOTX64.EFI
kenv vfs.root.mountfrom="ufs:/dev/md2-md0.uzip.union"
#! reroot-busy-file init-script-kept
reboot -r
#! after-the-end
kenv init_chroot=/sysroot
