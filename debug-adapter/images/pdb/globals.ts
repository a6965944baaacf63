import type { SectionBytes } from '../bytes/section-bytes';
import { isData, S } from './codeview';
import { readNumeric } from './numeric';
import { forEachSymbol, symbolAt } from './symbol-records';

export interface PublicSymbol {
  readonly name: string;
  readonly segment: number;
  readonly offset: number;
  readonly isCode: boolean;
}

/** cvinfo.h, CV_PUBSYMFLAGS: code, function. */
const codeFlags = 3;

/** The symbols of the whole program: one pass over their stream, on first use. */
export class Globals {
  private index: { constants: Map<string, number>; typedefs: Map<string, number[]>; publics: number[]; data: number[] } | undefined;

  constructor(private readonly records: SectionBytes | undefined) {}

  get section(): SectionBytes | undefined {
    return this.records;
  }

  constant(name: string): bigint | undefined {
    const at = this.build().constants.get(name);
    if (at === undefined || !this.records) return undefined;
    const cursor = symbolAt(this.records, at);
    cursor.skip(4);
    return readNumeric(cursor);
  }

  /** Type numbers behind S_UDT records of that full name. */
  typedefs(): ReadonlyMap<string, readonly number[]> {
    return this.build().typedefs;
  }

  publics(): PublicSymbol[] {
    const { records } = this;
    if (!records) return [];
    return this.build().publics.map((at) => {
      const cursor = symbolAt(records, at);
      const flags = cursor.u32();
      const offset = cursor.u32();
      const segment = cursor.u16();
      return { isCode: (flags & codeFlags) !== 0, offset, segment, name: cursor.string() };
    });
  }

  /** Where records of variables stand in the stream. */
  data(): readonly number[] {
    return this.build().data;
  }

  private build(): { constants: Map<string, number>; typedefs: Map<string, number[]>; publics: number[]; data: number[] } {
    if (this.index) return this.index;
    const index = { constants: new Map<string, number>(), typedefs: new Map<string, number[]>(), publics: [] as number[], data: [] as number[] };
    const { records } = this;
    if (records)
      forEachSymbol(records, 0, records.size, (kind, at) => {
        if (kind === S.constant) {
          const cursor = symbolAt(records, at);
          cursor.skip(4);
          readNumeric(cursor);
          index.constants.set(cursor.string(), at);
        } else if (kind === S.udt) {
          const cursor = symbolAt(records, at);
          const type = cursor.u32();
          const name = cursor.string();
          const known = index.typedefs.get(name);
          if (known) known.push(type);
          else index.typedefs.set(name, [type]);
        } else if (kind === S.public32) index.publics.push(at);
        else if (isData(kind)) index.data.push(at);
        return undefined;
      });
    this.index = index;
    return index;
  }
}
