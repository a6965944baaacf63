import type { SectionBytes } from '../bytes/section-bytes';
import { bytesOfColumn, doubles, words } from '../index/tables';
import type { Tables } from '../index/tables';
import { headSize } from './unit-header';
import type { Unit } from './unit';

const tableOf = (section: string): string => `heads${section}`;

/** Where the units of a section begin, and the bytes of their headers: with these no unit's head has to be read from the file. */
export const unitHeadTables = (name: string, section: SectionBytes, units: readonly Unit[]): Record<string, Uint8Array> => {
  const heads = Buffer.alloc(units.length * headSize);
  units.forEach((unit, i) => section.peek(unit.start, Math.min(headSize, section.size - unit.start)).copy(heads, i * headSize));
  return { [tableOf(name)]: heads, [`${tableOf(name)}Starts`]: bytesOfColumn(Float64Array.from(units, (unit) => unit.start)) };
};

/** The same from an index: offset and header of each unit; undefined where the index does not have them. Throws DamagedIndex. */
export const storedUnitHeads = (tables: Tables, section: string): { readonly starts: Float64Array; readonly heads: Buffer } | undefined => {
  const size = tables.size(tableOf(section));
  if (size === 0) return undefined;
  return { starts: doubles(tables, `${tableOf(section)}Starts`), heads: tables.read(tableOf(section), 0, size) };
};

/** Code ranges of units in ascending order: [starts[i], ends[i]) belongs to the unit of that number in .debug_info. */
export interface UnitRangeColumns {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly units: Uint32Array;
}

export const unitRangeTables = ({ starts, ends, units }: UnitRangeColumns): Record<string, Uint8Array> => ({
  rangeStarts: bytesOfColumn(starts),
  rangeEnds: bytesOfColumn(ends),
  rangeUnits: bytesOfColumn(units),
});

/** Throws DamagedIndex. */
export const storedUnitRanges = (tables: Tables): UnitRangeColumns | undefined =>
  tables.size('rangeUnits') === 0 ? undefined : { starts: doubles(tables, 'rangeStarts'), ends: doubles(tables, 'rangeEnds'), units: words(tables, 'rangeUnits') };
