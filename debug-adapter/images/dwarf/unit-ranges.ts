import { lastAtOrBelow } from '../bytes/address';
import { Cursor } from '../bytes/cursor';
import { TAG } from './constants';
import type { DwarfFile } from './dwarf-file';
import { storedUnitRanges, unitRangeTables } from './stored-units';
import type { UnitRangeColumns } from './stored-units';
import { isTombstone, rangesOf } from './ranges';
import type { Unit } from './unit';

/** Which unit has the code at an address: .debug_aranges, and for units it leaves out their own ranges. */
export class UnitRanges {
  private readonly starts: Float64Array;
  private readonly ends: Float64Array;
  /** Numbers of the units, as they stand linked. */
  private readonly linked: Uint32Array;
  private readonly reach: Float64Array;

  constructor(private readonly file: DwarfFile) {
    const { starts, ends, units } = file.index?.ask(storedUnitRanges) ?? this.read();
    this.starts = starts;
    this.ends = ends;
    this.linked = units;
    this.reach = new Float64Array(starts.length);
    let furthest = -Infinity;
    ends.forEach((end, i) => {
      furthest = Math.max(furthest, end);
      this.reach[i] = furthest;
    });
  }

  /** What an index keeps of them. */
  tables(): Record<string, Uint8Array> {
    return unitRangeTables({ starts: this.starts, ends: this.ends, units: this.linked });
  }

  private read(): UnitRangeColumns {
    const { file } = this;
    const found: { start: number; end: number; unit: Unit }[] = [];
    const told = new Set<number>();
    file.damage.tolerate(() => { readAddressRanges(file, found, told); }, undefined);
    for (const unit of file.linkedUnits) if (!told.has(unit.start)) unit.tolerate(() => { this.addFromRoot(unit, found); }, undefined);
    found.sort((a, b) => a.start - b.start);
    return { starts: Float64Array.from(found, (f) => f.start), ends: Float64Array.from(found, (f) => f.end), units: Uint32Array.from(found, (f) => f.unit.index) };
  }

  private addFromRoot(unit: Unit, found: { start: number; end: number; unit: Unit }[]): void {
    const ranges = unit.withRoot((root) => (!root || root.tag === TAG.partial_unit || root.tag === TAG.type_unit ? [] : rangesOf(root)));
    for (let i = 0; i < ranges.length; i += 2) found.push({ start: ranges[i] as number, end: ranges[i + 1] as number, unit });
  }

  private contentAt(i: number): Unit | undefined {
    const unit = this.file.linkedUnits[this.linked[i] as number];
    return unit && this.file.contentOf(unit);
  }

  at(address: number): Unit | undefined {
    for (let i = lastAtOrBelow(this.starts, this.starts.length, address); i >= 0 && (this.reach[i] as number) > address; i--)
      if ((this.ends[i] as number) > address) return this.contentAt(i);
    return undefined;
  }

  /** Units with code in [start, end). */
  within(start: number, end: number): Unit[] {
    const result = new Set<Unit>();
    for (let i = lastAtOrBelow(this.starts, this.starts.length, end - 1); i >= 0 && (this.reach[i] as number) > start; i--) {
      const unit = (this.ends[i] as number) > start ? this.contentAt(i) : undefined;
      if (unit) result.add(unit);
    }
    return [...result];
  }
}

/** DWARF 5, section 6.1.2. `told` gets the offsets of the units it speaks of. */
const readAddressRanges = (file: DwarfFile, found: { start: number; end: number; unit: Unit }[], told: Set<number>): void => {
  const section = file.section('.debug_aranges');
  if (!section) return;
  for (let at = 0; at + 12 <= section.size; ) {
    const cursor = new Cursor(section, at);
    let offsetSize: 4 | 8 = 4;
    let length = cursor.u32();
    if (length === 0xffffffff) {
      offsetSize = 8;
      length = cursor.size64();
    }
    const end = cursor.position + length;
    if (length === 0 || end > section.size) break;
    const version = cursor.u16();
    const unitOffset = cursor.offset(offsetSize);
    const addressSize = cursor.u8();
    const segmentSize = cursor.u8();
    const unit = file.unitAt(unitOffset);
    if (version === 2 && segmentSize === 0 && (addressSize === 4 || addressSize === 8) && unit?.start === unitOffset) {
      const tuple = addressSize * 2;
      cursor.position = at + Math.ceil((cursor.position - at) / tuple) * tuple;
      while (cursor.position + tuple <= end) {
        const start = cursor.address(addressSize);
        const size = addressSize === 8 ? cursor.address(8) : cursor.u32();
        if (start === 0 && size === 0) break;
        if (size > 0 && !isTombstone(unit, start)) {
          found.push({ start, end: start + size, unit });
          told.add(unitOffset);
        }
      }
    }
    at = end;
  }
};
