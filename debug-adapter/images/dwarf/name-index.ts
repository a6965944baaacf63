import type { Place } from '../damage';
import { AT, FORM, TAG } from './constants';
import { Die } from './die';
import { absent, dynamic } from './abbreviations';
import type { DwarfFile } from './dwarf-file';
import { leb, readUleb } from './forms';
import { hashOfBytes, hashesOf, nameTables } from '../index/names';
import type { NameHashes } from '../index/names';
import { indexAt } from './die';
import { nameOf } from './names';
import type { Unit } from './unit';
import { UnitSpaces } from './unit-spaces';

export const kinds = { type: 1, function: 2, variable: 4, namespace: 8 } as const;

/** Mark of an entry that a shallow index would not have; it answers only where no other has the name. */
const inner = 16;

/** What a tag is filed as; 0: nothing. */
const kindOf = new Uint8Array(256);
for (const tag of [TAG.structure_type, TAG.class_type, TAG.union_type, TAG.enumeration_type, TAG.typedef, TAG.base_type, TAG.pointer_type, TAG.interface_type]) kindOf[tag] = kinds.type;
kindOf[TAG.subprogram] = kinds.function;
kindOf[TAG.variable] = kinds.variable;
kindOf[TAG.namespace] = kinds.namespace;

const DW_OP_addr = 0x03;
const DW_OP_addrx = 0xa1;
const DW_OP_GNU_addr_index = 0xfb;

/** Hash of an inline name, in the half of the key space that string offsets do not use. */
const inlineKey = (buffer: Uint8Array, position: number, end: number): number => (hashOfBytes(buffer, position, end) | 0x80000000) >>> 0;

/**
 * All names of a file in typed arrays: the key of a name is where its string lies (or a hash of an inline name), so
 * that a million names cost no JavaScript string. Keys may collide; whoever asks compares the name itself.
 *
 * A shallow index skips the inside of functions where DW_AT_sibling allows it (gcc), and so has no function-local
 * types, static variables and nested functions; a deep one has.
 */
export class NameIndex {
  private readonly spaces: UnitSpaces;
  private lazyPlace: Place | undefined;
  private count = 0;
  private keys = new Uint32Array(1 << 16);
  private places = new Uint32Array(1 << 16);
  private filed = new Uint8Array(1 << 16);
  private heads: Int32Array | undefined;
  private chain: Int32Array | undefined;

  constructor(
    private readonly file: DwarfFile,
    deep: boolean,
    /** Hears how much of the units' bytes is read, from 0 to 1. */
    progress: (done: number) => void = () => undefined,
  ) {
    this.spaces = UnitSpaces.of(file);
    for (const { unit, base } of this.spaces.units()) {
      unit.tolerate(() => { this.scan(unit, base, deep); }, undefined);
      progress((base + unit.end) / this.spaces.size);
    }
    this.link();
  }

  get size(): number {
    return this.count;
  }

  /** What `read` gives of an entry; where it is damaged that is noted, and `otherwise` stands for it. */
  tolerate<T, O>(read: () => T, otherwise: O): T | O {
    return this.file.damage.tolerate(read, otherwise, (this.lazyPlace ??= { file: this.file.source.path, section: '.debug_info', offset: 0 }));
  }

  /** Entries that may have this name: those whose name ends here as a whole, or goes on with generic arguments if `generic`. */
  candidates(name: string, kind: number, generic = false): Die[] {
    const { heads, chain, count } = this;
    if (!heads || !chain || name === '' || count === 0) return [];
    const text = Buffer.from(name);
    const wanted = new Set<number>([inlineKey(text, 0, text.length)]);
    const strings = this.file.section('.debug_str')?.whole();
    if (strings) {
      for (const needle of generic ? [`${name}\0`, `${name}<`] : [`${name}\0`]) {
        const bytes = Buffer.from(needle);
        for (let at = strings.indexOf(bytes); at >= 0; at = strings.indexOf(bytes, at + 1)) wanted.add(at);
      }
    }
    const mask = heads.length - 1;
    const found: number[] = [];
    for (const key of wanted)
      for (let i = heads[spread(key) & mask] as number; i >= 0; i = chain[i] as number)
        if (this.keys[i] === key && ((this.filed[i] as number) & kind) !== 0) found.push(i);
    const outer = found.filter((i) => ((this.filed[i] as number) & inner) === 0);
    return (outer.length > 0 ? outer : found).sort((a, b) => a - b).flatMap((i) => this.tolerate(() => this.die(i), undefined) ?? []);
  }

