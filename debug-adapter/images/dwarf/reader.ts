import type { Range } from '../debug-info';
import { AT, FORM, TAG } from './constants';
import type { Die } from './die';
import type { DwarfFile } from './dwarf-file';
import { leb, readUleb } from './forms';
import { kinds, NameIndex } from './name-index';
import { LineTables } from './line-tables';
import { nameOf, qualifiedNameOf } from './names';
import { outlineOf } from './outline';
import { afterPrologue } from './prologue';
import { rangesOf } from './ranges';
import { TypeReader } from './types';
import type { Unit } from './unit';
import { UnitRanges } from './unit-ranges';

/** What all DWARF queries of one file share; each part is made on first need. */
export class Reader {
  readonly lines: LineTables;
  readonly types: TypeReader;
  private lazyRanges: UnitRanges | undefined;
  private lazyShallow: NameIndex | undefined;
  private lazyDeep: NameIndex | undefined;
  private lazyFarInliners: readonly Unit[] | undefined;

  constructor(
    readonly file: DwarfFile,
    private readonly codeAt: (address: bigint, length: number) => Uint8Array | undefined,
  ) {
    this.lines = new LineTables(file);
    this.types = new TypeReader(this.lines, (declaration) => this.definitionOf(declaration));
  }

  get unitRanges(): UnitRanges {
    return (this.lazyRanges ??= new UnitRanges(this.file));
  }

  get hasIndex(): boolean {
    return this.lazyShallow !== undefined || this.lazyDeep !== undefined;
  }

  /** Candidates by name; where the shallow index has none, the insides of functions are searched too. */
  candidates(name: string, kind: number, generic = false): Die[] {
    if (this.lazyDeep) return this.lazyDeep.candidates(name, kind, generic);
    const found = this.index().candidates(name, kind, generic);
    if (found.length > 0 || kind === kinds.namespace || !this.mayOccur(name)) return found;
    this.lazyShallow = undefined;
    this.lazyDeep = new NameIndex(this.file, true);
    return this.lazyDeep.candidates(name, kind, generic);
  }

  index(): NameIndex {
    return this.lazyDeep ?? (this.lazyShallow ??= new NameIndex(this.file, false));
  }

  /** Whether a name can stand in the file at all: short ones may be inline, others lie in the string section. */
  mayOccur(name: string): boolean {
    if (Buffer.byteLength(name) < 8) return true;
    const strings = this.file.section('.debug_str');
    return !strings || strings.whole().indexOf(Buffer.from(name)) >= 0;
  }

  private definitionOf(declaration: Die): Die | undefined {
    if (declaration.has(AT.signature)) return declaration.reference(AT.signature);
    const name = nameOf(declaration);
    if (name === '') return undefined;
    const path = qualifiedNameOf(declaration);
    return this.candidates(name, kinds.type).find((die) => die.tag === declaration.tag && nameOf(die) === name && !die.flag(AT.declaration) && qualifiedNameOf(die) === path);
  }

  afterPrologue(subprogram: Die, range: Range): bigint {
    return afterPrologue(subprogram, range, this.lines, this.codeAt);
  }

  /** Inlined copies of an abstract instance: in its own unit, and in units that refer across units (link-time optimisation). */
  inlinedCopies(abstract: Die): Die[] {
    this.lazyFarInliners ??= this.file.units.filter(refersAcross);
    const copies: Die[] = [];
    for (const unit of new Set([abstract.unit, ...this.lazyFarInliners])) {
      for (const offset of outlineOf(unit).inlined) {
        const die = unit.die(offset);
        const origin = die?.reference(AT.abstract_origin);
        if (die && origin?.offset === abstract.offset && origin.unit.section === abstract.unit.section && rangesOf(die).length > 0) copies.push(die);
      }
    }
    return copies;
  }
}

/** Whether a unit inlines functions of other units. Reads its abbreviations without making a table of them: this is asked of every unit. */
const refersAcross = (unit: Unit): boolean => {
  const section = unit.file.needed('.debug_abbrev', unit.section, unit.start);
  const buffer = section.whole();
  let at = unit.header.abbreviationOffset;
  const next = (): number => {
    const value = readUleb(buffer, at);
    at = leb.next;
    return value;
  };
  while (at < buffer.length && next() !== 0) {
    const inlined = next() === TAG.inlined_subroutine;
    at++;
    for (;;) {
      const name = next();
      const form = next();
      if (form === FORM.implicit_const) next();
      if ((name === 0 && form === 0) || at >= buffer.length) break;
      if (inlined && name === AT.abstract_origin && form === FORM.ref_addr) return true;
    }
  }
  return false;
};
