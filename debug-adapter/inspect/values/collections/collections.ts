import { libraryStruct } from './collection';
import type { Collection } from './collection';
import { btreeCollection, isBTree } from './btree';
import { dequeCollection, isDeque } from './deque';
import { hashCollection, hashTable } from './hash-table';
import { isLinkedList, linkedCollection } from './linked';
import type { Type } from '../../../images/types';
import type { TypedValue } from '../typed-value';

/** Whether a type is a collection whose entries are shown in place of its members; reads nothing. */
export const isCollection = (type: Type): boolean => libraryStruct(type) !== undefined && (hashTable(type) !== undefined || isBTree(type) || isDeque(type) || isLinkedList(type));

/** The entries of a HashMap, HashSet, BTreeMap, BTreeSet, VecDeque or LinkedList; undefined for anything else. Throws BS367 for a damaged one. */
export const collectionOf = async (value: TypedValue): Promise<Collection | undefined> => {
  const { type } = value;
  if (libraryStruct(type) === undefined || value.absence !== undefined) return undefined;
  const table = hashTable(type);
  if (table) return hashCollection(value, table);
  if (isBTree(type)) return btreeCollection(value);
  if (isLinkedList(type)) return linkedCollection(value);
  return isDeque(type) ? dequeCollection(value) : undefined;
};
