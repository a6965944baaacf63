import type { Range } from '../debug-info';
import { DamagedIndex } from '../index/container';
import type { IndexPlace } from '../index/place';
import { writeIndex } from '../index/store';
import { AT, FORM, TAG } from './constants';
import type { Die } from './die';
import type { DwarfFile } from './dwarf-file';
import { leb, readUleb } from './forms';
import { functionTexts, functionsWith } from './function-texts';
import { kinds, NameIndex } from './name-index';
import { LineTables } from './line-tables';
import { nameOf, qualifiedNameOf } from './names';
import { outlineOf } from './outline';
import { afterPrologue } from './prologue';
import { rangesOf } from './ranges';
import { farInlinerTable, StoredNames } from './stored-names';
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
  private lazyStored: { names: StoredNames | undefined } | undefined;

  constructor(
    readonly file: DwarfFile,
    private readonly codeAt: (address: bigint, length: number) => Uint8Array | undefined,
    /** Asked once, when an index on disk could first be of use. */
    private readonly indexPlace: () => IndexPlace | undefined = () => undefined,
  ) {
    this.lines = new LineTables(file);
    this.types = new TypeReader(this.lines, (declaration) => this.definitionOf(declaration));
  }

  get unitRanges(): UnitRanges {
    return (this.lazyRanges ??= new UnitRanges(this.file));
  }

  /** Whether a look-up of any name is cheap now. */
  get hasIndex(): boolean {
    return this.lazyShallow !== undefined || this.lazyDeep !== undefined || this.isStored;
  }

  /** Asks the index on disk; undefined where there is none. A damaged one is dropped, and made again when someone next writes it. */
  private stored<T>(ask: (names: StoredNames) => T): T | undefined {
    if (!this.lazyStored) {
      const place = this.indexPlace();
      this.lazyStored = { names: place && StoredNames.open(place, this.file) };
    }
    const { names } = this.lazyStored;
    if (!names) return undefined;
    try {
      return ask(names);
    } catch (error) {
      if (!(error instanceof DamagedIndex)) throw error;
      names.drop();
      this.lazyStored = { names: undefined };
      return undefined;
    }
  }

  /** Whether an index on disk is in use; one that came since this was last asked is taken. */
  get isStored(): boolean {
    if (this.lazyStored?.names === undefined) this.lazyStored = undefined;
    return this.stored(() => true) === true;
  }

  /** Writes the index on disk; false where none may be kept. Reads all of the file's debug information. */
  store(): boolean {
    // Split files may come and go without the linked file changing.
    if (this.isSplit) return false;
    const place = this.indexPlace();
    // The size is checked first: places are kept in 32 bits.
    if (!place || (this.file.section('.debug_info')?.size ?? 0) + (this.file.section('.debug_types')?.size ?? 0) > 0xffffffff) return false;
    this.lazyDeep ??= new NameIndex(this.file, true);
    this.lazyShallow = undefined;
    return writeIndex(place, { ...this.lazyDeep.tables(), ...functionTexts(this.lazyDeep), ...farInlinerTable(this.farInliners()) });
  }

  private get isSplit(): boolean {
    return this.file.units.some((unit) => unit.file !== this.file);
  }

  close(): void {
    this.lazyStored?.names?.close();
    this.lazyStored = { names: undefined };
  }

  /** Functions with a qualified name or demangled linkage name that `matches` accepts; declarations are among them. */
  functionsWith(matches: (text: string) => boolean): Die[] {
    return this.stored((names) => names.functionsWith(matches)) ?? functionsWith(this.index(), matches);
  }

  private farInliners(): readonly Unit[] {
    return (this.lazyFarInliners ??= this.stored((names) => names.farInliners()) ?? this.file.units.filter(refersAcross));
  }

  /** Candidates by name; where the shallow index has none, the insides of functions are searched too. */
  candidates(name: string, kind: number, generic = false): Die[] {
    const known = this.stored((names) => names.candidates(name, kind, generic));
    if (known) return known;
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
    if (Buffer.byteLength(name) < 8 || this.isSplit) return true;
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
    const copies: Die[] = [];
    for (const unit of new Set([abstract.unit, ...this.farInliners()])) {
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
