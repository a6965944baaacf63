import { forEachText, textTables } from '../index/names';
import type { Tables } from '../index/tables';
import type { DwarfFile } from './dwarf-file';
import { rowFlags } from './line-program';
import type { LineRows } from './line-program';
import type { LineTables } from './line-tables';
import { endsWithPath } from './paths';
import type { Unit } from './unit';

const prefix = 'file';

/** Every path of the line tables, with the units that have a statement of it. Runs every line number program once; `progress` hears how many of them, from 0 to 1. */
export const sourceFileTables = (file: DwarfFile, lines: LineTables, progress: (done: number) => void): Record<string, Uint8Array> => {
  const files = new Map<string, number[]>();
  const seen = new Set<LineRows>();
  for (const [done, unit] of file.linkedUnits.entries()) {
    progress(done / file.linkedUnits.length);
    const header = lines.soundHeader(unit);
    const rows = header && lines.soundRows(unit);
    if (!header || !rows || seen.has(rows)) continue;
    seen.add(rows);
    const used = new Set<number>();
    for (let row = 0; row < rows.count; row++) if (((rows.flags[row] as number) & rowFlags.statement) !== 0) used.add(rows.file[row] as number);
    for (let i = 0; i < header.fileCount; i++) {
      const path = unit.tolerate(() => header.path(i), '');
      if (path === '') continue;
      const units = files.get(path) ?? [];
      if (units.length === 0) files.set(path, units);
      if (used.has(i) && units.at(-1) !== done) units.push(done);
    }
  }
  return textTables(files, prefix);
};

/** All paths, in order. Throws DamagedIndex. */
export const storedSourceFiles = (tables: Tables): string[] | undefined => {
  if (tables.size(`${prefix}s`) === 0) return undefined;
  const files: string[] = [];
  forEachText(tables, (text) => files.push(text), prefix);
  return files.sort();
};

/** Units with a statement of a file, by its path or trailing components. Throws DamagedIndex. */
export const storedUnitsOfFile = (tables: Tables, file: DwarfFile, wanted: string): Unit[] | undefined => {
  if (tables.size(`${prefix}s`) === 0) return undefined;
  const numbers = new Set<number>();
  forEachText(
    tables,
    (text, units) => {
      if (endsWithPath(text, wanted)) for (const unit of units()) numbers.add(unit);
    },
    prefix,
  );
  return [...numbers].sort((a, b) => a - b).flatMap((number) => file.linkedUnits[number] ?? []);
};
