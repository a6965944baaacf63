import { BootscopeError } from '../errors/catalogue';
import type { Machine } from './machine';

/**
 * Image files in what QEMU's monitor answers to `info block` (block/qapi.c, bdrv_do_info; hw: monitor/hmp-cmds): a line
 * `NAME (#block1): FILE (FORMAT)`, and below an overlay such as that of snapshot=on `Backing file: FILE`. The raw file at the
 * bottom is what counts.
 */
export const drivesIn = (text: string): string[] => {
  const files: string[] = [];
  let current: string | undefined;
  const end = (): void => {
    if (current !== undefined && !files.includes(current)) files.push(current);
    current = undefined;
  };
  for (const line of text.split(/\r?\n/)) {
    const drive = /^\S.*?: (\/.*?|[^[\s].*?) \([\w-]+(?:, [\w ,-]+)?\)$/.exec(line);
    const backing = /^\s+Backing file:\s+(.+?) \(chain depth: \d+\)$/.exec(line);
    if (drive?.[1] !== undefined) {
      end();
      current = drive[1];
    } else if (/^\S/.test(line)) end();
    else if (backing?.[1] !== undefined) current = backing[1];
  }
  end();
  return files;
};

/** The files behind the machine's drives; none where the monitor cannot be asked. */
export const driveFiles = async (machine: Machine): Promise<readonly string[]> => {
  try {
    return drivesIn(await machine.monitor('info block'));
  } catch (error) {
    if (error instanceof BootscopeError) return [];
    throw error;
  }
};
