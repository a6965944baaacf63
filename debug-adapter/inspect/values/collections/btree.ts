import type { StructType, Type } from '../../../images/types';
import { strip } from '../../../images/types';
import { innerPointer } from '../pointers';
import { TypedValue } from '../typed-value';
import type { Collection, Entry } from './collection';
import { countOf, damaged, initialised, libraryStruct } from './collection';

/** Nodes hold 6 keys or more, so that a tree of this height holds more than memory. */
const highest = 24;

/** BTreeMap is told by `root` and `length`, BTreeSet is one in `map` (library/alloc/src/collections/btree/map.rs, set.rs). */
export const isBTree = (type: Type): boolean => treeType(type) !== undefined;

const treeType = (type: Type): { readonly isSet: boolean } | undefined => {
  const outer = libraryStruct(type);
  const has = (one: StructType, ...names: string[]): boolean => names.every((name) => one.members.some((member) => member.name === name));
  if (!outer) return undefined;
  if (has(outer, 'root', 'length')) return { isSet: false };
  const inner = outer.members.find(({ name }) => name === 'map');
  const map = inner && libraryStruct(inner.type);
  return map && has(map, 'root', 'length') ? { isSet: true } : undefined;
};

/** Entries in the order of the keys. Nodes are read as the walk comes to them. */
export const btreeCollection = async (tree: TypedValue): Promise<Collection> => {
  const isSet = treeType(tree.type)?.isSet ?? false;
  const map = isSet ? tree.member('map') : tree;
  const length = await countOf(tree, map.member('length'));
  const walk = length === 0 ? undefined : walkFrom(tree, map);
  const found: Entry[] = [];
  const upTo = async (count: number): Promise<void> => {
    while (walk && found.length < Math.min(count, length)) {
      const next = await walk.next();
      if (next.done === true) throw damaged(tree, `it says that it holds ${length} entries and has ${found.length}`);
      found.push(isSet && next.value.key ? { value: next.value.key } : next.value);
    }
  };
  return {
    kind: isSet ? 'set' : 'map',
    length,
    entries: async (start, count) => {
      await upTo(start + count);
      return found.slice(start, Math.min(start + count, length));
    },
  };
};

async function* walkFrom(tree: TypedValue, map: TypedValue): AsyncGenerator<Entry> {
  const held = map.member('root');
  const type = strip(held.type);
  let root = held;
  if (type.kind === 'struct' && type.variantPart) {
    const { name, payload } = await held.variant();
    if (name !== 'Some') throw damaged(tree, 'it has a length and no root');
    root = payload.member('0');
  }
  const height = await root.member('height').integer();
  if (height < 0n || height > BigInt(highest)) throw damaged(tree, `its height is ${height}`);
  yield* walkNode(tree, await nodeBehind(root.member('node')), Number(height));
}

/** `LeafNode { keys, vals, len }`, and `InternalNode { data: LeafNode, edges }` above it (library/alloc/src/collections/btree/node.rs). */
async function* walkNode(tree: TypedValue, leaf: TypedValue, height: number): AsyncGenerator<Entry> {
  const internal = height > 0 ? asInternal(tree, leaf) : undefined;
  const whole = internal ?? leaf;
  const [bytes] = await tree.memory.readMany([{ address: whole.address ?? 0n, length: whole.type.size }]);
  if (!bytes) throw damaged(tree, `its node at 0x${(whole.address ?? 0n).toString(16)} cannot be read`);
  const keys = leaf.member('keys');
  const capacity = strip(keys.type);
  const count = await leaf.member('len').integer();
  if (capacity.kind !== 'array' || count > BigInt(capacity.count ?? 0)) throw damaged(tree, `its node at 0x${(leaf.address ?? 0n).toString(16)} says that it holds ${count} keys`);
  for (let i = 0; i <= Number(count); i++) {
    if (internal) {
      const edge = await nodeBehind(initialised(internal.member('edges').index(i)));
      yield* walkNode(tree, edge.cast(leaf.type), height - 1);
    }
    if (i < Number(count)) yield { key: initialised(keys.index(i)), value: initialised(leaf.member('vals').index(i)) };
  }
}

/** What a node pointer points to, in all the wrappers that versions of the library put round it. */
const nodeBehind = async (pointer: TypedValue): Promise<TypedValue> => {
  const inner = innerPointer(pointer.type);
  if (!inner) throw damaged(pointer, 'it holds no pointer to a node');
  const address = await pointer.part(inner.type, inner.offset).integer();
  return TypedValue.at(inner.type.target, address, pointer.memory);
};

/** The internal node that begins with this leaf part. Its type is known from the leaf's pointer to its parent. */
const asInternal = (tree: TypedValue, leaf: TypedValue): TypedValue => {
  const type = strip(leaf.type);
  const parent = type.kind === 'struct' ? type.members.find(({ name }) => name === 'parent') : undefined;
  const internal = parent && internalIn(parent.type, 0);
  const data = internal?.members.find(({ name }) => name === 'data');
  if (!internal || !data) throw damaged(tree, 'the debug information has no type of its inner nodes');
  return TypedValue.at(internal, (leaf.address ?? 0n) - BigInt(data.offset), leaf.memory);
};

const internalIn = (type: Type, depth: number): StructType | undefined => {
  const real = strip(type);
  if (depth > 8) return undefined;
  if (real.kind === 'pointer') {
    const target = strip(real.target);
    return target.kind === 'struct' && target.members.some(({ name }) => name === 'edges') ? target : undefined;
  }
  if (real.kind !== 'struct') return undefined;
  const parts = [...real.members.map((member) => member.type), ...(real.variantPart?.variants ?? []).map(({ member }) => member.type)];
  for (const part of parts) {
    const found = internalIn(part, depth + 1);
    if (found) return found;
  }
  return undefined;
};
