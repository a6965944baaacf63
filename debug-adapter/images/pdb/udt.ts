import { isCppLikeEnum } from '../cpp-like-enum';
import { components, withoutGenerics } from '../demangle/path';
import type { IndexHandle } from '../index/handle';
import { LF } from './codeview';
import { readSize } from './numeric';
import { storedUdts } from './stored-types';
import type { UdtNames } from './stored-types';
import type { TypeStream } from './type-stream';

/** Properties of a struct, union or enum (cvinfo.h, CV_prop_t). */
const forwardReference = 0x80;
const hasUniqueName = 0x200;

/** Head of an LF_STRUCTURE, LF_CLASS, LF_UNION or LF_ENUM. */
export interface Udt {
  readonly kind: number;
  /** With its path. */
  readonly name: string;
  /** What tells it from a namesake: the unique name, else the name. */
  readonly key: string;
  readonly forward: boolean;
  readonly fields: number;
  readonly size: number;
  /** LF_ENUM: the type of its values. */
  readonly underlying: number;
}

export const isUdt = (kind: number): boolean => kind === LF.structure || kind === LF.class || kind === LF.union || kind === LF.enum || kind === LF.interface;

/** Names that compilers give to what has none. */
const unnamed = /^(<unnamed-|<anonymous-|<lambda|__unnamed|\$S\d+$)/;

export const readUdt = (types: TypeStream, index: number): Udt => {
  const kind = types.kind(index);
  const cursor = types.record(index);
  cursor.skip(2);
  const properties = cursor.u16();
  let underlying = 0;
  let fields: number;
  let size = 0;
  if (kind === LF.enum) {
    underlying = cursor.u32();
    fields = cursor.u32();
  } else {
    fields = cursor.u32();
    if (kind !== LF.union) cursor.skip(8);
    size = readSize(cursor);
  }
  const full = cursor.string();
  const unique = properties & hasUniqueName && !cursor.done ? cursor.string() : '';
  return { kind, name: full, key: unique === '' ? full : unique, forward: (properties & forwardReference) !== 0, fields, size, underlying };
};

export const plainName = (qualified: string): string => {
  const parts = components(qualified);
  const last = parts[parts.length - 1] ?? qualified;
  return unnamed.test(last) ? '' : last;
};

/** Definitions of structs, unions and enums: by key for those only declared, by last part of the name for queries. */
export class UdtIndex {
  private built: UdtNames | undefined;
  private bases: Map<string, number[]> | undefined;

  constructor(
    private readonly types: TypeStream,
    private readonly index: IndexHandle | undefined,
  ) {}

  definition(key: string): number | undefined {
    const stored = this.built ? undefined : storedUdts(this.index, key, 'key');
    if (!stored) return this.all().keys.get(key);
    return stored.find((record) => {
      const udt = readUdt(this.types, record);
      return udt.key === key || udt.name === key;
    });
  }

  /** Records whose plain name this is. */
  named(plain: string): readonly number[] {
    const stored = this.built ? undefined : storedUdts(this.index, plain, 'plain');
    return stored ? stored.filter((record) => spellings(plainName(readUdt(this.types, record).name)).includes(plain)) : (this.all().names.get(plain) ?? []);
  }

  /** Records whose plain name this is but for its generic arguments. Reads the head of every record. */
  generic(base: string): readonly number[] {
    if (!this.bases) {
      this.bases = new Map();
      for (const [plain, records] of this.all().names) {
        const key = withoutGenerics(plain);
        if (key !== plain) this.bases.set(key, [...(this.bases.get(key) ?? []), ...records]);
      }
    }
    return this.bases.get(base) ?? [];
  }

  /** All of them. Reads the head of every record. */
  all(): UdtNames {
    if (this.built) return this.built;
    const keys = new Map<string, number>();
    const names = new Map<string, number[]>();
    for (let index = this.types.first; index < this.types.end; index++) {
      if (!isUdt(this.types.kind(index))) continue;
      const udt = readUdt(this.types, index);
      if (udt.forward) continue;
      keys.set(udt.key, index);
      // Unique names tell apart, full names are what generic arguments are written with.
      if (udt.key !== udt.name && !keys.has(udt.name)) keys.set(udt.name, index);
      for (const plain of spellings(plainName(udt.name))) {
        const known = names.get(plain);
        if (known) known.push(index);
        else names.set(plain, [index]);
      }
    }
    return (this.built = { keys, names });
  }
}

/** `enum2$<core::option::Option<u64> >` is also found as `Option<u64>`. */
const spellings = (plain: string): string[] => {
  const inner = enumInside(plain);
  return inner === undefined ? [plain] : [plain, plainName(inner)];
};

/** The Rust path inside `enum2$<…>`. */
export const enumInside = (name: string): string | undefined => (isCppLikeEnum(name) ? name.slice(7, -1).trim() : undefined);
