import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import type { Member, StructType, Type } from '../../../debug-adapter/images/types';
import { childrenOf } from '../../../debug-adapter/inspect/render/children';
import { render } from '../../../debug-adapter/inspect/render/render';
import { arrayOf } from '../../../debug-adapter/inspect/values/pointers';
import { TypedValue } from '../../../debug-adapter/inspect/values/typed-value';
import { FakeMemory, base, pointer } from '../chains/fake-machine';
import { trials } from '../../trials';

/** Counts what is read and how much. */
class CountingMemory extends FakeMemory {
  bytesRead = 0;
  override async readSome(address: bigint, length: number): Promise<Uint8Array> {
    this.bytesRead += length;
    // Everything from here on is there and zero: a huge array without its memory.
    if (address >= 0x10_0000_0000n && address < 0x20_0000_0000n) return new Uint8Array(length);
    return super.readSome(address, length);
  }
}

const rust = (type: Type): Type => ({ ...type, language: 'rust' }) as Type;
const u8 = rust(base('u8', 1));
const u32 = rust(base('u32', 4));
const usize = rust(base('usize', 8));

/** A struct of a library; members one after the other. */
const library = (path: string, members: Record<string, Type>, parameters: Record<string, Type> = {}): StructType => {
  let offset = 0;
  const laid: Member[] = Object.entries(members).map(([name, type]) => {
    const member = { name, type, offset, artificial: false };
    offset += type.size;
    return member;
  });
  const name = path.slice(path.lastIndexOf('::') + 2);
  return { kind: 'struct', flavor: 'struct', name, qualifiedName: path, language: 'rust', size: offset, declaration: false, members: laid, templateParameters: Object.entries(parameters).map(([parameter, type]) => ({ name: parameter, type })) };
};
const nonNull = (target: Type): StructType => library('core::ptr::non_null::NonNull<T>', { pointer: rust(pointer(target)) });
const pair = library('(u32, u32)', { __0: u32, __1: u32 });

/** The shapes that std's HashMap has had: members in the raw table itself or in one inside it, buckets below the control bytes or apart. */
const shapes = {
  inner: (): StructType => {
    const table = library('hashbrown::raw::RawTableInner', { bucket_mask: usize, ctrl: nonNull(u8), growth_left: usize, items: usize });
    const raw = library('hashbrown::raw::RawTable<(u32, u32)>', { table, alloc: library('alloc::alloc::Global', {}), marker: library('core::marker::PhantomData', {}) }, { T: pair });
    return library('std::collections::hash::map::HashMap<u32, u32>', { base: library('hashbrown::map::HashMap<u32, u32>', { hash_builder: usize, table: raw }) });
  },
  direct: (): StructType => library('hashbrown::map::HashMap<u32, u32>', { hash_builder: usize, table: library('hashbrown::raw::RawTable<(u32, u32)>', { bucket_mask: usize, ctrl: nonNull(u8), growth_left: usize, items: usize, marker: library('core::marker::PhantomData', {}) }, { T: pair }) }),
  apart: (): StructType => library('std::collections::hash::map::HashMap<u32, u32>', { base: library('hashbrown::map::HashMap<u32, u32>', { hash_builder: usize, table: library('hashbrown::raw::RawTable<(u32, u32)>', { bucket_mask: usize, ctrl: nonNull(u8), data: nonNull(pair), items: usize }, { T: pair }) }) }),
};

const at = 0x1000n;
const control = 0x9000n;
const data = 0x7000n;

/** The table's own words: where each of its members is from the start of the map. */
const offsetsIn = (type: StructType, from = 0): Record<string, number> =>
  Object.assign({}, ...type.members.map(({ name, type: inner, offset }) => ({ [name]: from + offset, ...(inner.kind === 'struct' ? offsetsIn(inner, from + offset) : {}) }))) as Record<string, number>;

const hashMap = (type: StructType, buckets: readonly (number | undefined)[], memory = new CountingMemory()) => {
  const places = offsetsIn(type);
  const word = (name: string, value: bigint): void => memory.putNumber(at + BigInt(places[name]!), value, 8);
  memory.put(at, new Uint8Array(type.size));
  word('bucket_mask', BigInt(buckets.length - 1));
  word('ctrl', control);
  if ('data' in places) word('data', data);
  word('items', BigInt(buckets.filter((key) => key !== undefined).length));
  buckets.forEach((key, i) => {
    memory.putNumber(control + BigInt(i), key === undefined ? 0xffn : 0x11n, 1);
    if (key === undefined) return;
    const entry = 'data' in places ? data + BigInt(i * 8) : control - BigInt((i + 1) * 8);
    memory.putNumber(entry, BigInt(key), 4);
    memory.putNumber(entry + 4n, BigInt(key * 2), 4);
  });
  return { memory, word, value: TypedValue.at(type, at, memory) };
};

