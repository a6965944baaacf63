import type { StructType, Type } from '../../../images/types';
import { strip } from '../../../images/types';
import { innerPointer } from '../pointers';
import { TypedValue } from '../typed-value';
import type { Collection, Entry } from './collection';
import { countOf, damaged, libraryStruct, parameterOf } from './collection';

/** Control bytes that are read at once; also how far a damaged table is searched at a time. */
const chunk = 65_536;
/** Set in the control byte of an empty or deleted bucket (hashbrown src/control/tag.rs). */
const free = 0x80;
/** Entries that the count may be off by while one is put in or taken out: it is changed last (hashbrown src/raw/mod.rs, insert_in_slot and erase). */
const unsettled = 1;
/** Wrappers from std's HashSet to the table. */
const deepest = 6;
/** Members of the wrappers that are not the table: hashers, allocators, markers. */
const beside = new Set(['hash_builder', 'hasher', 'alloc', 'marker', '_marker']);

interface Table {
  /** From the map to the raw table. */
  readonly path: readonly string[];
  readonly entry: Type;
  /** The member that holds mask, control bytes and count; left out: the table itself. */
  readonly inner: string | undefined;
  readonly isSet: boolean;
}

const known = new WeakMap<StructType, Table | 'none'>();

/**
 * std's HashMap and HashSet and hashbrown's own, by the members of hashbrown's raw table: `bucket_mask`, `ctrl`, `items`
 * (hashbrown src/raw/mod.rs), which newer versions keep in `RawTable::table` and older ones in `RawTable` itself.
 */
export const hashTable = (type: Type): Table | undefined => {
  const outer = libraryStruct(type);
  if (!outer) return undefined;
  let table = known.get(outer);
  if (table === undefined) known.set(outer, (table = find(outer) ?? 'none'));
  return table === 'none' ? undefined : table;
};

const has = (type: StructType, ...names: string[]): boolean => names.every((name) => type.members.some((member) => member.name === name));

const find = (outer: StructType): Table | undefined => {
  const path: string[] = [];
  let current: StructType = outer;
  for (let depth = 0; depth < deepest; depth++) {
    const within = current.members.map((member) => ({ name: member.name, type: strip(member.type) })).find(({ type }) => type.kind === 'struct' && has(type, 'bucket_mask', 'ctrl', 'items'));
    const holds = has(current, 'bucket_mask', 'ctrl', 'items');
    const entry = parameterOf(current, 'T', 0);
    if (entry && (holds || within)) {
      return { path, entry, inner: holds ? undefined : within?.name, isSet: /^HashSet(<|$)/.test(outer.name) };
    }
    const others = current.members.filter(({ name }) => !beside.has(name));
    const [only, another] = others;
    const next = only && strip(only.type);
    if (!only || another || next?.kind !== 'struct') return undefined;
    path.push(only.name);
    current = next;
  }
  return undefined;
};

/** The entries in the order of the buckets, which is no order to its user. */
export const hashCollection = async (map: TypedValue, shape: Table): Promise<Collection> => {
  let table = map;
  for (const name of shape.path) table = table.member(name);
  const inner = shape.inner === undefined ? table : table.member(shape.inner);
  const length = await countOf(map, inner.member('items'));
  const mask = await inner.member('bucket_mask').integer();
  if ((mask & (mask + 1n)) !== 0n || BigInt(length) > mask + 1n) throw damaged(map, `${length} entries in ${mask + 1n} buckets`);
  const buckets = await bucketsOf(inner, shape.entry);
  const occupied: number[] = [];
  let searched = 0;
  const upTo = async (count: number): Promise<void> => {
    while (occupied.length < Math.min(count, length) && BigInt(searched) <= mask) {
      const size = Math.min(chunk, Number(mask + 1n) - searched);
      const bytes = await map.memory.readSome(buckets.control + BigInt(searched), size);
      if (bytes.length < size) throw damaged(map, `its control bytes at 0x${(buckets.control + BigInt(searched + bytes.length)).toString(16)} cannot be read`);
      bytes.forEach((byte, i) => {
        if ((byte & free) === 0) occupied.push(searched + i);
      });
      searched += size;
      const whole = BigInt(searched) > mask;
      if (occupied.length > length + unsettled || (whole && occupied.length < length - unsettled)) throw damaged(map, `it says that it holds ${length} entries and has ${whole ? '' : 'more than '}${occupied.length}`);
    }
  };
  return {
    kind: shape.isSet ? 'set' : isPair(shape.entry) ? 'map' : 'list',
    length,
    entries: async (start, count) => {
      await upTo(start + count);
      const places = occupied.slice(start, Math.min(start + count, length)).map((index) => buckets.at(index));
      if (shape.entry.size > 0) await map.memory.readMany(places.map((address) => ({ address, length: shape.entry.size })));
      return places.map((address) => entryOf(TypedValue.at(shape.entry, address, map.memory), shape));
    },
  };
};

/** Buckets lie below the control bytes, last first; in old versions they have a pointer of their own, `data`. */
const bucketsOf = async (inner: TypedValue, entry: Type): Promise<{ readonly control: bigint; readonly at: (index: number) => bigint }> => {
  const control = await pointerOf(inner.member('ctrl'));
  const size = BigInt(entry.size);
  if (!inner.hasMember('data')) return { control, at: (index) => control - BigInt(index + 1) * size };
  const data = await pointerOf(inner.member('data'));
  return { control, at: (index) => data + BigInt(index) * size };
};

const pointerOf = async (value: TypedValue): Promise<bigint> => {
  const inner = innerPointer(value.type);
  return inner ? value.part(inner.type, inner.offset).integer() : value.integer();
};

const isPair = (type: Type): boolean => {
  const real = strip(type);
  return real.kind === 'struct' && real.members.length === 2 && has(real, '__0', '__1');
};

const entryOf = (value: TypedValue, { entry, isSet }: Table): Entry => {
  if (!isPair(entry)) return { value };
  return isSet ? { value: value.member('0') } : { key: value.member('0'), value: value.member('1') };
};
