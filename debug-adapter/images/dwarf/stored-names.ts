import { placesOf, placesOfTexts } from '../index/names';
import { bytesOfColumn, words } from '../index/tables';
import type { Tables } from '../index/tables';
import type { Die } from './die';
import type { DwarfFile } from './dwarf-file';
import type { Unit } from './unit';
import { UnitSpaces } from './unit-spaces';

const farInlinersTable = 'farInliners';

/** Units that inline functions of other units, as a table of their numbers; never empty, so that none can be told from not known. */
export const farInlinerTable = (units: readonly Unit[]): Record<string, Uint8Array> => ({
  [farInlinersTable]: bytesOfColumn(Uint32Array.from([units.length, ...units.map((unit) => (unit.skeleton ?? unit).index)])),
});

const dies = (tables: Tables, file: DwarfFile, places: readonly number[]): Die[] => {
  const spaces = UnitSpaces.stored(tables, file);
  return places.flatMap((place) => spaces.dieAt(place) ?? []);
};

/** What an index says of the names of a DWARF file. Each throws DamagedIndex; undefined where the index does not have it. */
export const storedCandidates = (tables: Tables, file: DwarfFile, name: string, kind: number, generic: boolean): Die[] | undefined =>
  tables.size('buckets') === 0 ? undefined : name === '' ? [] : dies(tables, file, placesOf(tables, name, kind, generic));

export const storedFunctionsWith = (tables: Tables, file: DwarfFile, matches: (text: string) => boolean): Die[] | undefined =>
  tables.size('texts') === 0 ? undefined : dies(tables, file, [...new Set(placesOfTexts(tables, matches))].sort((a, b) => a - b));

export const storedFarInliners = (tables: Tables, file: DwarfFile): Unit[] | undefined =>
  tables.size(farInlinersTable) === 0 ? undefined : [...words(tables, farInlinersTable).subarray(1)].flatMap((number) => file.unitNumbered(number) ?? []);
