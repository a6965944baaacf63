import type { Type } from '../../../images/types';
import { numberNamed, pointerWithin } from '../pointers';
import { TypedValue } from '../typed-value';
import type { Collection } from './collection';
import { countOf, damaged, libraryStruct, parameterOf } from './collection';

/**
 * VecDeque: a ring buffer with `head` and `len` (library/alloc/src/collections/vec_deque/mod.rs), before Rust 1.66 with `tail`
 * and `head` and room for one more than it held.
 */
export const isDeque = (type: Type): boolean => {
  const outer = libraryStruct(type);
  return outer !== undefined && /^VecDeque(<|$)/.test(outer.name) && ['buf', 'head'].every((name) => outer.members.some((member) => member.name === name)) && parameterOf(outer, 'T', 0) !== undefined;
};

export const dequeCollection = async (deque: TypedValue): Promise<Collection> => {
  const outer = libraryStruct(deque.type);
  const element = outer && parameterOf(outer, 'T', 0);
  const buffer = outer?.members.find(({ name }) => name === 'buf');
  const pointer = buffer && pointerWithin(buffer.type, buffer.offset, 0);
  const capacityAt = buffer && numberNamed(buffer.type, 'cap', buffer.offset, 0);
  if (!element || !pointer || !capacityAt) throw damaged(deque, 'its buffer has another shape than is known');
  const word = (offset: number): TypedValue => deque.part(capacityAt.type, offset);
  const capacity = element.size === 0 ? Number.MAX_SAFE_INTEGER : await countOf(deque, word(capacityAt.offset));
  const head = await countOf(deque, deque.member('head'));
  const older = deque.hasMember('tail');
  const first = older ? await countOf(deque, deque.member('tail')) : head;
  const length = older ? (head - first + capacity) % Math.max(1, capacity) : await countOf(deque, deque.member('len'));
  if (length > capacity || (first >= capacity && first > 0)) throw damaged(deque, `${length} elements from ${first} on in room for ${capacity}`);
  const start = await deque.part(pointer.type, pointer.offset).integer();
  return {
    kind: 'list',
    length,
    entries: async (from, count) => {
      const indices = Array.from({ length: Math.max(0, Math.min(count, length - from)) }, (_, i) => (first + from + i) % capacity);
      const places = indices.map((index) => start + BigInt(index) * BigInt(element.size));
      if (element.size > 0) await deque.memory.readMany(places.map((address) => ({ address, length: element.size })));
      return places.map((address) => ({ value: TypedValue.at(element, address, deque.memory) }));
    },
  };
};
