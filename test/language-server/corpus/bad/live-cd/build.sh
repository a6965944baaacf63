#!/bin/sh
# Makes the live image of this tree
set -eu
LABEL=LIVECD
makefs -t ffs -B little -o label=ROOTFS rootfs.ufs work/rootfs
mkuzip -A zstd -C 19 -o cdroot/rootfs.uzip rootfs.ufs
stat -f %z rootfs.ufs > cdroot/rootfs.bytes
makefs -t cd9660 -o rockridge -o label="$LABEL" live.iso cdroot