  /** Every entry of a kind outside functions, with the key of its name: equal keys are equal names. `place` is what `UnitSpaces` takes. */
  *all(kind: number): Generator<{ key: number; place: number; die: () => Die | undefined }, void> {
    for (let i = 0; i < this.count; i++) {
      const filed = this.filed[i] as number;
      if ((filed & kind) !== 0 && (filed & inner) === 0) yield { key: this.keys[i] as number, place: this.places[i] as number, die: () => this.die(i) };
    }
  }

  /** What an index on disk holds of the names. */
  tables(): Record<string, Uint8Array> {
    const strings = this.file.section('.debug_str')?.whole() ?? Buffer.alloc(0);
    const hashes: NameHashes = { base: 0, whole: 0 };
    const entry = { hashes, place: 0, kind: 0, inner: false };
    return nameTables(this.count, (i) => {
      const key = this.keys[i] as number;
      if (key < 0x80000000) hashesOf(strings, key, strings.length, hashes);
      else {
        const text = Buffer.from(this.tolerate(() => this.nameAt(i), ''));
        hashesOf(text, 0, text.length, hashes);
      }
      const filed = this.filed[i] as number;
      entry.place = this.places[i] as number;
      entry.kind = filed & ~inner;
      entry.inner = (filed & inner) !== 0;
      return entry;
    });
  }

  private nameAt(i: number): string {
    const die = this.die(i);
    return die ? nameOf(die) : '';
  }

  private die(i: number): Die | undefined {
    return this.spaces.dieAt(this.places[i] as number);
  }

  private link(): void {
    let size = 1024;
    while (size < this.count) size *= 2;
    const heads = new Int32Array(size).fill(-1);
    const chain = new Int32Array(this.count);
    for (let i = this.count - 1; i >= 0; i--) {
      const slot = spread(this.keys[i] as number) & (size - 1);
      chain[i] = heads[slot] as number;
      heads[slot] = i;
    }
    this.heads = heads;
    this.chain = chain;
  }

  private add(key: number, place: number, kind: number): void {
    const at = this.count++;
    if (at === this.keys.length) {
      const grow = <T extends Uint32Array | Uint8Array>(old: T, fresh: T): T => {
        fresh.set(old);
        return fresh;
      };
      this.keys = grow(this.keys, new Uint32Array(at * 2));
      this.places = grow(this.places, new Uint32Array(at * 2));
      this.filed = grow(this.filed, new Uint8Array(at * 2));
    }
    this.keys[at] = key;
    this.places[at] = place;
    this.filed[at] = kind;
  }

