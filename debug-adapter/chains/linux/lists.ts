import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import { strip } from '../../images/types';
import type { ProgramView } from '../../inspect/view';
import type { Value } from '../../inspect/value';
import type { Batch } from '../batch';
import { memberPath } from '../lists';

const longest = 65_536;

/**
 * Elements of a `struct list_head` ring (include/linux/list.h), whose links point at the link inside the next element.
 * `head` is the ring's own list_head, `link` the member path of the link in `type`. No more than `most`
 * are read.
 */
export const walkRing = async (view: ProgramView, batch: Batch, head: Value, type: string, link: string, most = Infinity): Promise<Value[]> => {
  const elementType = view.type(type);
  const offset = BigInt(view.offsetOf(elementType, link));
  const end = head.address ?? 0n;
  const found: Value[] = [];
  let at = await head.member('next').integer();
  while (at !== end && at !== 0n && found.length < most) {
    if (found.length >= longest) throw failure(chainErrors.listTooLong, { name: `${type}.${link}`, count: found.length });
    const element = await batch.struct(view.value(elementType, at - offset));
    found.push(element);
    at = await memberPath(element, link).member('next').integer();
  }
  return found;
};

/** Elements of a `struct rb_root` tree in order (include/linux/rbtree_types.h), `link` being the rb_node in `type`. */
export const walkRedBlackTree = async (view: ProgramView, batch: Batch, root: Value, type: string, link: string): Promise<Value[]> => {
  const elementType = view.type(type);
  const offset = BigInt(view.offsetOf(elementType, link));
  let count = 0;
  const walk = async (node: bigint): Promise<Value[]> => {
    if (node === 0n) return [];
    if (++count > longest) throw failure(chainErrors.listTooLong, { name: `${type}.${link}`, count });
    const element = await batch.struct(view.value(elementType, node - offset));
    const rb = memberPath(element, link);
    const [left, right] = await Promise.all([rb.member('rb_left').integer().then(walk), rb.member('rb_right').integer().then(walk)]);
    return [...left, element, ...right];
  };
  return walk(await root.member('rb_node').integer());
};

/** Is the value an aggregate (a list head, a tree root) rather than a number? */
export const isAggregate = (value: Value): boolean => strip(value.type).kind === 'struct';
