import type { Container } from '../index/container';
import { placesOf, placesOfTexts } from '../index/names';
import type { IndexPlace } from '../index/place';
import { dropIndex, openIndex } from '../index/store';
import type { Die } from './die';
import type { DwarfFile } from './dwarf-file';
import { dieAtPlace } from './name-index';
import type { Unit } from './unit';

const table = 'farInliners';

/** Units that inline functions of other units, as a table of their numbers. */
export const farInlinerTable = (units: readonly Unit[]): Record<string, Uint8Array> => {
  const bytes = Buffer.alloc(units.length * 4);
  units.forEach((unit, i) => bytes.writeUInt32LE(unit.index, i * 4));
  return { [table]: bytes };
};

/** Names of a DWARF file in an index on disk. Every query throws DamagedIndex. */
export class StoredNames {
  private constructor(
    private readonly container: Container,
    private readonly place: IndexPlace,
    private readonly file: DwarfFile,
  ) {}

  static open(place: IndexPlace, file: DwarfFile): StoredNames | undefined {
    const container = openIndex(place);
    return container && new StoredNames(container, place, file);
  }

  candidates(name: string, kind: number, generic: boolean): Die[] {
    return name === '' ? [] : this.dies(placesOf(this.container, name, kind, generic));
  }

  functionsWith(matches: (text: string) => boolean): Die[] {
    return this.dies([...new Set(placesOfTexts(this.container, matches))].sort((a, b) => a - b));
  }

  farInliners(): Unit[] {
    const bytes = this.container.read(table, 0, this.container.size(table));
    const units: Unit[] = [];
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      const unit = this.file.units[bytes.readUInt32LE(at)];
      if (unit) units.push(unit);
    }
    return units;
  }

  drop(): void {
    this.close();
    dropIndex(this.place);
  }

  close(): void {
    this.container.close();
  }

  private dies(places: readonly number[]): Die[] {
    return places.flatMap((place) => dieAtPlace(this.file, place) ?? []);
  }
}
