import type { Language } from '../types';
import { lastAtOrBelow } from '../bytes/address';
import { Cursor } from '../bytes/cursor';
import type { SectionBytes } from '../bytes/section-bytes';
import { LineInformation } from './c13';
import type { LineBlock } from './c13';
import { closesScope, isData, isProcedure, opensScope, S } from './codeview';
import type { ModuleRecord } from './dbi';
import type { Segments } from './segments';
import type { StringTable } from './string-table';
import { forEachSymbol, symbolAt } from './symbol-records';

/** Signature in front of a module's symbols: CodeView 4 records. */
const symbolsSignature = 4;

/** Language numbers of S_COMPILE2 and S_COMPILE3 (cvinfo.h, CV_CFL_LANG; LLVM's CodeView.h for Rust). */
const languages: Readonly<Record<number, Language>> = { 0: 'c', 3: 'asm', 0x15: 'rust' };

/** A procedure of a module: where its record stands and what it covers. */
export interface ProcedurePlace {
  readonly at: number;
  /** Linked address as the readers' signed double. */
  readonly start: number;
  readonly end: number;
}

/** What a module's symbols say, one pass over them. */
export interface SymbolIndex {
  readonly language: Language;
  readonly procedures: readonly ProcedurePlace[];
  readonly starts: readonly number[];
  /** Records of static variables, with the record of the procedure around them. */
  readonly data: readonly { readonly at: number; readonly procedure: number | undefined }[];
  /** IPI record of an inlined function → records of the procedures that hold copies. */
  readonly inlined: ReadonlyMap<number, readonly number[]>;
}

/** A line block at its address, with its number among the module's. */
interface PlacedBlock {
  readonly start: number;
  readonly block: LineBlock;
  readonly order: number;
}

/** By address. */
interface PlacedBlocks {
  readonly blocks: readonly PlacedBlock[];
  readonly starts: Float64Array;
  /** Largest end of all blocks up to this one. */
  readonly reach: Float64Array;
}

/** One object file's part of a PDB. Its stream is read when something of it is asked for. */
export class Module {
  private index: SymbolIndex | undefined;
  private lazyBlocks: PlacedBlocks | undefined;
  private lazyLines: { readonly information: LineInformation | undefined } | undefined;
  private readonly paths = new Map<number, string>();

  constructor(
    readonly number: number,
    readonly record: ModuleRecord,
    readonly stream: SectionBytes | undefined,
    private readonly segments: Segments,
    private readonly names: StringTable,
    /** What an index says of its symbols. */
    private readonly stored: () => SymbolIndex | undefined = () => undefined,
  ) {}

  get language(): Language {
    return this.symbols.language;
  }
  get procedures(): readonly ProcedurePlace[] {
    return this.symbols.procedures;
  }
  get data(): SymbolIndex['data'] {
    return this.symbols.data;
  }

  /** Of several procedures folded into one by the linker, the first. */
  procedureAt(address: number): ProcedurePlace | undefined {
    const { procedures, starts } = this.symbols;
    let i = lastAtOrBelow(starts, starts.length, address);
    while (i > 0 && starts[i - 1] === starts[i]) i--;
    const found = procedures[i];
    return found && address < found.end ? found : undefined;
  }

  /** Line blocks of a procedure; of those that were folded into one, each has its own. */
  blocksOf(place: ProcedurePlace): LineBlock[] {
    const { procedures, starts } = this.symbols;
    const last = lastAtOrBelow(starts, starts.length, place.start);
    let first = last;
    while (first > 0 && starts[first - 1] === place.start) first--;
    const blocks: PlacedBlock[] = [];
    const placed = (this.lazyBlocks ??= this.placeBlocks());
    for (let i = lastAtOrBelow(placed.starts, placed.starts.length, place.end - 1); i >= 0 && (placed.reach[i] as number) > place.start; i--) {
      const one = placed.blocks[i] as PlacedBlock;
      if (one.start + one.block.size > place.start) blocks.push(one);
    }
    blocks.sort((a, b) => a.order - b.order);
    let same = 0;
    return blocks.flatMap(({ start, block }) => (start === place.start && last > first && procedures[first + same++] !== place ? [] : [block]));
  }

