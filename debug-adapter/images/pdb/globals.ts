import type { SectionBytes } from '../bytes/section-bytes';
import type { IndexHandle } from '../index/handle';
import { isData, S } from './codeview';
import { readNumeric } from './numeric';
import { storedGlobals } from './stored-globals';
import type { GlobalPlaces } from './stored-globals';
import { forEachSymbol, symbolAt } from './symbol-records';
import { plainName } from './udt';

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
  private built: GlobalPlaces | undefined;

  constructor(
    private readonly records: SectionBytes | undefined,
    private readonly index?: IndexHandle,
  ) {}

  get section(): SectionBytes | undefined {
    return this.records;
  }

  constant(name: string): bigint | undefined {
    const { records } = this;
    if (!records) return undefined;
    for (const at of this.placesOf('constant', name)) {
      const cursor = symbolAt(records, at);
      cursor.skip(4);
      const value = readNumeric(cursor);
      if (cursor.string() === name) return value;
    }
    return undefined;
  }

  /** Full names and type numbers of S_UDT records whose plain name may be this one. */
  typedefs(plain: string): { readonly name: string; readonly type: number }[] {
    const { records } = this;
    if (!records) return [];
    return this.placesOf('typedef', plain).map((at) => {
      const cursor = symbolAt(records, at);
      const type = cursor.u32();
      return { name: cursor.string(), type };
    });
  }

  publics(): PublicSymbol[] {
    return this.all().publics.map((at) => this.public(at));
  }

  /** The public symbol whose record stands there. */
  public(at: number): PublicSymbol {
    const { records } = this;
    if (!records) return { name: '', segment: 0, offset: 0, isCode: false };
    const cursor = symbolAt(records, at);
    const flags = cursor.u32();
    const offset = cursor.u32();
    const segment = cursor.u16();
    return { isCode: (flags & codeFlags) !== 0, offset, segment, name: cursor.string() };
  }

  /** Where records of variables stand in the stream. */
  data(): readonly number[] {
    return this.all().data;
  }

  private placesOf(kind: 'constant' | 'typedef', name: string): readonly number[] {
    const stored = this.built ? undefined : storedGlobals(this.index, kind, name);
    if (stored) return stored;
    const { constants, typedefs } = this.all();
    if (kind === 'typedef') return typedefs.get(name) ?? [];
    const at = constants.get(name);
    return at === undefined ? [] : [at];
  }

  /** All of them. Reads the whole stream. */
  all(): GlobalPlaces {
    if (this.built) return this.built;
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
          cursor.skip(4);
          const name = plainName(cursor.string());
          const known = index.typedefs.get(name);
          if (known) known.push(at);
          else index.typedefs.set(name, [at]);
        } else if (kind === S.public32) index.publics.push(at);
        else if (isData(kind)) index.data.push(at);
        return undefined;
      });
    return (this.built = index);
  }
}
