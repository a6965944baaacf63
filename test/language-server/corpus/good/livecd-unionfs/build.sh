#!/bin/sh
# builds the image
LABEL="LIVECD"
OUT=out
cp ramdisk/init.sh "$OUT/cdroot/init.sh"
makefs -t ffs -B little -o version=2,label=ROOTFS "$OUT/rootfs.ufs" "$OUT/rootfs"
mkuzip -A zstd -o "$OUT/cdroot/rootfs.uzip" "$OUT/rootfs.ufs"
makefs -t cd9660 -o rockridge -o bootimage="i386;$OUT/cdroot/boot/cdboot" \
  -o no-emul-boot -o label="$LABEL" "$OUT/live.iso" "$OUT/cdroot"
