import fs from 'node:fs';
import path from 'node:path';
import { FileBytes } from '../bytes/file';
import type { SectionBytes } from '../bytes/section-bytes';
import { ElfFile } from '../elf/elf-file';
import type { SectionSource } from '../elf/sections';
import { AT, UT } from './constants';
import { DwarfFile } from './dwarf-file';
import type { Unit } from './unit';

/** Sections of which a split file has its own; addresses, lines and DWARF 4's ranges stay in the linked file. */
const own = ['.debug_info', '.debug_abbrev', '.debug_str', '.debug_str_offsets', '.debug_loclists', '.debug_loc', '.debug_rnglists', '.debug_types'];

/** The sections of a .dwo file beside those of the file that was linked (DWARF 5, section 7.3.2). */
class SplitSource implements SectionSource {
  private readonly sections = new Map<string, SectionBytes | undefined>();

  constructor(
    readonly path: string,
    private readonly linked: SectionSource,
  ) {
    // Read whole and closed: a kernel has thousands, more than a process may keep open.
    const file = new FileBytes(path);
    try {
      const elf = new ElfFile(file);
      for (const name of own) {
        const section = elf.sections.section(`${name}.dwo`);
        section?.whole();
        this.sections.set(name, section);
      }
    } finally {
      file.close();
    }
  }

  section(name: string): SectionBytes | undefined {
    return this.sections.has(name) ? this.sections.get(name) : this.linked.section(name);
  }
  addressOf(name: string): number | undefined {
    return this.linked.addressOf(name);
  }
}

/** Whether a unit only points to a split file, where its content is. */
const splitName = (unit: Unit): string | undefined => {
  if (unit.header.unitType !== UT.skeleton && unit.version >= 5) return undefined;
  return unit.withRoot((root) => root?.string(AT.dwo_name, unit.root) ?? root?.string(AT.GNU_dwo_name, unit.root));
};

/**
 * The unit whose content a skeleton stands for, from its .dwo file: where the compiler wrote it, or beside the linked
 * file. Undefined for other units, and where the file is gone, damaged or of another build: then the skeleton's lines are all there is.
 */
export const splitUnitOf = (skeleton: Unit): Unit | undefined => {
  const name = splitName(skeleton);
  if (name === undefined) return undefined;
  const linked = skeleton.file.source;
  const recorded = path.isAbsolute(name) ? name : path.join(skeleton.root.compilationDirectory, name);
  for (const file of [recorded, path.join(path.dirname(linked.path), name), path.join(path.dirname(linked.path), path.basename(name))]) {
    if (!path.isAbsolute(file) || !fs.existsSync(file)) continue;
    try {
      const split = new DwarfFile(new SplitSource(file, linked), skeleton.file.codeAtZero);
      const unit = split.units.find((one) => one.header.unitType !== UT.split_type && (one.header.splitId ?? skeleton.header.splitId) === skeleton.header.splitId);
      if (!unit) continue;
      unit.skeleton = skeleton;
      return unit;
    } catch {
      // Another place may have a good one.
    }
  }
  return undefined;
};
