import type { Range } from '../debug-info';
import { AT, FORM, TAG } from './constants';
import type { Die } from './die';
import type { DwarfFile } from './dwarf-file';
import { leb, readUleb } from './forms';
import { functionTexts, functionsWith } from './function-texts';
import { copiesIn } from './inlined-copies';
import { kinds, NameIndex } from './name-index';
import { LineTables } from './line-tables';
import { nameOf, qualifiedNameOf } from './names';
import { afterPrologue } from './prologue';
import { sourceFileTables } from './stored-files';
import { farInlinerTable, storedCandidates, storedFarInliners, storedFunctionsWith } from './stored-names';
import { unitHeadTables } from './stored-units';
import { sharesDebugInfo } from './supplementary';
import { missingType, TypeReader } from './types';
import type { Unit } from './unit';
import { UnitRanges } from './unit-ranges';
import { UnitSpaces } from './unit-spaces';

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

  /** Whether a look-up of any name is cheap now. */
  get hasIndex(): boolean {
    return this.lazyShallow !== undefined || this.lazyDeep !== undefined || this.isStored;
  }

  /** Whether an index is in use, from disk or from a worker; one that came since this was last asked is taken. */
  get isStored(): boolean {
    return this.file.index?.present === true;
  }

  /**
   * What an index keeps so that names, lines and addresses are found at once; in two steps, as reading the texts for
   * patterns takes as long as all the rest. Reads all of the file's debug information. Nothing where none may be made: places
   * are kept in 32 bits. `progress` hears how much is read for the first step.
   */
  *tables(progress: (done: number) => void = () => undefined): Generator<Record<string, Uint8Array>, void> {
    const { file } = this;
    const info = file.section('.debug_info');
    const spaces = info && UnitSpaces.of(file);
    if (!spaces || spaces.size > 0xffffffff) return;
    const types = file.section('.debug_types');
    const lineSize = file.section('.debug_line')?.size ?? 0;
    const named = info.size / (info.size + lineSize);
    this.lazyDeep ??= new NameIndex(file, true, (done) => {
      progress(done * named);
    });
    this.lazyShallow = undefined;
    yield {
      ...unitHeadTables('.debug_info', info, file.linkedUnits),
      ...(types ? unitHeadTables('.debug_types', types, file.typeUnits) : {}),
      ...spaces.tables(),
      ...this.unitRanges.tables(),
      ...this.lazyDeep.tables(),
      ...farInlinerTable(this.farInliners()),
      ...sourceFileTables(file, this.lines, (done) => {
        progress(named + done * (1 - named));
      }),
    };
    yield functionTexts(this.lazyDeep);
  }

  private get hasSplitUnits(): boolean {
    return this.file.skeletons.length > 0;
  }

  /** Functions with a qualified name or demangled linkage name that `matches` accepts; declarations are among them. */
  functionsWith(matches: (text: string) => boolean): Die[] {
    return this.file.index?.ask((tables) => storedFunctionsWith(tables, this.file, matches)) ?? functionsWith(this.index(), matches);
  }

  private farInliners(): readonly Unit[] {
    return (this.lazyFarInliners ??= this.file.index?.ask((tables) => storedFarInliners(tables, this.file)) ?? this.file.units.filter((unit) => unit.tolerate(() => refersAcross(unit), false)));
  }

  /** Candidates by name; where the shallow index has none, the insides of functions are searched too. */
  candidates(name: string, kind: number, generic = false): Die[] {
    const known = this.file.index?.ask((tables) => storedCandidates(tables, this.file, name, kind, generic));
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
    if (Buffer.byteLength(name) < 8 || sharesDebugInfo(this.file.source) || this.hasSplitUnits) return true;
    const strings = this.file.section('.debug_str');
    return !strings || strings.whole().indexOf(Buffer.from(name)) >= 0;
  }

  /** Whether names can stand in the file that go on from this one with generic arguments; rustc writes them into the string section. */
  mayBeGeneric(name: string): boolean {
    const strings = this.file.section('.debug_str');
    return sharesDebugInfo(this.file.source) || this.hasSplitUnits || !strings || strings.whole().indexOf(Buffer.from(`${name}<`)) >= 0;
  }

  private definitionOf(declaration: Die): Die | undefined {
    if (declaration.has(AT.signature)) return declaration.reference(AT.signature) ?? missingType(declaration, AT.signature);
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
    return [...new Set([abstract.unit, ...this.farInliners()])].flatMap((unit) => copiesIn(unit, abstract));
  }
}

/** Forms of references that may lead out of a unit. */
const acrossUnits: ReadonlySet<number> = new Set([FORM.ref_addr, FORM.GNU_ref_alt, FORM.ref_sup4, FORM.ref_sup8]);

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
      if (inlined && name === AT.abstract_origin && acrossUnits.has(form)) return true;
    }
  }
  return false;
};