  private placeBlocks(): PlacedBlocks {
    const blocks = (this.lines?.blocks() ?? []).flatMap((block, order) => {
      const start = this.segments.address(block.segment, block.offset);
      return start === undefined ? [] : [{ start, block, order }];
    });
    blocks.sort((a, b) => a.start - b.start || a.order - b.order);
    let reach = -Infinity;
    return { blocks, starts: Float64Array.from(blocks, ({ start }) => start), reach: Float64Array.from(blocks, ({ start, block }) => (reach = Math.max(reach, start + block.size))) };
  }

  /** Procedures with inlined copies of a function. */
  proceduresInlining(id: number): readonly number[] {
    return this.symbols.inlined.get(id) ?? [];
  }

  get lines(): LineInformation | undefined {
    if (!this.lazyLines) {
      const { symbolBytes, c11Bytes, c13Bytes } = this.record;
      const start = symbolBytes + c11Bytes;
      this.lazyLines = { information: this.stream && c13Bytes > 0 ? new LineInformation(this.stream, start, start + c13Bytes) : undefined };
    }
    return this.lazyLines.information;
  }

  /** Path of a file by its offset in the module's list; `/` separators. */
  path(file: number): string {
    let path = this.paths.get(file);
    if (path === undefined) {
      const name = this.lines?.nameOf(file);
      path = name === undefined ? '' : this.names.at(name).replaceAll('\\', '/');
      this.paths.set(file, path);
    }
    return path;
  }

  /** Throws where the module is damaged. */
  get symbols(): SymbolIndex {
    return (this.index ??= this.stored() ?? this.readSymbols());
  }

  private readSymbols(): SymbolIndex {
    const { stream } = this;
    const procedures: ProcedurePlace[] = [];
    const data: { at: number; procedure: number | undefined }[] = [];
    const inlined = new Map<number, number[]>();
    let language: Language = 'other';
    let depth = 0;
    let procedure: number | undefined;
    const end = this.record.symbolBytes;
    if (stream && end >= 4) {
      if (new Cursor(stream, 0).u32() !== symbolsSignature) throw stream.damaged(0, 'symbols of another version');
      forEachSymbol(stream, 4, end, (kind, at) => {
        if (isProcedure(kind) && depth === 0) {
          procedure = at;
          const place = this.placeOf(stream, at);
          if (place) procedures.push(place);
        } else if (isData(kind)) data.push({ at, procedure });
        else if ((kind === S.inlineSite || kind === S.inlineSite2) && procedure !== undefined) {
          const cursor = symbolAt(stream, at);
          cursor.skip(8);
          const id = cursor.u32();
          const known = inlined.get(id);
          if (!known) inlined.set(id, [procedure]);
          else if (known[known.length - 1] !== procedure) known.push(procedure);
        } else if (kind === S.compile3 || kind === S.compile2) language = languages[symbolAt(stream, at).u8()] ?? 'other';
        if (opensScope(kind)) depth++;
        else if (closesScope(kind)) {
          depth = Math.max(0, depth - 1);
          if (depth === 0) procedure = undefined;
        }
        return undefined;
      });
    }
    procedures.sort((a, b) => a.start - b.start);
    return { language, procedures, starts: procedures.map(({ start }) => start), data, inlined };
  }

  private placeOf(stream: SectionBytes, at: number): ProcedurePlace | undefined {
    const cursor = symbolAt(stream, at);
    cursor.skip(12);
    const size = cursor.u32();
    cursor.skip(12);
    const offset = cursor.u32();
    const start = this.segments.address(cursor.u16(), offset);
    return start === undefined || size === 0 ? undefined : { at, start, end: start + size };
  }
}
