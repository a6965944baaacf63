import type { StructType, Type } from '../../../images/types';
import { strip } from '../../../images/types';
import { innerPointer } from '../pointers';
import { TypedValue } from '../typed-value';
import type { Collection } from './collection';
import { countOf, damaged, libraryStruct } from './collection';

/** LinkedList: `head`, `tail` and `len`; its nodes have `next`, `prev` and `element` (library/alloc/src/collections/linked_list.rs). */
export const isLinkedList = (type: Type): boolean => {
  const outer = libraryStruct(type);
  return outer !== undefined && /^LinkedList(<|$)/.test(outer.name) && has(outer, 'head', 'tail', 'len');
};

const has = (type: StructType, ...names: string[]): boolean => names.every((name) => type.members.some((member) => member.name === name));

/** Elements from the head on. Nodes are read as the walk comes to them. */
export const linkedCollection = async (list: TypedValue): Promise<Collection> => {
  const length = await countOf(list, list.member('len'));
  const found: TypedValue[] = [];
  const seen = new Set<bigint>();
  let next: TypedValue | undefined = list.member('head');
  const upTo = async (count: number): Promise<void> => {
    while (next && found.length < Math.min(count, length)) {
      const node = await nodeBehind(list, next);
      if (!node) throw damaged(list, `it says that it holds ${length} entries and has ${found.length}`);
      const { address = 0n } = node;
      if (seen.has(address)) throw damaged(list, `its element ${found.length} is one from before`);
      const [bytes] = await list.memory.readMany([{ address, length: node.type.size }]);
      if (!bytes) throw damaged(list, `its node at 0x${address.toString(16)} cannot be read`);
      seen.add(address);
      found.push(node.member('element'));
      next = node.member('next');
    }
  };
  return {
    kind: 'list',
    length,
    entries: async (start, count) => {
      await upTo(start + count);
      return found.slice(start, Math.min(start + count, length)).map((value) => ({ value }));
    },
  };
};

/** The node that an `Option<NonNull<Node<T>>>` names; undefined for None. */
const nodeBehind = async (list: TypedValue, link: TypedValue): Promise<TypedValue | undefined> => {
  const { name, payload } = await link.variant();
  if (name !== 'Some') return undefined;
  const pointer = payload.member('0');
  const inner = innerPointer(pointer.type);
  const target = inner && strip(inner.type.target);
  if (!inner || target?.kind !== 'struct' || !has(target, 'next', 'element')) throw damaged(list, 'its nodes have another shape than is known');
  return TypedValue.at(target, await pointer.part(inner.type, inner.offset).integer(), list.memory);
};
