#!/rescue/sh
# unionfs over the compressed root
set -e
PATH=/rescue
mdconfig -a -t vnode -o readonly -f /rootfs.uzip -u 0
n=0
while [ ! -c /dev/md0.uzip ] && [ $n -lt 30 ]; do sleep 1; n=$((n + 1)); done
mount -t ufs -o ro /dev/md0.uzip /sysroot
mount -t tmpfs tmpfs /upper
mount -t unionfs /upper /sysroot
mount -t devfs devfs /sysroot/dev
kenv init_chroot=/sysroot
kenv -u init_script
kenv -u init_shell
exit 0
