import { failure } from '../errors/catalogue';
import { imageErrors } from '../errors/images';
import { toAddress, toNumber } from './bytes/address';
import { FileBytes } from './bytes/file';
import { Damage, leftAlone } from './damage';
import type { DebugInfo } from './debug-info';
import { DwarfInfo } from './dwarf/dwarf-info';
import type { IndexParts } from './dwarf/dwarf-index';
import { openDwarf } from './dwarf/open-dwarf';
import { supplementaryId } from './dwarf/supplementary';
import type { UnwindTable } from './dwarf/unwind';
import { fileCrc } from './elf/checksum';
import { ElfFile } from './elf/elf-file';
import { debugHolder, ElfImage, symbolHolder } from './elf/elf-image';
import { isElf } from './elf/headers';
import type { SectionSource } from './elf/sections';
import { separateDebugFiles } from './elf/separate';
import type { Image, SymbolTable } from './image';
import { IndexHandle } from './index/handle';
import type { OpenedFile } from './index/background';
import { indexPlaceOf } from './index/place';
import type { IndexPlace } from './index/place';
import { noDebugInfo } from './no-debug-info';
import { isMsf } from './pdb/msf';
import { findPdb, namedPdb, openPdbAsImage, openPeWithPdb } from './pdb/open-pdb';
import { IndexedSymbols, symbolTables } from './symbols/stored';
import { noColumns } from './symbols/columns';
import { ColumnSymbols } from './symbols/table';
import type { SymbolColumns } from './symbols/columns';
import { isPe } from './pe/headers';
import { CodeFrames } from './pe/code-frames';
import type { FramedCode } from './pe/code-frames';
import { PeFile } from './pe/pe-file';
import { PeImage } from './pe/pe-image';
import type { PeCompanion } from './pe/pe-image';
import { readPeSymbols } from './pe/symbols';
import { PeUnwind } from './pe/unwind';

/**
 * Opens an ELF or PE image: reads headers, everything else when asked for. `symbols` is another file (ELF or PE with
 * DWARF, or a PE's PDB) whose symbols and debug information serve for the image. Without it an ELF image's separate debug file,
 * or the PDB beside a PE, is looked for.
 * Errors: BS201–BS206 for the image, BS208 when the two do not belong together, BS209 for a PDB that cannot be read.
 */
export const openImage = (path: string, options: { symbols?: string } = {}): Image => {
  const pdb = openPdbFile(path);
  if (pdb) return pdb;
  const image = openFile(path);
  try {
    return image instanceof ElfFile ? openElf(path, image, options.symbols) : openPe(path, image, options.symbols);
  } catch (error) {
    image.file.close();
    throw error;
  }
};

