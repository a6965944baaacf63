#!/rescue/sh
# md0 is preloaded: nothing on the medium is busy
mdconfig -a -t swap -s 512m -u 1
/sbin/geom union create md1 md0.uzip || exit 1
kenv vfs.root.mountfrom="ufs:/dev/md1-md0.uzip.union"
kenv -u init_script
exec /sbin/reboot -r
