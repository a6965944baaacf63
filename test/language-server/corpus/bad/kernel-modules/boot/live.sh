#!/rescue/sh
mdconfig -a -t vnode -o readonly -f /rootfs.uzip -u 0
mdconfig -a -t swap -s 4g -u 1
#! module-not-loaded
/sbin/geom union create md1 md0.uzip
mount /dev/md1-md0.uzip.union /sysroot
mount -t devfs devfs /sysroot/dev
#! module-not-loaded
mount -t nullfs /media /sysroot/media
kenv init_chroot=/sysroot
