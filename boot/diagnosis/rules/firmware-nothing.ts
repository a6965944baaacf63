import type { FailureRule } from '../rule';

export const firmwareNothing: FailureRule = {
  code: 'firmware.nothing-to-boot',
  chains: [],
  title: 'the firmware found nothing to boot',
  cause: 'no disk, CD or network entry holds a loader the firmware accepts.',
  fix: 'put the loader at /EFI/BOOT/BOOTX64.EFI on a FAT16 or FAT32 partition (UEFI), or boot code into the first sector (BIOS); check that QEMU was given the medium.',
  confidence: 'certain',
  serial: [
    { any: ['BdsDxe: No bootable option or device was found', 'No bootable device.', 'No bootable device --'] },
  ],
  unlessLater: ['BdsDxe: starting Boot'],
  replaces: ['firmware.boot-option-failed'],
  source: 'MdeModulePkg/Universal/BdsDxe/BdsEntry.c',
};
