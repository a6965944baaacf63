import { chainErrors } from '../errors/chains';
import { failure } from '../errors/catalogue';
import type { Value } from '../inspect/value';
import type { Batch } from './batch';

/** More elements than any boot has; beyond it the list is taken for damaged. */
const longest = 65_536;

/** Larger elements (bytes) are fetched all at once behind the walk, which then reads nothing but their links: a step waits for every byte that it asks for. */
const smallElement = 512;

/**
 * Elements of a linked list whose links point at whole elements (FreeBSD sys/sys/queue.h: LIST, TAILQ, STAILQ), fetched.
 * `first` is the head's pointer value, `next` a dotted member path in the element. Throws BS404 on a ring.
 */
export const walkList = async (batch: Batch, name: string, typeName: string, first: Value, next: string): Promise<readonly Value[]> => {
  const { view } = batch;
  const found: Value[] = [];
  const seen = new Set<bigint>();
  let address = await first.integer();
  if (address === 0n) return found;
  const type = view.type(typeName);
  const small = type.size <= smallElement;
  const link = small ? 0n : BigInt(view.offsetOf(type, next));
  const length = small ? type.size : view.addressSize;
  while (address !== 0n) {
    if (seen.has(address) || found.length >= longest) throw failure(chainErrors.listTooLong, { name, count: found.length });
    seen.add(address);
    const element = view.value(type, address);
    found.push(element);
    await batch.need(address + link, length, element.memory);
    address = await memberPath(element, next).integer();
  }
  return small ? found : batch.structs(found);
};

/** `a.b.c` through embedded structures only; follows no pointer, so it costs no read. */
export const memberPath = (value: Value, path: string): Value => path.split('.').reduce((current, name) => current.member(name), value);