const text = async (value: TypedValue): Promise<string> => (await render(value)).text;

describe('HashMap', () => {
  it.each(Object.entries(shapes))('of the shape "%s" has its entries', async (_, make) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(fc.nat(1_000_000), { nil: undefined }), { minLength: 1, maxLength: 64 }), fc.nat(70), fc.nat(70), async (slots, start, count) => {
        const size = 2 ** Math.ceil(Math.log2(slots.length));
        const { value } = hashMap(make(), Array.from({ length: size }, (_unused, i) => slots[i]));
        const keys = slots.filter((key) => key !== undefined);
        const children = await childrenOf(value);
        expect(children?.count ?? 0).toBe(keys.length);
        const page = (await children?.page(start, count)) ?? [];
        expect(page.map(({ name }) => name)).toEqual(keys.slice(start, start + count).map((key) => `[${key}]`));
        expect(await Promise.all(page.map(({ value: held }) => held.number()))).toEqual(keys.slice(start, start + count).map((key) => key * 2));
      }),
      trials(60),
    );
  });

  it('ends with a clear word when it is damaged', async () => {
    const fresh = () => hashMap(shapes.inner(), [1, undefined, 3, undefined]);
    const cases: [(map: ReturnType<typeof fresh>) => void, RegExp][] = [
      [({ word }) => word('bucket_mask', 6n), /is damaged: 2 entries in 7 buckets/],
      [({ word }) => word('items', 5n), /is damaged: 5 entries in 4 buckets/],
      [({ word }) => word('items', (1n << 64n) - 1n), /is damaged: it says that it holds 18446744073709551615 entries/],
      [({ word }) => word('ctrl', 0x6666_0000n), /is damaged: its control bytes at 0x66660000 cannot be read/],
      [({ word }) => (word('bucket_mask', (1n << 39n) - 1n), word('items', 1n << 38n)), /is damaged: its control bytes at 0x[0-9a-f]+ cannot be read/],
    ];
    for (const [damage, expected] of cases) {
      const map = fresh();
      damage(map);
      expect(await text(map.value)).toMatch(expected);
      expect(map.memory.bytesRead).toBeLessThan(1 << 20);
      await expect(childrenOf(map.value).then((children) => children!.page(0, 10))).rejects.toBeInstanceOf(BootscopeError);
    }
    // Elements that are marked and whose memory is gone.
    const { value, memory } = fresh();
    memory.pages.delete((control - 8n) >> 12n);
    expect(await text(value)).toBe('{<0x8ff8 is not in memory>: <0x8ffc is not in memory>, <0x8fe8 is not in memory>: <0x8fec is not in memory>}');
  });
});

/** A BTreeMap<u32, u32> of one inner node with leaves, as library/alloc/src/collections/btree/node.rs lays them out. */
const btree = (leaves: readonly (readonly number[])[], separators: readonly number[]) => {
  const memory = new CountingMemory();
  const uninit = (type: Type): StructType => ({ ...library('core::mem::maybe_uninit::MaybeUninit<T>', { value: library('core::mem::manually_drop::ManuallyDrop<T>', { value: type }) }), flavor: 'union' });
  const parent = nonNull(u8);
  const leaf = library('alloc::collections::btree::node::LeafNode<u32, u32>', { parent: library('core::option::Option<NonNull<InternalNode>>', { __0: parent }), keys: arrayOf(uninit(u32), 11), vals: arrayOf(uninit(u32), 11), parent_idx: rust(base('u16', 2)), len: rust(base('u16', 2)) });
  const internal = library('alloc::collections::btree::node::InternalNode<u32, u32>', { data: leaf, edges: arrayOf(uninit(nonNull(leaf)), 12) });
  Object.assign(parent.members[0]!.type, { target: internal });
  const offset = (type: StructType, name: string): bigint => BigInt(type.members.find((member) => member.name === name)!.offset);
  const put = (address: bigint, keys: readonly number[]): void => {
    memory.put(address, new Uint8Array(internal.size));
    memory.putNumber(address + offset(leaf, 'len'), BigInt(keys.length), 2);
    keys.forEach((key, i) => {
      memory.putNumber(address + offset(leaf, 'keys') + BigInt(i * 4), BigInt(key), 4);
      memory.putNumber(address + offset(leaf, 'vals') + BigInt(i * 4), BigInt(key + 1), 4);
    });
  };
  leaves.forEach((keys, i) => put(0x2_0000n + BigInt(i * 0x1000), keys));
  put(0x1_0000n, separators);
  leaves.forEach((_, i) => memory.putNumber(0x1_0000n + offset(internal, 'edges') + BigInt(i * 8), 0x2_0000n + BigInt(i * 0x1000), 8));
  const root = library('alloc::collections::btree::node::NodeRef', { height: usize, node: nonNull(leaf) });
  const map = library('alloc::collections::btree::map::BTreeMap<u32, u32>', { root, length: usize });
  const total = leaves.flat().length + separators.length;
  [1n, 0x1_0000n, BigInt(total)].forEach((word, i) => memory.putNumber(at + BigInt(i * 8), word, 8));
  return { memory, lenAt: (i: number) => 0x2_0000n + BigInt(i * 0x1000) + offset(leaf, 'len'), value: TypedValue.at(map, at, memory) };
};

