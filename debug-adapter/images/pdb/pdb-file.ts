import type { ExpressionContext } from '../debug-info';
import { lastAtOrBelow } from '../bytes/address';
import type { FileBytes } from '../bytes/file';
import type { Damage } from '../damage';
import type { SectionBytes } from '../bytes/section-bytes';
import type { IndexHandle } from '../index/handle';
import type { Language, SourcePlace } from '../types';
import { readDbi } from './dbi';
import type { Dbi } from './dbi';
import { plainContext } from './expressions';
import { Globals } from './globals';
import { Ids } from './ids';
import { readInfoStream } from './info-stream';
import type { InfoStream } from './info-stream';
import { Module } from './module';
import type { ProcedurePlace } from './module';
import { Msf } from './msf';
import { readProcedure } from './procedure';
import type { CodeRow, Procedure } from './procedure';
import { rowsOfBlocks, rowsOfProcedure } from './rows';
import { readSectionHeaders, Segments } from './segments';
import type { SectionHeader } from './segments';
import { storedContributions, storedLanguages, storedModule } from './stored-modules';
import type { ContributionColumns } from './stored-modules';
import { storedOffsets } from './stored-types';
import { StringTable } from './string-table';
import { TypeStream } from './type-stream';
import { PdbTypes } from './types';

const fixed = { info: 1, types: 2, dbi: 3, ids: 4 } as const;

/** Where the image lies whose PDB this is. */
export interface ImageLayout {
  /** Linked address of RVA 0, as the readers' signed double. */
  readonly base: number;
  readonly addressSize: 4 | 8;
  /** Used where the PDB has no copy of the section headers. */
  readonly sections: readonly { readonly rva: number; readonly virtualSize: number }[];
}

/** The container and its two heads: enough to see whether a PDB belongs to an image. */
export class PdbContainer {
  readonly msf: Msf;
  readonly info: InfoStream;
  readonly dbi: Dbi;

  constructor(readonly file: FileBytes) {
    this.msf = new Msf(file);
    this.info = readInfoStream(this.needed(fixed.info, 'PDB information'));
    this.dbi = readDbi(this.needed(fixed.dbi, 'DBI'));
  }

  /** The copy of the image's section headers; undefined where the linker wrote none. */
  sectionHeaders(): SectionHeader[] | undefined {
    const stream = this.dbi.sections === undefined ? undefined : this.msf.stream(this.dbi.sections, 'section headers');
    return stream && readSectionHeaders(stream);
  }

  needed(index: number, label: string): SectionBytes {
    const stream = this.msf.stream(index, label);
    if (!stream) throw this.msf.missing(index, label);
    return stream;
  }
}

/** A PDB laid over its image. Streams are read when something in them is asked for. */
export class PdbFile {
  readonly path: string;
  readonly modules: readonly Module[];
  readonly segments: Segments;
  readonly strings: StringTable;
  readonly globals: Globals;
  readonly context: ExpressionContext;
  private lazyTypes: PdbTypes | undefined;
  private lazyIds: Ids | undefined;
  private readonly procedures = new Map<ProcedurePlace, Procedure>();
  private readonly rows = new Map<ProcedurePlace, { readonly rows: readonly CodeRow[]; readonly starts: readonly number[] }>();
  private readonly own = new Map<ProcedurePlace, readonly CodeRow[]>();
  private lazyLanguages: ReadonlySet<Language> | undefined;
  private lazyCode: ContributionColumns | undefined;

  constructor(
    private readonly container: PdbContainer,
    readonly layout: ImageLayout,
    /** Takes note of modules that cannot be read. */
    readonly damage: Damage,
    readonly index?: IndexHandle,
  ) {
    const { msf, dbi, info } = container;
    this.path = msf.file.path;
    this.context = plainContext(layout.addressSize);
    this.segments = new Segments(layout.base, container.sectionHeaders() ?? layout.sections);
    this.strings = new StringTable(msf.stream(info.namedStreams.get('/names') ?? -1, 'names'));
    this.globals = new Globals(msf.stream(dbi.symbolRecords, 'symbol records'), index);
    this.modules = dbi.modules.map((record, number) => new Module(number, record, msf.stream(record.stream, `module ${baseName(record.name)}`), this.segments, this.strings, () => storedModule(index, number)));
  }

  /** Bytes of the file. */
  get size(): number {
    return this.container.file.size;
  }

  close(): void {
    this.container.file.close();
  }

