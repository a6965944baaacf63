import fs from 'node:fs';
import { FileBytes } from './bytes/file';
import { keepCrc, checkedByCrc } from './elf/checksum';
import { ElfFile } from './elf/elf-file';
import { separateDebugFiles } from './elf/separate';
import type { Image } from './image';
import { checksumInWorker } from './index/load';
import { openImage } from './open';

/** Bytes of a file whose checksum is made in less time than a worker needs to say it. */
const soonRead = 1 << 20;

/**
 * As `openImage`, for a thread that others wait for: where only the checksum of a big debug file tells whether it belongs to the image, a
 * worker makes that first. `program` is the worker's, by default the one beside the bundle that runs; without one it is made here.
 */
export const openForSession = async (path: string, options: { readonly symbols?: string; readonly program?: string } = {}): Promise<Image> => {
  const { symbols, program } = options;
  if (symbols !== undefined) return openImage(path, { symbols });
  for (const file of toBeChecked(path)) {
    const kept = keepCrc(file);
    // Whoever fails here is asked again, and tells why, where the image is opened.
    const crc = await checksumInWorker(file, program).catch(() => undefined);
    if (crc !== undefined) kept(crc);
  }
  return openImage(path);
};

/** Big files beside an ELF image, in the order in which they are tried, that only a checksum can tie to it. */
const toBeChecked = (path: string): string[] => {
  let file: FileBytes | undefined;
  try {
    file = new FileBytes(path);
    const elf = new ElfFile(file);
    if (elf.hasDebugInfo) return [];
    return separateDebugFiles(path, elf.buildId, elf.sections).flatMap((one) => (one.crc !== undefined && isBig(one.file) && checkedByCrc(elf.buildId, one.file) ? [one.file] : []));
  } catch {
    // No ELF file, or a damaged one.
    return [];
  } finally {
    file?.close();
  }
};

const isBig = (file: string): boolean => (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= soonRead;