describe('BTreeMap', () => {
  const leaves = [[1, 2], [4, 5, 6], [8, 9]];
  it('is walked in the order of its keys, node by node', async () => {
    const { value, memory } = btree(leaves, [3, 7]);
    expect(await text(value)).toBe('{1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 7, 7: 8, 8: 9, 9: 10}');
    const rounds = memory.rounds;
    const children = await childrenOf(value);
    expect((await children!.page(0, 2)).map(({ name }) => name)).toEqual(['[1]', '[2]']);
    // The inner node and its first leaf.
    expect(memory.rounds - rounds).toBe(2);
    expect((await children!.page(7, 9)).map(({ name }) => name)).toEqual(['[8]', '[9]']);
  });
  it('ends with a clear word when it is damaged', async () => {
    const absurd = btree(leaves, [3, 7]);
    absurd.memory.putNumber(absurd.lenAt(1), 60_000n, 2);
    expect(await text(absurd.value)).toMatch(/is damaged: its node at 0x21000 says that it holds 60000 keys/);
    const long = btree(leaves, [3, 7]);
    long.memory.putNumber(at + 16n, 1_000_000n, 8);
    expect(await text(long.value)).toMatch(/is damaged: it says that it holds 1000000 entries and has 9/);
    const high = btree(leaves, [3, 7]);
    high.memory.putNumber(at, 1_000n, 8);
    expect(await text(high.value)).toMatch(/is damaged: its height is 1000/);
    const gone = btree(leaves, [3, 7]);
    gone.memory.pages.delete(0x21n);
    expect(await text(gone.value)).toMatch(/is damaged: its node at 0x21000 cannot be read/);
    // A node that is its own child: the height bounds the walk.
    const circle = btree([[1], [2]], [3]);
    circle.memory.putNumber(at, 3n, 8);
    expect(await text(circle.value)).toMatch(/^<|^\{/);
    expect(circle.memory.rounds).toBeLessThan(200);
  });
});

describe('large things', () => {
  it('open by the page: ten million elements cost what a page costs', async () => {
    const memory = new CountingMemory();
    const big = TypedValue.at(arrayOf(u32, 10_000_000), 0x10_0000_0000n, memory);
    expect(await text(big)).toBe('[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, …] (10000000)');
    expect(memory.bytesRead).toBeLessThan(200);
    const before = memory.bytesRead;
    const page = await (await childrenOf(big))!.page(5_000_000, 100);
    expect(page[99]!.name).toBe('[5000099]');
    await Promise.all(page.map(({ value }) => value.number()));
    expect(memory.bytesRead - before).toBeLessThanOrEqual(800);
    expect(memory.rounds).toBeLessThanOrEqual(2);
  });
  it('a vector whose length is no length says so', async () => {
    const memory = new CountingMemory();
    const vec = library('alloc::vec::Vec<u32>', { buf: library('alloc::raw_vec::RawVec<u32>', { ptr: nonNull(u8), cap: usize }), len: usize }, { T: u32 });
    const set = (address: bigint, capacity: bigint, length: bigint): void => [address, capacity, length].forEach((word, i) => memory.putNumber(at + BigInt(i * 8), word, 8));
    set(0x10_0000_0000n, 20n, 11n);
    expect(await text(TypedValue.at(vec, at, memory))).toBe('[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, …] (11)');
    set(0x10_0000_0000n, 1n << 51n, 1n << 50n);
    expect(await text(TypedValue.at(vec, at, memory))).toMatch(/^<.*1125899906842624/);
    set(0x10_0000_0000n, 20n, 21n);
    expect(await text(TypedValue.at(vec, at, memory))).toMatch(/is damaged: 21 elements in room for 20/);
    set(0x6666_0000n, 20n, 3n);
    expect(await text(TypedValue.at(vec, at, memory))).toMatch(/^\[<.*0x66660000/);
    expect(memory.bytesRead).toBeLessThan(4096);
  });
});