/** A PDB as an image of its own; undefined where the file is none. */
const openPdbFile = (path: string): Image | undefined => {
  const file = new FileBytes(path);
  try {
    if (isMsf(file.read(0, Math.min(32, file.size)) ?? new Uint8Array())) return openPdbAsImage(file);
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  return undefined;
};

/** Reads the headers of a file of any format known. */
const openFile = (path: string): ElfFile | PeFile => {
  const file = new FileBytes(path);
  try {
    const start = file.read(0, Math.min(32, file.size)) ?? Buffer.alloc(0);
    if (isElf(start)) return new ElfFile(file);
    if (isPe(start)) return new PeFile(file);
    if (isMsf(start)) throw failure(imageErrors.pdbUnsupported, { symbols: path, reason: 'it stands for no image of this kind' });
    throw failure(imageErrors.unknownFormat, { file: path });
  } catch (error) {
    file.close();
    throw error;
  }
};

const openElf = (path: string, elf: ElfFile, symbols: string | undefined): Image => {
  const damage = new Damage();
  const companion = symbols === undefined ? separateFile(elf, damage) : elfSymbolsFor(elf, symbols);
  const holder = debugHolder(elf, companion);
  const symbolsOf = symbolHolder(elf, companion);
  const handle = holder.hasDebugInfo ? new IndexHandle(() => damage.tolerate(() => elfIndexPlace(holder), undefined, { file: holder.file.path, section: '.gnu_debugaltlink', offset: 0 })) : undefined;
  const index = handle && {
    handle,
    symbolTables: () => (symbolsOf === holder ? symbolTables(holder.symbols()) : {}),
    file: openedFile(path, symbols),
  };
  return closing(companion?.file, () => new ElfImage(path, elf, companion, handle, (image) => readDwarf(image, holder.hasDebugInfo, holder.sections, elf.sections, undefined, index), damage));
};

const openedFile = (path: string, symbols: string | undefined): OpenedFile => ({ path, ...(symbols === undefined ? {} : { symbols }) });

/** What is kept of a relocatable object depends on how its sections are laid out, and of one that shares debug information on that file. */
const elfIndexPlace = (holder: ElfFile): IndexPlace | undefined => {
  const shared = supplementaryId(holder.sections);
  if (shared?.present === false) return undefined;
  const variant = [...(holder.layout ?? []), ...(shared ? [shared.id] : [])].join();
  return indexPlaceOf(holder.file, holder.buildId, variant === '' ? undefined : variant);
};

const openPe = (path: string, pe: PeFile, symbols: string | undefined): Image => {
  const damage = new Damage();
  const pdb = symbols === undefined ? (pe.hasDebugInfo ? undefined : findPdb(pe, damage)) : namedPdb(symbols, pe, damage);
  if (pdb) return openPeWithPdb(path, pe, pdb);
  const companion = symbols === undefined ? undefined : companionFor(pe, openFile(symbols));
  const columns = ({ base, debugInfo }: PeImage): SymbolColumns => {
    const own = companion?.symbols() ?? readPeSymbols(pe, base);
    return own.count === 0 && !companion && debugInfo instanceof DwarfInfo ? debugInfo.symbolColumns() : own;
  };
  const load = (image: PeImage): SymbolColumns => damage.tolerate(() => columns(image), noColumns(path), { file: path, section: 'symbols', offset: 0 });
  const source = companion?.hasDebugInfo ? companion.source : pe;
  const present = companion?.hasDebugInfo ?? pe.hasDebugInfo;
  const holder = companion ?? { file: pe.file, buildId: pe.buildId };
  // The symbols are the image's, whoever has the debug information.
  const handle = present ? new IndexHandle(() => indexPlaceOf(holder.file, holder.buildId, `${pe.headers.timeDateStamp} ${pe.headers.imageBase} ${pe.file.size}`)) : undefined;
  const readDebugInfo = (image: PeImage): DebugInfo => {
    const index = handle && { handle, symbolTables: () => symbolTables(load(image), true), file: openedFile(path, symbols) };
    return readDwarf(image, present, source, pe, peUnwind(pe, image), index);
  };
  return closing(companion, () => new PeImage(path, pe, companion, (image) => tableOf(handle, () => load(image)), readDebugInfo, damage));
};

/** Symbols from an index that holds their names, too, or as they are read. */
const tableOf = (handle: IndexHandle | undefined, load: () => SymbolColumns): SymbolTable => (handle ? new IndexedSymbols(handle, load) : new ColumnSymbols(load));

/** What an image would close is closed when there is no image. */
const closing = <T>(companion: { close(): void } | undefined, make: () => T): T => {
  try {
    return make();
  } catch (error) {
    companion?.close();
    throw error;
  }
};

/** By .pdata; an x86-64 image without it is unwound by the code of the functions that its debug information knows. */
const peUnwind = (pe: PeFile, image: Image): UnwindTable => {
  const { directories, machine } = pe.headers;
  if (directories.exceptions || machine !== 'x86-64') return new PeUnwind(pe, image.base);
  return new CodeFrames(pe, toNumber(image.base), (address) => framedCode(image, address));
};

/** DW_OP_reg7: the frame is at a fixed distance from the stack pointer. */
const byStackPointer = 0x57;

const framedCode = (image: Image, address: number): FramedCode | undefined => {
  const scope = image.debugInfo.scopesAt(toAddress(address)).at(-1);
  const base = scope?.frameBase?.expression;
  if (!scope || base?.length !== 1 || base[0] !== byStackPointer) return undefined;
  const range = scope.function.ranges.find(({ start, end }) => address >= toNumber(start) && address < toNumber(end));
  return range && { start: toNumber(range.start), end: toNumber(range.end) };
};

/** An image without DWARF can still be unwound by what it carries for its own use (.eh_frame, .pdata). */
const readDwarf = (image: Image, present: boolean, source: SectionSource, own: SectionSource, fallback?: UnwindTable, index?: IndexParts): DebugInfo => {
  const info = openDwarf(image, source, own, fallback, index);
  return present ? info : { ...noDebugInfo, unwindAt: (address) => info.unwindAt(address) };
};

const wrong = (file: string, symbols: string, reason: string): Error => failure(imageErrors.wrongSymbolFile, { file, symbols, reason });

const elfSymbolsFor = (elf: ElfFile, path: string): ElfFile => {
  const symbols = openFile(path);
  if (!(symbols instanceof ElfFile) || differentBuilds(elf.buildId, symbols.buildId)) {
    symbols.file.close();
    throw wrong(elf.file.path, path, symbols instanceof ElfFile ? `build-id ${symbols.buildId ?? ''} instead of ${elf.buildId ?? ''}` : 'a PE file beside an ELF image');
  }
  return symbols;
};

const differentBuilds = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a !== b;

/** The first file with this image's debug information; what has its name and is not usable is left alone, which `damage` gets to know. */
const separateFile = (elf: ElfFile, damage: Damage): ElfFile | undefined => {
  if (elf.hasDebugInfo) return undefined;
  const refused: { readonly file: string; readonly why: unknown }[] = [];
  for (const { file, crc } of separateDebugFiles(elf.file.path, elf.buildId, elf.sections)) {
    try {
      return belonging(elf, file, crc);
    } catch (why) {
      refused.push({ file, why });
    }
  }
  for (const { file, why } of refused) leftAlone(damage, elf.file.path, file, why);
  return undefined;
};

/** A file found beside an image, opened. Errors: those of an ELF file, and BS208 where it is of another build. */
const belonging = (elf: ElfFile, file: string, crc: number | undefined): ElfFile => {
  const companion = openFile(file);
  try {
    if (!(companion instanceof ElfFile)) throw wrong(elf.file.path, file, 'a PE file beside an ELF image');
    if (elf.buildId !== undefined && companion.buildId !== undefined) {
      if (elf.buildId !== companion.buildId) throw wrong(elf.file.path, file, `build-id ${companion.buildId} instead of ${elf.buildId}`);
    } else if (crc !== undefined && fileCrc(file) !== crc) throw wrong(elf.file.path, file, `checksum other than 0x${crc.toString(16)}`);
    return companion;
  } catch (error) {
    companion.file.close();
    throw error;
  }
};

const companionFor = (pe: PeFile, symbols: ElfFile | PeFile): PeCompanion => {
  const close = (): void => symbols.file.close();
  if (symbols instanceof PeFile) {
    const { timeDateStamp, entryRva } = symbols.headers;
    if (timeDateStamp !== pe.headers.timeDateStamp || entryRva !== pe.headers.entryRva) {
      close();
      throw wrong(pe.path, symbols.path, 'time stamp or entry point differ');
    }
    const linkedBase = symbols.headers.imageBase;
    return { source: symbols, file: symbols.file, buildId: symbols.buildId, linkedBase, hasDebugInfo: symbols.hasDebugInfo, symbols: () => readPeSymbols(symbols, linkedBase), close };
  }
  // An ELF file that became a PE (elf2efi, objcopy) keeps its layout: the same section tells where RVA 0 was linked.
  const text = symbols.headers.sections.find((s) => s.name === '.text');
  const peText = pe.headers.sections.find((s) => s.name === '.text');
  const linkedBase = text && peText ? toAddress(text.address - peText.rva) : 0n;
  return { source: symbols.sections, file: symbols.file, buildId: symbols.buildId, linkedBase, hasDebugInfo: symbols.hasDebugInfo, symbols: () => symbols.symbols(), close };
};
