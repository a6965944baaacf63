#!/rescue/sh
set -eu
LOWER_BYTES=$(cat /rootfs.bytes)
UPPER_MB=$(( LOWER_BYTES / 1048576 + 1 ))
mdconfig -a -t vnode -o readonly -f /rootfs.uzip -u 0
#! upper-too-small
mdconfig -a -t swap -s "${UPPER_MB}m" -u 1
/sbin/geom union create md1 md0.uzip
mdconfig -a -t swap -s 512m -u 2
#! upper-too-small
mdconfig -a -t swap -s 530m -u 3
/sbin/geom union create md3 md2
mount -t devfs devfs /sysroot/dev
#! mount-covered
mount /dev/md1-md0.uzip.union /sysroot
kenv init_chroot=/sysroot
