import { lastAtOrBelow } from '../bytes/address';
import { bytesOfColumn, DamagedIndex, doubles, words } from '../index/tables';
import type { Tables } from '../index/tables';
import type { Die } from './die';
import type { DwarfFile } from './dwarf-file';
import type { Unit } from './unit';

/** Which file a section with units is in: the linked one, that of a split unit, a package's with one type, or the one that is shared. */
type Origin = { readonly kind: 'linked' | 'shared' } | { readonly kind: 'split'; readonly unit: number } | { readonly kind: 'type'; readonly signature: bigint };

/** A section with units, and what is added to offsets in it. */
interface Space {
  readonly origin: Origin;
  readonly section: '.debug_info' | '.debug_types';
  readonly base: number;
  readonly size: number;
}

const kinds = ['linked', 'split', 'type', 'shared'] as const;
const inTypes = 16;
const startsTable = 'spaceStarts';
const originsTable = 'spaceOrigins';

const fileOf = (file: DwarfFile, origin: Origin): DwarfFile | undefined => {
  switch (origin.kind) {
    case 'linked':
      return file;
    case 'split': {
      const content = file.unitNumbered(origin.unit)?.file;
      return content === file ? undefined : content;
    }
    case 'type':
      return file.typeFile(origin.signature);
    case 'shared':
      return file.supplementary;
  }
};

const known = new WeakMap<DwarfFile, UnitSpaces>();
const stored = new WeakMap<Tables, UnitSpaces>();

/**
 * The sections with units of a file, its split files and what it shares with others, laid out one behind the other: one number, its
 * place, tells an entry of any of them. Those of an index tell the same without a look at any other file than the one asked about.
 */
export class UnitSpaces {
  private readonly bases: Float64Array;

  private constructor(
    private readonly file: DwarfFile,
    private readonly spaces: readonly Space[],
  ) {
    this.bases = Float64Array.from(spaces, ({ base }) => base);
  }

  /** Of a file as it is. Opens its split files. */
  static of(file: DwarfFile): UnitSpaces {
    const before = known.get(file);
    if (before) return before;
    const made: Space[] = [];
    let base = 0;
    const add = (origin: Origin): void => {
      const of = fileOf(file, origin);
      for (const section of ['.debug_info', '.debug_types'] as const) {
        const size = of?.section(section)?.size ?? 0;
        if (size > 0) made.push({ origin, section, base, size });
        base += size;
      }
    };
    add({ kind: 'linked' });
    for (const [unit, { file: content }] of file.units.entries()) if (content !== file) add({ kind: 'split', unit });
    for (const signature of file.typeSignatures) add({ kind: 'type', signature });
    if (file.supplementary) add({ kind: 'shared' });
    const spaces = new UnitSpaces(file, made);
    known.set(file, spaces);
    return spaces;
  }

  /** As an index has them. Throws DamagedIndex. */
  static stored(tables: Tables, file: DwarfFile): UnitSpaces {
    const before = stored.get(tables);
    if (before) return before;
    const starts = doubles(tables, startsTable);
    const origins = words(tables, originsTable);
    const made = Array.from({ length: starts.length / 2 }, (_, i): Space => {
      const [mark = 0, low = 0, high = 0] = origins.subarray(i * 3, i * 3 + 3);
      const kind = kinds[mark & (inTypes - 1)];
      if (kind === undefined) throw new DamagedIndex(`${originsTable} has ${mark}`);
      const origin: Origin = kind === 'split' ? { kind, unit: low } : kind === 'type' ? { kind, signature: (BigInt(high) << 32n) | BigInt(low) } : { kind };
      return { origin, section: (mark & inTypes) === 0 ? '.debug_info' : '.debug_types', base: starts[i * 2] as number, size: starts[i * 2 + 1] as number };
    });
    const spaces = new UnitSpaces(file, made);
    stored.set(tables, spaces);
    return spaces;
  }

  /** Bytes of all those sections: places are smaller. */
  get size(): number {
    const last = this.spaces.at(-1);
    return last ? last.base + last.size : 0;
  }

  /** All units with what is added to their offsets. */
  *units(): Generator<{ readonly unit: Unit; readonly base: number }, void> {
    for (const { origin, section, base } of this.spaces) {
      const of = fileOf(this.file, origin);
      const units = section === '.debug_types' ? of?.typeUnits : of?.units;
      for (const unit of units ?? []) if (unit.file === of) yield { unit, base };
    }
  }

  /** The entry at a place; undefined where there is none, or its file has gone. Throws DamagedIndex where that file is another one now. */
  dieAt(place: number): Die | undefined {
    const space = this.spaces[lastAtOrBelow(this.bases, this.bases.length, place)];
    const offset = space ? place - space.base : Infinity;
    if (!space || offset >= space.size) return undefined;
    const of = fileOf(this.file, space.origin);
    if (!of) return undefined;
    if (of.section(space.section)?.size !== space.size) throw new DamagedIndex(`${of.source.path} is another file now`);
    return space.section === '.debug_info' ? of.dieAt(offset) : of.typeUnits.find((unit) => offset >= unit.start && offset < unit.end)?.die(offset);
  }

  /** What an index keeps of them. */
  tables(): Record<string, Uint8Array> {
    const origins = this.spaces.flatMap(({ origin, section }) => {
      const mark = kinds.indexOf(origin.kind) | (section === '.debug_types' ? inTypes : 0);
      if (origin.kind === 'type') return [mark, Number(origin.signature & 0xffff_ffffn), Number(origin.signature >> 32n)];
      return [mark, origin.kind === 'split' ? origin.unit : 0, 0];
    });
    return { [startsTable]: bytesOfColumn(Float64Array.from(this.spaces.flatMap(({ base, size }) => [base, size]))), [originsTable]: bytesOfColumn(Uint32Array.from(origins)) };
  }
}
