// What a test started and must not leave behind.
import fs from 'node:fs';

/** Ids of processes whose command line names a program and this folder. */
export const processesOf = (program, folder) =>
  fs.readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return words.includes(program) && words.includes(folder);
    } catch {
      return false;
    }
  });

/** Ids of every QEMU that runs with files of this folder. */
export const qemusOf = (folder) => processesOf('qemu-system', folder);
