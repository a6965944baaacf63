import type { FailureRule } from '../rule';

export const redoxLoaderPanic: FailureRule = {
  code: 'redox.loader-panic',
  chains: ['redox'],
  title: 'the bootloader panicked: {message|its message is on the lines below}',
  cause: 'the bootloader met a state it cannot go on from: too little memory below 4 GiB for kernel, initfs or preload, a damaged filesystem, or a firmware call that failed.',
  fix: 'give the machine more memory, check the image, and with the bootloader\'s PDB as `symbols` stop at its panic handler.',
  confidence: 'certain',
  serial: [
    { any: ['SETUP PANIC: {message}', 'BOOTLOADER PANIC:'] },
  ],
  source: 'bootloader/src/os/bios/panic.rs',
};
