import type { Member, StructType, Type } from '../../images/types';
import { strip } from '../../images/types';
import { listOf } from './linked-list';
import type { Links } from './linked-list';
import type { Child } from './synthetic';
import type { TypedValue } from './typed-value';

/** Heads and entries by macro: FreeBSD sys/sys/queue.h, which NetBSD, OpenBSD and Darwin share. */
const queues = [
  { first: 'tqh_first', last: 'tqh_last', next: 'tqe_next', previous: 'tqe_prev' },
  { first: 'lh_first', last: undefined, next: 'le_next', previous: 'le_prev' },
  { first: 'stqh_first', last: 'stqh_last', next: 'stqe_next', previous: undefined },
  { first: 'slh_first', last: undefined, next: 'sle_next', previous: undefined },
] as const;

type Queue = (typeof queues)[number];

/** Which of the queue macros made this type; undefined: none. */
export const queueOf = (type: Type): Queue | undefined => {
  const real = strip(type);
  return real.kind === 'struct' ? queues.find(({ first }) => real.members.some(({ name }) => name === first)) : undefined;
};

/** The lists that begin at a head, to be opened below it; empty for what is no head. Reads one element at most. */
export const listsOf = async (head: TypedValue): Promise<Child[]> => {
  const queue = queueOf(head.type);
  return queue ? queueLists(head, queue) : ringOf(head);
};

const structBehind = (type: Type): StructType | undefined => {
  const pointer = strip(type);
  const target = pointer.kind === 'pointer' ? strip(pointer.target) : undefined;
  return target?.kind === 'struct' && !target.declaration ? target : undefined;
};

const memberNamed = (type: Type, name: string): Member | undefined => {
  const real = strip(type);
  return real.kind === 'struct' ? real.members.find((member) => member.name === name) : undefined;
};

const queueLists = async (head: TypedValue, queue: Queue): Promise<Child[]> => {
  const first = head.member(queue.first);
  const element = structBehind(first.type);
  if (!element) return [];
  const candidates = element.members.filter((member) => memberNamed(member.type, queue.next) !== undefined);
  const links = candidates.length > 1 ? await proven(head, element, queue, candidates) : candidates;
  return links.map((link) => {
    const list: Links = { memory: head.memory, element, offset: 0, next: link.offset + (memberNamed(link.type, queue.next)?.offset ?? 0), pointerSize: first.type.size, first: () => first.integer() };
    return { name: `[by ${link.name}]`, value: listOf(list), access: '' };
  });
};

/**
 * An element may be in several lists. The entry that belongs to this head is the one whose back pointer in the first element
 * points to the head (`tqe_prev = &head->tqh_first`); all of them where the macro keeps no back pointer.
 */
const proven = async (head: TypedValue, element: StructType, { first, previous }: Queue, candidates: readonly Member[]): Promise<readonly Member[]> => {
  const start = head.member(first);
  if (previous === undefined || start.address === undefined || (await start.isNull())) return candidates;
  const holder = (await start.deref()).cast(element);
  const held = await Promise.all(
    candidates.map(async (link) => {
      const back = holder.field(link);
      return back.hasMember(previous) && (await back.member(previous).integer()) === start.address;
    }),
  );
  const found = candidates.filter((_, i) => held[i]);
  return found.length > 0 ? found : candidates;
};

/**
 * Linux' `struct list_head` and `hlist_head` (include/linux/types.h) know the links and not the elements, so the links are shown;
 * `list_entries(head, struct mount, mnt_list)` shows the elements.
 */
const ringOf = async (head: TypedValue): Promise<Child[]> => {
  const type = strip(head.type);
  if (type.kind !== 'struct' || head.address === undefined) return Promise.resolve([]);
  const names = type.members.map(({ name }) => name).join();
  const ring = names === 'next,prev';
  if (!ring && names !== 'first') return [];
  const start = head.member(ring ? 'next' : 'first');
  const node = structBehind(start.type);
  const next = node && memberNamed(node, 'next');
  if (!next || !(ring ? memberNamed(node, 'prev') && node.size === type.size : memberNamed(node, 'pprev'))) return [];
  const links: Links = { memory: head.memory, element: node, offset: 0, next: next.offset, pointerSize: start.type.size, first: () => start.integer(), ...(ring ? { end: head.address } : {}) };
  return [{ name: '[links]', value: listOf(links), access: '' }];
};
