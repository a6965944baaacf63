#!/rescue/sh
set -eu
#! silenced
exec >/dev/null 2>&1
mdconfig -a -t vnode -f /rootfs.uzip -u 0
mdconfig -a -t swap -s 600m -u 1
#! rescue-geom module-not-loaded
/rescue/geom union create md1 md0.uzip
kenv vfs.root.mountfrom="ufs:/dev/md1-md0.uzip.union"
#! reroot-busy-file init-script-kept
reboot -r
#! after-the-end
mount /dev/md1-md0.uzip.union /sysroot
