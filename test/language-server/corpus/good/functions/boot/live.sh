#!/rescue/sh
# Units and sizes come as arguments
PATH=/sbin:/rescue
log() {
  echo "live: $*" > /dev/console
}
die() {
  log "$1"
  exit 1
}
attach() {
  mdconfig -a -t vnode -o readonly -f "$1" -u "$2" || die "no $1"
}
attach /rootfs.uzip 0
attach /extra.uzip 1
MODE=$(kenv -q live.mode) || MODE=
case "$MODE" in
  toram)
    mdconfig -a -t swap -s 6g -u 2
    ;;
  *)
    mdconfig -a -t swap -s 4g -u 2
    ;;
esac
/sbin/geom union create md2 md0.uzip || die "no union"
mount /dev/md2-md0.uzip.union /sysroot || die "no root"
mount -t devfs devfs /sysroot/dev
if [ -n "$MODE" ]; then
  kenv live.started="$MODE"
  exec /rescue/sh
fi
kenv init_chroot=/sysroot
kenv -u init_script
