#!/rescue/sh
set -e
PATH=/rescue
U=0
#! unit-taken
mdconfig -a -t vnode -o readonly -f /rootfs.uzip -u $U
#! loaded-twice
kldload unionfs
BYTES=1000000
#! size-not-aligned
mdconfig -a -t swap -s ${BYTES}b -u 3
RAW=$(sysctl -n hw.physmem)
#! size-not-aligned
mdconfig -a -t swap -s "${RAW}b" -u 4
#! unit-taken
mdconfig -a -t swap -s 64m -u 3
#! rescue-geom
geom union create md3 md0.uzip
mount -t unionfs /upper /sysroot
#! remount-union
mount -uw /
#! chroot-without-devfs
chroot /sysroot /sbin/mount -a
#! chroot-without-devfs efibootmgr-in-chroot
chroot /sysroot efibootmgr -c -a -l /boot/efi/EFI/BOOT/BOOTX64.EFI
#! set-after-reader
kenv vfs.root.mountfrom="unionfs:/sysroot"
kenv init_chroot=/sysroot
exec /rescue/sh
#! after-the-end
mount -t devfs devfs /sysroot/dev
