import type { DebugInfo } from '../debug-info';
import type { Image } from '../image';
import { toNumber } from '../bytes/address';
import type { SectionSource } from '../elf/sections';
import { DwarfFile } from './dwarf-file';
import { DwarfInfo } from './dwarf-info';
import { FrameSection } from './frame-section';
import { Reader } from './reader';
import { FrameTable } from './unwind';
import type { UnwindTable } from './unwind';

/**
 * Debug information of an image from DWARF in `source` (its own sections or a companion's). `own` are the image's
 * sections: a companion keeps no .eh_frame. `fallback` unwinds where there is no call frame information.
 */
export const openDwarf = (image: Image, source: SectionSource, own: SectionSource, fallback?: UnwindTable): DebugInfo => {
  const codeAtZero = image.type === 'rel' || image.sections.some((s) => s.executable && s.allocated && s.address === 0n && s.size > 0);
  const reader = new Reader(new DwarfFile(source, codeAtZero), (address, length) => image.bytesAt(address, length));
  const frames: FrameSection[] = [];
  const debugFrame = source.section('.debug_frame') ?? own.section('.debug_frame');
  if (debugFrame) frames.push(new FrameSection(debugFrame, false, 0, image.addressSize));
  const ehFrame = own.section('.eh_frame');
  const ehAddress = image.sections.find((s) => s.name === '.eh_frame')?.address;
  if (ehFrame && ehAddress !== undefined) frames.push(new FrameSection(ehFrame, true, toNumber(ehAddress), image.addressSize));
  const table = new FrameTable(frames, image.addressSize, (address) => address === 0 && !codeAtZero);
  const unwind: UnwindTable = fallback ? { at: (address) => table.at(address) ?? fallback.at(address) } : table;
  return new DwarfInfo(reader, image.symbols, unwind);
};
