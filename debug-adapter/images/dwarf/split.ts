import fs from 'node:fs';
import path from 'node:path';
import { BootscopeError, failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import { FileBytes } from '../bytes/file';
import type { Damage } from '../damage';
import type { SectionBytes } from '../bytes/section-bytes';
import { ElfFile } from '../elf/elf-file';
import type { SectionSource } from '../elf/sections';
import { AT, UT } from './constants';
import type { Die } from './die';
import { DwarfFile } from './dwarf-file';
import type { SplitUnits } from './dwarf-file';
import { SplitPackage } from './package';
import type { Unit } from './unit';

/** Sections of which a split file has its own; addresses and DWARF 4's ranges stay in the linked file, and the lines of units with code. */
const own = ['.debug_info', '.debug_abbrev', '.debug_str', '.debug_str_offsets', '.debug_loclists', '.debug_loc', '.debug_rnglists', '.debug_types', '.debug_line'];

/** Line table of a split file: it names the files of type units, which are in no linked line table. */
export const splitLines = '.debug_line.dwo';

/** The sections of a split unit beside those of the file that was linked (DWARF 5, section 7.3.2). */
class SplitSource implements SectionSource {
  constructor(
    readonly path: string,
    private readonly linked: SectionSource,
    private readonly sections: ReadonlyMap<string, SectionBytes>,
  ) {}

  section(name: string): SectionBytes | undefined {
    if (name === splitLines) return this.sections.get('.debug_line');
    return name !== '.debug_line' && own.includes(name) ? this.sections.get(name) : this.linked.section(name);
  }
  addressOf(name: string): number | undefined {
    return this.linked.addressOf(name);
  }
}

/** Sections of a .dwo file. Read whole and closed: a kernel has thousands, more than a process may keep open. */
const readSplitFile = (file: string): Map<string, SectionBytes> => {
  const found = new Map<string, SectionBytes>();
  const bytes = new FileBytes(file);
  try {
    const elf = new ElfFile(bytes);
    for (const name of own) {
      const section = elf.sections.section(`${name}.dwo`);
      section?.whole();
      if (section) found.set(name, section);
    }
  } finally {
    bytes.close();
  }
  return found;
};

/** What units of a split file refer to outside it: type units only. */
const inside = (typeBySignature: SplitUnits['typeBySignature']): SplitUnits => ({ contentOf: () => undefined, isSkeleton: () => false, typeSignatures: () => [], typeFile: () => undefined, typeBySignature });

/** Split units of a linked file: from the package beside it, else from .dwo files. */
export class SplitFiles implements SplitUnits {
  private lazyPackage: { readonly found: SplitPackage | undefined } | undefined;
  private readonly openTypes = new Map<bigint, DwarfFile>();

  constructor(
    private readonly linked: SectionSource,
    private readonly codeAtZero: boolean,
    private readonly damage: Damage,
  ) {}

  /**
   * The unit whose content a skeleton stands for: from the package, from the .dwo file where the compiler wrote it, or from
   * one beside the linked file. Undefined for other units, and where it is gone, damaged or of another build: then the
   * skeleton's lines are all there is, and it says so itself (`missing`).
   */
  contentOf(skeleton: Unit): Unit | undefined {
    const told = splitName(skeleton);
    if (!told) return undefined;
    const { name, id } = told;
    const packed = id === undefined ? undefined : this.package?.compilationUnits.get(id);
    const unusable = new Map<string, string>();
    const unit = packed && this.unitIn(() => this.package?.sectionsOf(packed) ?? new Map<string, SectionBytes>(), this.package?.path ?? '', skeleton, id, unusable);
    if (unit) return unit;
    for (const file of this.candidates(skeleton)) {
      const found = this.unitIn(() => readSplitFile(file), file, skeleton, id, unusable);
      if (found) return found;
    }
    const reason = unusable.size > 0 ? [...unusable].map(([file, why]) => `${file} is of no use (${why})`).join(', ') : `it is not beside ${this.linked.path} either, nor in a package ${path.basename(this.linked.path)}.dwp there`;
    skeleton.missing = failure(imageErrors.partMissing, { missing: recordedPlace(skeleton, name), file: this.linked.path, reason });
    this.damage.note(skeleton.missing);
    return undefined;
  }

  isSkeleton(unit: Unit): boolean {
    return splitName(unit) !== undefined;
  }

  /** The package's own sections; undefined where there is none. */
  get packed(): SectionSource | undefined {
    return this.package?.source;
  }

  /** Bytes of the files that hold the content of skeletons, as far as they need to be counted to reach `most`. Reads none. */
  sizeUpTo(most: number, skeletons: readonly Unit[]): number {
    if (skeletons.length === 0) return 0;
    let size = this.package?.size ?? 0;
    for (const skeleton of skeletons) {
      if (size >= most) return size;
      const [file] = skeleton.tolerate(() => this.candidates(skeleton), []);
      size += (file === undefined ? undefined : fs.statSync(file, { throwIfNoEntry: false })?.size) ?? 0;
    }
    return size;
  }

  close(): void {
    this.lazyPackage?.found?.close();
  }

  /** Type units of the package, each a file of its own: what they refer to is relative to their part of it. */
  typeSignatures(): Iterable<bigint> {
    return this.package?.typeUnits.keys() ?? [];
  }

  typeBySignature(signature: bigint): Die | undefined {
    return this.typeFile(signature)?.typeBySignature(signature);
  }

  typeFile(signature: bigint): DwarfFile | undefined {
    const known = this.openTypes.get(signature);
    const parts = known ? undefined : this.package?.typeUnits.get(signature);
    if (!parts || !this.package) return known;
    const file = new DwarfFile(new SplitSource(this.package.path, this.linked, this.package.sectionsOf(parts)), this.codeAtZero, this.damage, inside((other) => (other === signature ? undefined : this.typeBySignature(other))));
    this.openTypes.set(signature, file);
    return file;
  }

  /** Files that are where the content of a skeleton could be, best first. */
  private candidates(skeleton: Unit): string[] {
    const name = splitName(skeleton)?.name ?? '';
    const folder = path.dirname(this.linked.path);
    return [...new Set([recordedPlace(skeleton, name), path.join(folder, name), path.join(folder, path.basename(name))])].filter((file) => path.isAbsolute(file) && fs.existsSync(file));
  }

  private unitIn(read: () => ReadonlyMap<string, SectionBytes>, file: string, skeleton: Unit, id: bigint | undefined, unusable: Map<string, string>): Unit | undefined {
    try {
      const split = new DwarfFile(new SplitSource(file, this.linked, read()), this.codeAtZero, this.damage, inside((signature) => this.typeBySignature(signature)));
      const unit = split.units.find((one) => one.header.unitType !== UT.split_type && (id === undefined || (one.header.splitId ?? oldSplitId(one) ?? id) === id));
      if (unit) unit.skeleton = skeleton;
      else unusable.set(file, 'it is of another build');
      return unit;
    } catch (error) {
      // Another place may have a good one.
      unusable.set(file, error instanceof BootscopeError ? error.what.replace(/\.$/, '') : String(error));
      return undefined;
    }
  }

  /** The package beside the linked file; one that cannot be read must not keep .dwo files from being found. */
  private get package(): SplitPackage | undefined {
    if (!this.lazyPackage) {
      const { path: linked } = this.linked;
      const candidates = [`${linked}.dwp`, ...(linked.endsWith('.debug') ? [`${linked.slice(0, -'.debug'.length)}.dwp`] : [])];
      this.lazyPackage = { found: undefined };
      for (const candidate of candidates) {
        if (!fs.existsSync(candidate)) continue;
        try {
          this.lazyPackage = { found: new SplitPackage(candidate) };
          break;
        } catch {
          // The .dwo files may still be there.
        }
      }
    }
    return this.lazyPackage.found;
  }
}

/** Name of the split file that a unit only points to, and what ties the two together; undefined for a unit with content. */
const splitName = (unit: Unit): { readonly name: string; readonly id: bigint | undefined } | undefined => {
  if (unit.header.unitType !== UT.skeleton && unit.version >= 5) return undefined;
  const name = unit.withRoot((root) => root?.string(AT.dwo_name, unit.root) ?? root?.string(AT.GNU_dwo_name, unit.root));
  return name === undefined ? undefined : { name, id: unit.header.splitId ?? oldSplitId(unit) };
};

/** Where the compiler wrote a unit's split file. */
const recordedPlace = (skeleton: Unit, name: string): string => (path.isAbsolute(name) ? name : path.join(skeleton.root.compilationDirectory, name));

/** GNU's extension of DWARF 4 keeps the id in an attribute. */
const oldSplitId = (unit: Unit): bigint | undefined => unit.withRoot((root) => root?.integer(AT.GNU_dwo_id, false));
