import type { FailureRule } from '../rule';

export const firmwareShell: FailureRule = {
  code: 'firmware.shell',
  chains: [],
  title: 'the firmware found no loader to start and went into its own shell',
  cause: 'no boot option led to a loader: the medium is missing, has no FAT partition or El Torito image that the firmware reads, or no \\EFI\\BOOT\\BOOTX64.EFI on it.',
  fix: 'at Shell> the command map -r lists what the firmware can read: without an FS0: it sees no filesystem, with one look for \\EFI\\BOOT\\BOOTX64.EFI on it. Put the loader there, on FAT16 or FAT32.',
  confidence: 'likely',
  serial: [{ any: ['BdsDxe: failed to load {option} '], optional: true }, { any: ['UEFI Interactive Shell v', 'EFI Internal Shell" from '] }],
  unlessLater: ['Redox OS Bootloader', 'FreeBSD EFI boot', 'EFI loader, Revision', 'Linux version ', 'EFI stub: ', 'GNU GRUB '],
  replaces: ['firmware.boot-option-failed'],
  source: 'MdeModulePkg/Universal/BdsDxe/BdsEntry.c',
};
