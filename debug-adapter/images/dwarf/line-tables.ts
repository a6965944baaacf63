import type { SectionBytes } from '../bytes/section-bytes';
import type { SourcePlace } from '../types';
import { AT } from './constants';
import type { Die } from './die';
import type { DwarfFile } from './dwarf-file';
import { LineHeader } from './line-header';
import { runLineProgram } from './line-program';
import type { LineRows } from './line-program';
import { isTombstone } from './ranges';
import { splitLines } from './split';
import type { Unit } from './unit';

/** Decoded rows kept at most, over all units: about 17 bytes each. */
const mostRows = 6_000_000;

/** Line number programs of a file: headers and rows, each read once when first needed. */
export class LineTables {
  private readonly headers = new Map<SectionBytes, Map<number, LineHeader>>();
  private readonly rows = new Map<number, LineRows>();
  private kept = 0;

  constructor(private readonly file: DwarfFile) {}

  header(unit: Unit): LineHeader | undefined {
    const offset = unit.root.lineOffset;
    // A type unit of a split file has no code: its table, of files only, is in that file.
    const file = unit.file !== this.file && !unit.skeleton ? unit.file : this.file;
    const section = file.section(file === this.file ? '.debug_line' : splitLines);
    if (offset === undefined || !section) return undefined;
    const headers = this.headers.get(section) ?? new Map<number, LineHeader>();
    if (headers.size === 0) this.headers.set(section, headers);
    let header = headers.get(offset);
    if (!header) {
      const { compilationDirectory, stringOffsetsBase } = unit.root;
      header = new LineHeader(file, section, offset, unit.addressSize, compilationDirectory, stringOffsetsBase, unit.offsetSize);
      headers.set(offset, header);
    }
    return header;
  }

  /** The same for a look at many units: one whose line table is damaged has none, which is noted. */
  soundHeader(unit: Unit): LineHeader | undefined {
    return unit.tolerate(() => this.header(unit), undefined);
  }
  soundRows(unit: Unit): LineRows | undefined {
    return unit.tolerate(() => this.rowsOf(unit), undefined);
  }

  rowsOf(unit: Unit): LineRows | undefined {
    const header = this.header(unit);
    if (!header) return undefined;
    const known = this.rows.get(header.programStart);
    if (known) return known;
    const rows = runLineProgram(header, (address) => isTombstone(unit, address));
    this.kept += rows.count;
    if (this.kept > mostRows) {
      this.rows.clear();
      this.kept = rows.count;
    }
    this.rows.set(header.programStart, rows);
    return rows;
  }

  /** Where a DIE (or what it completes) was declared. */
  declared(die: Die): SourcePlace | undefined {
    for (const link of die.chain()) {
      const place = this.place(link, AT.decl_file, AT.decl_line);
      if (place) return place;
    }
    return undefined;
  }

  place(die: Die, fileAttribute: number, lineAttribute: number): SourcePlace | undefined {
    const line = die.number(lineAttribute);
    const index = die.number(fileAttribute);
    if (line === undefined || index === undefined) return undefined;
    const file = this.header(die.unit)?.path(index) ?? '';
    return file === '' ? undefined : { file, line };
  }
}
