#!/rescue/sh
# helpers come first, each with its own end
fail() {
  echo "failed: $1"
  exec /rescue/sh
}
swapmd() {
  BYTES=$1
  ROUND=$(( (BYTES + 4095) / 4096 * 4096 ))
  mdconfig -a -t swap -s "${ROUND}b"
}
case "$(kenv -q live.mode 2>/dev/null)" in
  shell) exec /rescue/sh ;;
  *) : ;;
esac
unit=$(mdconfig -a -t vnode -f /rootfs.uzip) || fail mdconfig
mount -r /dev/"$unit".uzip /sysroot || fail mount
mount -t devfs devfs /sysroot/dev || fail devfs
cat <<EOF > /sysroot/etc/motd
reboot -r
EOF
if ! kldload -n unionfs; then fail unionfs; fi
mdconfig -d -u "$unit" 2>/dev/null
chroot /sysroot /bin/sh -c 'echo ready'
kenv init_chroot=/sysroot
exec >/dev/null
exit 0
