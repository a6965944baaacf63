#!/rescue/sh
# Block-level overlay over the compressed root
set -eu
PATH=/rescue:/sbin
echo "live: attaching the root"
mdconfig -a -t vnode -o readonly -f /rootfs.uzip -u 0
tries=0
until [ -c /dev/md0.uzip ]; do
  tries=$((tries + 1))
  if [ "$tries" -gt 30 ]; then
    echo "live: /dev/md0.uzip did not appear" >&2
    exit 1
  fi
  sleep 1
done
LOWER=$(cat /rootfs.bytes)
RAM=$(sysctl -n hw.physmem)
UPPER_MB=$((RAM / 2 / 1048576))
MIN_MB=$((LOWER / 1048576 * 11 / 10 + 64))
[ "$UPPER_MB" -ge "$MIN_MB" ] || UPPER_MB=$MIN_MB
mdconfig -a -t swap -s "${UPPER_MB}m" -u 1
/sbin/geom union create md1 md0.uzip
mount /dev/md1-md0.uzip.union /sysroot
mount -t devfs devfs /sysroot/dev
for dir in tmp var/tmp; do
  mount -t tmpfs -o mode=1777 tmpfs "/sysroot/$dir"
done
kenv init_chroot=/sysroot >/dev/null
kenv -u init_script init_shell >/dev/null 2>&1 || true
exit 0
