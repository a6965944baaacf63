import { failure } from '../errors/catalogue';
import { chainErrors } from '../errors/chains';
import type { Type } from '../images/types';
import type { Value } from './value';
import { queueOf } from './values/kernel-lists';
import { offsetOfPath } from './values/members';
import { TypedValue } from './values/typed-value';

/** More elements than any boot has; beyond it the list is taken for damaged. */
const longest = 65_536;


/**
 * Elements of a TAILQ, LIST, STAILQ or SLIST from its head. `link` is the member path of the entry in the elements
 * (`mnt_list`). Each element is fetched whole before the next is looked for. Throws BS402 for a head that is none, BS404 on a ring.
 */
export const queueElements = async (head: Value, link: string): Promise<Value[]> => {
  const kind = queueOf(head.type);
  if (!kind) throw failure(chainErrors.noMember, { type: head.type.qualifiedName, member: 'tqh_first, lh_first, stqh_first, slh_first' });
  return collect(head.type.qualifiedName, head.member(kind.first), async (element) => element.path(`${link}.${kind.next}`));
};

const collect = async (name: string, first: Value, next: (element: Value) => Promise<Value>): Promise<Value[]> => {
  const found: Value[] = [];
  const seen = new Set<bigint>();
  for (let pointer = first; ; ) {
    const address = await pointer.integer();
    if (address === 0n) return found;
    if (seen.has(address) || found.length >= longest) throw failure(chainErrors.listTooLong, { name, count: found.length });
    seen.add(address);
    const element = await pointer.deref();
    await fetched(element);
    found.push(element);
    pointer = await next(element);
  }
};

/**
 * Elements of a Linux `struct list_head` ring (include/linux/list.h) or `hlist_head`: `head` is the list's own head, `link`
 * the member path of the link in `type` (container_of). Throws BS404 on a ring that does not come back to its head.
 */
export const listHeadElements = async (head: Value, type: Type, link: string): Promise<Value[]> => {
  const offset = BigInt(offsetOfPath(type, link));
  const end = head.address;
  const hashed = head.hasMember('first');
  const found: Value[] = [];
  const seen = new Set<bigint>();
  let at = await head.member(hashed ? 'first' : 'next').integer();
  while (at !== end && at !== 0n) {
    if (seen.has(at) || found.length >= longest) throw failure(chainErrors.listTooLong, { name: `${type.name}.${link}`, count: found.length });
    seen.add(at);
    const element = TypedValue.at(type, at - offset, head.memory);
    await fetched(element);
    found.push(element);
    at = await (await element.path(link)).member('next').integer();
  }
  return found;
};

/** Gets an element's bytes in one round trip; what cannot be read fails where it is used. */
const fetched = async (element: Value): Promise<void> => {
  if (element.address !== undefined && element.type.size > 0) await element.memory.readMany([{ address: element.address, length: element.type.size }]);
};
