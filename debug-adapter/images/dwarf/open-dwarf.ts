import type { Image } from '../image';
import type { SectionSource } from '../elf/sections';
import { DwarfFile } from './dwarf-file';
import { dwarfIndex } from './dwarf-index';
import type { DwarfSources, IndexParts } from './dwarf-index';
import { DwarfInfo } from './dwarf-info';
import { FrameSection } from './frame-section';
import { Reader } from './reader';
import { SplitFiles } from './split';
import { sharesDebugInfo, supplementaryMissing, supplementaryOf } from './supplementary';
import type { SharedSource } from './supplementary';
import { FrameTable } from './unwind';
import type { UnwindTable } from './unwind';

/**
 * Debug information of an image from DWARF in `source` (its own sections or a companion's). `own` are the image's
 * sections: a companion keeps no .eh_frame. `fallback` unwinds where there is no call frame information.
 */
export const openDwarf = (image: Image, source: SectionSource, own: SectionSource, fallback?: UnwindTable, index?: IndexParts): DwarfInfo => {
  const codeAtZero = image.type === 'rel' || image.sections.some((s) => s.executable && s.allocated && s.address === 0n && s.size > 0);
  const split = new SplitFiles(source, codeAtZero, image.damage);
  let shared: SharedSource | undefined;
  const file: DwarfFile = new DwarfFile(source, codeAtZero, image.damage, split, index?.handle, () => {
    shared = sharesDebugInfo(source) ? supplementaryOf(source) : undefined;
    if (!shared) file.lacks(supplementaryMissing(source));
    return shared && new DwarfFile(shared, codeAtZero, image.damage, undefined, undefined, undefined, file);
  });
  const reader = new Reader(file, (address, length) => image.bytesAt(address, length));
  const frames: FrameSection[] = [];
  const debugFrame = source.section('.debug_frame') ?? own.section('.debug_frame');
  if (debugFrame) frames.push(new FrameSection(debugFrame, false, 0, image.addressSize));
  // A debug file keeps no content of .eh_frame; an image made from a symbol file (objcopy to PE) may have left it out.
  for (const holder of new Set([own, source])) {
    const section = holder.section('.eh_frame');
    const address = holder.addressOf('.eh_frame');
    if (!section || address === undefined) continue;
    frames.push(new FrameSection(section, true, address, image.addressSize));
    break;
  }
  // Frames of two files are not kept: the one with the code may be another build.
  const table = new FrameTable(frames, image.addressSize, (address) => address === 0 && !codeAtZero, image.damage, own === source ? index?.handle : undefined);
  const unwind: UnwindTable = fallback ? { at: (address) => table.at(address) ?? fallback.at(address) } : table;
  const sources: DwarfSources = {
    all: () => ({ source, ...(own === source ? {} : { own }), split: file.skeletons.length > 0 ? split.packed : undefined, shared: file.supplementary?.source }),
    split,
    frameTables: () => (own === source ? table.tables() : {}),
    close: () => {
      split.close();
      shared?.close();
    },
  };
  return new DwarfInfo(reader, image.symbols, unwind, index && dwarfIndex(reader, index, sources));
};
