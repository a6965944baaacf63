import type { SectionBytes } from '../bytes/section-bytes';
import { AT, FORM } from './constants';
import { formSpan, leb, readUleb } from './forms';

/** Offsets in a DIE that depend on what comes before. */
export const dynamic = -2;
export const absent = -1;

const tagMask = 0xffff;
/** Bytes that one step of reading a table looks at, and that are read ahead. */
const longest = 32;
const piece = 1 << 13;

/** Abbreviations of one unit as columns, with what a scan needs precomputed. */
export class AbbreviationTable {
  readonly tags: Uint16Array;
  readonly hasChildren: Uint8Array;
  /** Attributes of abbreviation i are [starts[i], starts[i+1]) in the columns below. */
  readonly starts: Uint32Array;
  readonly names: Uint16Array;
  readonly forms: Uint16Array;
  /** Size of each value, or one of `span`. */
  readonly spans: Int8Array;
  readonly implicit: ReadonlyMap<number, bigint>;
  /** Bytes of all attributes together; `dynamic` if that varies. */
  readonly total: Int32Array;
  /** From the first attribute to DW_AT_sibling (ref4 only) and DW_AT_name; `absent` or `dynamic`. */
  readonly sibling: Int16Array;
  readonly name: Int16Array;
  readonly nameForm: Uint16Array;
  readonly declaration: Uint8Array;
  private readonly codes: Map<number, number> | undefined;
  readonly count: number;

  constructor(section: SectionBytes, offset: number, addressSize: number, offsetSize: number, version: number) {
    if (offset >= section.size) throw section.tooShort(offset);
    let loaded = offset;
    let buffer = section.range(offset, offset);
    const codes: number[] = [];
    const tags: number[] = [];
    const children: number[] = [];
    const starts: number[] = [0];
    const names: number[] = [];
    const forms: number[] = [];
    const implicit = new Map<number, bigint>();
    let at = offset;
    const next = (): number => {
      if (at >= section.size) throw section.tooShort(at);
      // Read in pieces: the tables of all units of a kernel are megabytes.
      if (at + longest > loaded && loaded < section.size) {
        loaded = Math.min(section.size, at + piece);
        buffer = section.range(at, loaded);
      }
      const value = readUleb(buffer, at);
      at = leb.next;
      return value;
    };
    for (let code = next(); code !== 0; code = next()) {
      codes.push(code);
      tags.push(next() & tagMask);
      children.push(buffer[at++] ?? 0);
      for (;;) {
        const name = next();
        const form = next();
        if (form === FORM.implicit_const) {
          implicit.set(names.length, signedLeb(buffer, at));
          next();
        }
        if (name === 0 && form === 0) break;
        names.push(name & 0xffff);
        forms.push(form & 0xffff);
      }
      starts.push(names.length);
    }
    const count = codes.length;
    this.count = count;
    this.codes = codes.every((code, i) => code === i + 1) ? undefined : new Map(codes.map((code, i) => [code, i]));
    this.tags = Uint16Array.from(tags);
    this.hasChildren = Uint8Array.from(children);
    this.starts = Uint32Array.from(starts);
    this.names = Uint16Array.from(names);
    this.forms = Uint16Array.from(forms);
    this.implicit = implicit;
    this.spans = new Int8Array(names.length);
    this.total = new Int32Array(count);
    this.sibling = new Int16Array(count).fill(absent);
    this.name = new Int16Array(count).fill(absent);
    this.nameForm = new Uint16Array(count);
    this.declaration = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      let position = 0;
      let fixed = true;
      for (let a = starts[i] as number; a < (starts[i + 1] as number); a++) {
        const form = forms[a] as number;
        const size = formSpan(form, addressSize, offsetSize, version);
        this.spans[a] = size;
        const place = fixed && position < 30000 ? position : dynamic;
        const name = names[a];
        if (name === AT.sibling && form === FORM.ref4) this.sibling[i] = place;
        else if (name === AT.name) {
          this.name[i] = place;
          this.nameForm[i] = form;
        } else if (name === AT.declaration) this.declaration[i] = 1;
        if (size < 0) fixed = false;
        else position += size;
      }
      this.total[i] = fixed ? position : dynamic;
    }
  }

  /** Row of an abbreviation code; -1 when the table has no such code. */
  row(code: number): number {
    if (!this.codes) return code <= this.count ? code - 1 : -1;
    return this.codes.get(code) ?? -1;
  }

  /** Index of an attribute in the columns; -1 if the abbreviation has none. */
  find(row: number, attribute: number): number {
    const end = this.starts[row + 1] as number;
    for (let a = this.starts[row] as number; a < end; a++) if (this.names[a] === attribute) return a;
    return -1;
  }
}

const signedLeb = (buffer: Uint8Array, position: number): bigint => {
  let result = 0n;
  let shift = 0n;
  for (let i = 0; i < 19; i++) {
    const byte = buffer[position + i] ?? 0;
    result |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte < 0x80) return byte & 0x40 ? result - (1n << shift) : result;
  }
  return result;
};