  private scan(unit: Unit, base: number, deep: boolean): void {
    const { buffer, view, abbreviations: table, end, start: unitStart } = unit;
    const { tags, hasChildren, sibling: siblings, name: names, nameForm, declaration, total } = table;
    // For each open entry: 1 if it is a function, 2 if a shallow walk would not enter it.
    const opened: number[] = [];
    let functions = 0;
    let skippable = 0;
    let at = unit.firstDie;
    let depth = 0;
    const skipDeclared = unit.language === 'c';
    do {
      if (at >= end) break;
      const offset = at;
      let code = buffer[at] as number;
      if (code < 0x80) at++;
      else {
        code = readUleb(buffer, at);
        at = leb.next;
      }
      if (code === 0) {
        depth--;
        const closed = opened.pop() ?? 0;
        if (closed & 1) functions--;
        if (closed & 2) skippable--;
        continue;
      }
      const row = table.row(code);
      if (row < 0) throw unit.section.damaged(offset, `unknown abbreviation ${code}`);
      const tag = tags[row] as number;
      const kind = tag < 256 ? (kindOf[tag] as number) : 0;
      const mark = skippable > 0 ? inner : 0;
      if (kind !== 0 && (declaration[row] === 0 || (kind === kinds.function && !skipDeclared && functions === 0))) {
        const place = names[row] as number;
        if (place >= 0 && kind !== kinds.variable && nameForm[row] === FORM.strp && unit.file === this.file) this.add(view.getUint32(at + place, true), base + offset, kind | mark);
        else if (place !== absent || kind === kinds.function || kind === kinds.variable) this.consider(unit, offset, kind, base, functions > 0, mark);
      }
      if (hasChildren[row] === 0) {
        const size = total[row] as number;
        at = size >= 0 ? at + size : unit.skipAttributes(row, at);
        continue;
      }
      const sibling = siblings[row] as number;
      if (sibling !== absent && depth > 0 && canSkip(tag, deep)) {
        let target = -1;
        if (sibling >= 0) target = unitStart + view.getUint32(at + sibling, true);
        else if (sibling === dynamic) target = Die.read(unit, offset)?.subtreeEnd ?? -1;
        if (target > at && target <= end) {
          at = target;
          continue;
        }
      }
      const size = total[row] as number;
      at = size >= 0 ? at + size : unit.skipAttributes(row, at);
      depth++;
      const isFunction = tag === TAG.subprogram;
      const isSkippable = deep && sibling !== absent && depth > 1 && canSkip(tag, false);
      opened.push((isFunction ? 1 : 0) | (isSkippable ? 2 : 0));
      if (isFunction) functions++;
      if (isSkippable) skippable++;
    } while (depth > 0);
  }

  /** The less common shapes: inline, indexed or inherited names, and variables, which must have a place to be filed. */
  private consider(unit: Unit, offset: number, kind: number, base: number, local: boolean, mark: number): void {
    const die = Die.read(unit, offset);
    if (!die) return;
    if (kind === kinds.variable) {
      const expression = die.block(AT.location);
      const first = expression?.[0];
      if (local && first !== DW_OP_addr && first !== DW_OP_addrx && first !== DW_OP_GNU_addr_index) return;
      if (!local && !expression && !die.has(AT.const_value) && !die.has(AT.location)) return;
    }
    for (const link of die.chain()) {
      const key = keyOf(link, this.file);
      if (key === undefined) continue;
      this.add(key, base + offset, kind | mark);
      return;
    }
  }
}

const canSkip = (tag: number, deep: boolean): boolean => tag !== TAG.namespace && tag !== TAG.module && !(deep && (tag === TAG.subprogram || tag === TAG.lexical_block || tag === TAG.inlined_subroutine));

const keyOf = (die: Die, file: DwarfFile): number | undefined => {
  const { unit } = die;
  const place = die.place(AT.name);
  if (!place) return undefined;
  const { form, at } = place;
  // Strings of a split file have offsets of their own.
  if (unit.file !== file) return inlineKey(Buffer.from(die.string(AT.name) ?? ''), 0, Infinity);
  if (form === FORM.strp) return unit.offsetSize === 8 ? Number(unit.view.getBigUint64(at, true)) >>> 0 : unit.view.getUint32(at, true);
  if (form === FORM.string) return inlineKey(unit.buffer, at, unit.end);
  if (form === FORM.strx || (form >= FORM.strx1 && form <= FORM.strx4) || form === FORM.GNU_str_index)
    return unit.file.stringOffset(unit.root.stringOffsetsBase, indexAt(unit.buffer, at, form), unit.offsetSize) >>> 0;
  const text = die.string(AT.name);
  return text === undefined ? undefined : inlineKey(Buffer.from(text), 0, Infinity);
};

/** String offsets are dense; their low bits alone would fill neighbouring slots only. */
const spread = (key: number): number => {
  const mixed = Math.imul(key ^ (key >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
};
