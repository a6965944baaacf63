import fs from 'node:fs';
import path from 'node:path';
import type { ElfSections } from './sections';

/**
 * Where debug information is kept apart from its image: the folders of `BOOTSCOPE_DEBUG_DIRECTORY`, separated as those of PATH, then
 * where distributions keep it.
 */
export const globalDirectories = (): string[] => [...(process.env['BOOTSCOPE_DEBUG_DIRECTORY'] ?? '').split(path.delimiter).filter((directory) => path.isAbsolute(directory)), '/usr/lib/debug'];

/**
 * Candidate files with this image's debug information, best first: by build-id, then by .gnu_debuglink beside the image,
 * in its `.debug` directory and under the global ones (GDB manual, "Debugging Information in Separate Files").
 */
export const separateDebugFiles = (image: string, buildId: string | undefined, sections: ElfSections): { file: string; crc?: number }[] => {
  const found: { file: string; crc?: number }[] = [];
  const offer = (file: string, crc?: number): void => {
    if (fs.existsSync(file) && fs.realpathSync(file) !== fs.realpathSync(image)) found.push(crc === undefined ? { file } : { file, crc });
  };
  if (buildId !== undefined && buildId.length > 4)
    for (const directory of globalDirectories()) offer(path.join(directory, '.build-id', buildId.slice(0, 2), `${buildId.slice(2)}.debug`));
  const link = sections.section('.gnu_debuglink')?.whole();
  const end = link ? link.indexOf(0) : -1;
  if (!link || end < 1) return found;
  const name = path.basename(link.toString('utf8', 0, end));
  const crcAt = Math.ceil((end + 1) / 4) * 4;
  const crc = crcAt + 4 <= link.length ? link.readUInt32LE(crcAt) : undefined;
  const directory = path.dirname(fs.realpathSync(image));
  offer(path.join(directory, name), crc);
  offer(path.join(directory, '.debug', name), crc);
  for (const base of globalDirectories()) offer(path.join(base, directory, name), crc);
  return found;
};
