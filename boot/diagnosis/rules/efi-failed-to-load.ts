import type { FailureRule } from '../rule';

export const efiFailedToLoad: FailureRule = {
  code: 'firmware.boot-option-failed',
  chains: [],
  title: 'the firmware could not load boot option {option} and found nothing else to boot',
  cause: 'the boot option\'s file is not where the firmware looks: OVMF wants \\EFI\\BOOT\\BOOTX64.EFI, on a FAT16 or FAT32 partition or on the ISO itself.',
  fix: 'put the loader at /EFI/BOOT/BOOTX64.EFI, also on the ISO9660 root, and make the El Torito image FAT16 or larger.',
  confidence: 'likely',
  serial: [{ any: ['BdsDxe: failed to load {option} '] }],
  unlessLater: ['BdsDxe: starting Boot', 'Redox OS Bootloader', 'FreeBSD EFI boot', 'Linux version '],
  source: 'MdeModulePkg/Universal/BdsDxe/BdsEntry.c',
};
