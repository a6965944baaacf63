#!/bin/sh
# installs to a disk; runs the makers of images, and is no boot script
makefs -t ffs "$OUT" "$IN"
chroot /mnt efibootmgr -c -a -l /boot/efi/EFI/BOOT/BOOTX64.EFI
kenv -q vfs.root.overlay
reboot -r
echo after