  get types(): PdbTypes {
    this.lazyTypes ??= new PdbTypes(
      new TypeStream(this.container.needed(fixed.types, 'TPI'), () => storedOffsets(this.index, 'tpi')),
      { addressSize: this.layout.addressSize, constant: (name) => this.globals.constant(name), declared: (index) => this.typePlace(index) },
      this.index,
    );
    return this.lazyTypes;
  }

  get ids(): Ids {
    if (!this.lazyIds) {
      const stream = this.container.msf.stream(fixed.ids, 'IPI');
      this.lazyIds = new Ids(stream && new TypeStream(stream, () => storedOffsets(this.index, 'ipi')), this.types, this.index);
    }
    return this.lazyIds;
  }

  /** What `read` gives of a module; where its stream is damaged that is noted, and `otherwise` stands for it. */
  tolerate<T, O>(module: Module, read: () => T, otherwise: O): T | O {
    return this.damage.tolerate(read, otherwise, { file: this.path, section: module.stream?.name ?? 'PDB', offset: 0 });
  }

  /** Languages of its modules. */
  get languages(): ReadonlySet<Language> {
    return (this.lazyLanguages ??= storedLanguages(this.index) ?? new Set(this.modules.map((one) => this.tolerate(one, () => one.language, 'other'))));
  }

  /** What of the image's code is whose. */
  get code(): ContributionColumns {
    return (this.lazyCode ??= storedContributions(this.index) ?? this.readContributions());
  }

  /** Module with code at an address. */
  moduleAt(address: number): Module | undefined {
    const { starts, ends, modules } = this.code;
    const i = lastAtOrBelow(starts, starts.length, address);
    return i >= 0 && address < (ends[i] as number) ? this.modules[modules[i] as number] : undefined;
  }

  /** Modules with code in [start, end). */
  modulesWithin(start: number, end: number): Module[] {
    const { starts, ends, modules } = this.code;
    const found = new Set<number>();
    for (let i = 0; i < starts.length; i++) if ((starts[i] as number) < end && (ends[i] as number) > start) found.add(modules[i] as number);
    return [...found].flatMap((number) => this.modules[number] ?? []);
  }

  procedure(module: Module, place: ProcedurePlace): Procedure | undefined {
    let procedure = this.procedures.get(place);
    if (!procedure && module.stream) {
      procedure = readProcedure(module, module.stream, place.at, place.start, place.end, this.layout.addressSize);
      this.procedures.set(place, procedure);
    }
    return procedure;
  }

  /** Line rows of a procedure, inlined code under its own functions' lines. */
  rowsOf(module: Module, place: ProcedurePlace): readonly CodeRow[] {
    return this.allRows(module, place).rows;
  }

  rowAt(module: Module, place: ProcedurePlace, address: number): CodeRow | undefined {
    const { rows, starts } = this.allRows(module, place);
    const row = rows[lastAtOrBelow(starts, starts.length, address)];
    return row && address < row.end ? row : undefined;
  }

  /** Line rows that a procedure has of its own: where it calls what is inlined, the line of the call. */
  ownRows(module: Module, place: ProcedurePlace): readonly CodeRow[] {
    let rows = this.own.get(place);
    if (!rows) {
      rows = rowsOfBlocks(module, module.blocksOf(place), this.segments).filter((row) => row.start >= place.start && row.start < place.end);
      this.own.set(place, rows);
    }
    return rows;
  }

  private allRows(module: Module, place: ProcedurePlace): { readonly rows: readonly CodeRow[]; readonly starts: readonly number[] } {
    let known = this.rows.get(place);
    if (!known) {
      const procedure = this.procedure(module, place);
      const rows = procedure ? rowsOfProcedure(procedure, this.ownRows(module, place)) : [];
      known = { rows, starts: rows.map(({ start }) => start) };
      this.rows.set(place, known);
    }
    return known;
  }

  private readContributions(): ContributionColumns {
    const found = this.container.dbi.contributions().flatMap(({ segment, offset, size, module }) => {
      const start = this.segments.address(segment, offset);
      return start === undefined || size === 0 ? [] : [{ start, end: start + size, module }];
    });
    found.sort((a, b) => a.start - b.start);
    return { starts: Float64Array.from(found, (c) => c.start), ends: Float64Array.from(found, (c) => c.end), modules: Uint32Array.from(found, (c) => c.module) };
  }

  private typePlace(index: number): SourcePlace | undefined {
    const place = this.ids.typePlace(index);
    if (!place || place.line === 0) return undefined;
    const file = place.inNames ? this.strings.at(place.file) : this.ids.text(place.file);
    return { file: file.replaceAll('\\', '/'), line: place.line };
  }
}

const baseName = (path: string): string => path.split(/[\\/]/).pop() ?? path;
