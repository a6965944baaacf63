import { failure } from '../errors/catalogue';
import { imageErrors } from '../errors/images';
import { FileBytes } from './bytes/file';
import { ElfFile } from './elf/elf-file';
import { ElfImage } from './elf/elf-image';
import { isElf } from './elf/headers';
import { fileCrc, separateDebugFiles } from './elf/separate';
import { openDwarf } from './dwarf/open-dwarf';
import type { Image } from './image';

/**
 * Opens an ELF or PE image: reads headers, everything else when asked for. `symbols` is another file (ELF or PE with
 * DWARF) whose symbols and debug information serve for the image. Without it an ELF image's separate debug file is looked for.
 * Errors: BS201–BS204 for the image, BS208 when the two do not belong together, BS209 for a PDB.
 */
export const openImage = (path: string, options: { symbols?: string } = {}): Image => {
  const file = new FileBytes(path);
  try {
    const elf = new ElfFile(file);
    return new ElfImage(path, elf, companionOf(elf, options.symbols), (image, holder) => openDwarf(image, holder.sections, elf.sections));
  } catch (error) {
    file.close();
    throw error;
  }
};

const start = (file: FileBytes, length: number): Buffer => file.read(0, Math.min(length, file.size)) ?? Buffer.alloc(0);

const companionOf = (elf: ElfFile, symbols: string | undefined): ElfFile | undefined => {
  if (symbols !== undefined) return openSymbols(elf, symbols);
  if (elf.hasDebugInfo) return undefined;
  for (const { file, crc } of separateDebugFiles(elf.file.path, elf.buildId, elf.sections)) {
    const companion = quietly(file);
    if (!companion) continue;
    const belongs = elf.buildId !== undefined && companion.buildId !== undefined ? elf.buildId === companion.buildId : crc === undefined || fileCrc(file) === crc;
    if (belongs) return companion;
    companion.file.close();
  }
  return undefined;
};

const openSymbols = (elf: ElfFile, path: string): ElfFile => {
  const file = new FileBytes(path);
  try {
    if (start(file, 32).toString('latin1').startsWith('Microsoft C/C++ MSF')) throw failure(imageErrors.pdbUnsupported, { symbols: path });
    if (!isElf(start(file, 4))) throw failure(imageErrors.unknownFormat, { file: path });
    const companion = new ElfFile(file);
    if (elf.buildId !== undefined && companion.buildId !== undefined && elf.buildId !== companion.buildId)
      throw failure(imageErrors.wrongSymbolFile, { file: elf.file.path, symbols: path, reason: `build-id ${companion.buildId} instead of ${elf.buildId}` });
    return companion;
  } catch (error) {
    file.close();
    throw error;
  }
};

/** A separate debug file that cannot be read must not keep its image from being opened. */
const quietly = (path: string): ElfFile | undefined => {
  try {
    return new ElfFile(new FileBytes(path));
  } catch {
    return undefined;
  }
};
