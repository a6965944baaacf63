import { chainErrors } from '../errors/chains';
import { failure } from '../errors/catalogue';
import type { Value } from '../inspect/value';
import type { Batch } from './batch';

/** More elements than any boot has; beyond it the list is taken for damaged. */
const longest = 65_536;

/**
 * Elements of a linked list whose links point at whole elements (FreeBSD sys/sys/queue.h: LIST, TAILQ, STAILQ).
 * `first` is the head's pointer value, `next` a dotted member path in the element. Throws BS404 on a ring.
 */
export const walkList = async (batch: Batch, name: string, type: string, first: Value, next: string): Promise<Value[]> => {
  const found: Value[] = [];
  const seen = new Set<bigint>();
  let address = await first.integer();
  while (address !== 0n) {
    if (seen.has(address) || found.length >= longest) throw failure(chainErrors.listTooLong, { name, count: found.length });
    seen.add(address);
    const element = await batch.at(type, address);
    found.push(element);
    address = await memberPath(element, next).integer();
  }
  return found;
};

/** `a.b.c` through embedded structures only; follows no pointer, so it costs no read. */
export const memberPath = (value: Value, path: string): Value => path.split('.').reduce((current, name) => current.member(name), value);
