import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import { strip } from '../../images/types';
import type { ProgramView } from '../../inspect/view';
import type { Value } from '../../inspect/value';
import type { Batch } from '../batch';
import { holderOf, innerMember } from '../members';

const mostElements = 65_536;
/** 11 keys in a node at most, so 12 levels hold more than memory. */
const highest = 12;

/**
 * Keys of a BTreeSet or BTreeMap in order, as values of the key type. Nodes are laid out as in rust
 * library/alloc/src/collections/btree/node.rs (LeafNode: len, keys; InternalNode: data, edges); members are found by name.
 */
export const btreeKeys = async (view: ProgramView, batch: Batch, set: Value): Promise<Value[]> => {
  const map = holderOf(set, 'root', 'length');
  if ((await map.member('length').integer()) === 0n) return [];
  const root = await map.member('root').variant();
  if (root.name !== 'Some') return [];
  const reference = holderOf(root.payload, 'height', 'node');
  const height = await reference.member('height').number();
  if (height < 0 || height > highest) throw failure(chainErrors.notUnsigned, { what: 'the height of a BTree', value: height });
  const leaf = await reference.member('node').deref();
  const keys: Value[] = [];
  await walk(view, batch, leaf, height, keys);
  return keys;
};

const walk = async (view: ProgramView, batch: Batch, node: Value, height: number, keys: Value[]): Promise<void> => {
  await batch.struct(node);
  const count = await node.member('len').number();
  const children = height === 0 ? [] : await edges(view, batch, node, count);
  const parts = await Promise.all(
    children.map(async (child) => {
      const part: Value[] = [];
      await walk(view, batch, child, height - 1, part);
      return part;
    }),
  );
  for (let index = 0; index <= count; index++) {
    keys.push(...(parts[index] ?? []));
    if (index < count) keys.push(content(node.member('keys').index(index)));
    if (keys.length > mostElements) throw failure(chainErrors.listTooLong, { name: 'BTree', count: keys.length });
  }
};

/** Child nodes of an internal node, which begins with (or holds as `data`) the leaf part. */
const edges = async (view: ProgramView, batch: Batch, leaf: Value, count: number): Promise<Value[]> => {
  const name = leaf.type.qualifiedName.replace('LeafNode<', 'InternalNode<');
  const type = view.type(name);
  const address = (leaf.address ?? 0n) - BigInt(view.offsetOf(type, 'data'));
  const node = await batch.struct(view.value(type, address, leaf.memory));
  const found: Value[] = [];
  for (let index = 0; index <= count; index++) {
    const pointer = await content(node.member('edges').index(index)).deref();
    found.push(pointer.cast(leaf.type));
  }
  return found;
};

/** What a MaybeUninit holds. */
const content = (value: Value): Value => {
  const type = strip(value.type);
  return type.kind === 'struct' && type.flavor === 'union' && value.hasMember('value') ? unwrap(innerMember(value, 'value')) : value;
};
const unwrap = (value: Value): Value => {
  let current = value;
  while (strip(current.type).name.startsWith('ManuallyDrop') || strip(current.type).name.startsWith('MaybeDangling')) {
    const type = strip(current.type);
    const [only] = type.kind === 'struct' ? type.members : [];
    if (only === undefined) break;
    current = current.member(only.name);
  }
  return current;
};
