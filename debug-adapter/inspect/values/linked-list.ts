import { BootscopeError } from '../../errors/catalogue';
import type { Type } from '../../images/types';
import { strip } from '../../images/types';
import type { Memory } from '../../machine/machine';
import { arrayOf } from './pointers';
import type { Child, Children } from './synthetic';
import { named, note, Synthetic } from './synthetic';
import { TypedValue } from './typed-value';

/** Elements that are followed before the user asks for more. */
const pageSize = 100;

/** Where a list begins and how it goes on. Addresses are runtime ones; 0 ends a list, and so does `end`. */
export interface Links {
  readonly memory: Memory;
  readonly element: Type;
  /** What a link points to, from the start of an element in bytes: `container_of` takes it off. */
  readonly offset: number;
  /** Where an element keeps its next link, from its start. */
  readonly next: number;
  readonly pointerSize: number;
  /** Address of the head, for a ring. */
  readonly end?: bigint;
  first(): Promise<bigint>;
}

/** A linked list, followed as far as it was asked for. */
class Chain {
  readonly addresses: bigint[] = [];
  readonly #places = new Map<bigint, number>();
  #pending: bigint | undefined;
  #started = false;
  /** Why there is no further element; empty for an orderly end. */
  ending: string | undefined;

  constructor(readonly links: Links) {}

  async upTo(count: number): Promise<void> {
    const { links } = this;
    try {
      if (!this.#started) this.#pending = await links.first();
      this.#started = true;
      while (this.ending === undefined && this.addresses.length < count) {
        const at = this.#pending ?? 0n;
        if (at === 0n || at === links.end) {
          this.ending = at === 0n && links.end !== undefined ? 'the ring ends in a null pointer' : '';
          return;
        }
        const known = this.#places.get(at);
        if (known !== undefined) {
          this.ending = `the list comes back to element ${known}`;
          return;
        }
        const address = BigInt.asUintN(64, at - BigInt(links.offset));
        const [whole] = await links.memory.readMany([{ address, length: Math.max(links.element.size, links.next + links.pointerSize) }]);
        if (!whole) {
          this.ending = `element ${this.addresses.length} at 0x${address.toString(16)} cannot be read`;
          return;
        }
        this.#places.set(at, this.addresses.length);
        this.addresses.push(address);
        let next = 0n;
        for (let i = links.pointerSize - 1; i >= 0; i--) next = (next << 8n) | BigInt(whole[links.next + i] ?? 0);
        this.#pending = next;
      }
    } catch (error) {
      if (!(error instanceof BootscopeError)) throw error;
      this.ending = error.what.replace(/\.$/, '');
    }
  }
}

/** The elements of a linked list as one value to open, a page at a time: a ring without an end or a million elements cost no more than a page. */
export const listOf = (links: Links): Synthetic => from(new Chain(links), 0);

const from = (chain: Chain, start: number): Synthetic => {
  const { element, memory } = chain.links;
  const type = { ...arrayOf(element, 0), count: undefined, name: `${element.name} [list]` };
  const summary = async (): Promise<string> => {
    await chain.upTo(start + pageSize);
    const count = chain.addresses.length - start;
    const words = `${chain.ending === undefined ? 'more than ' : ''}${count} ${count === 1 ? 'element' : 'elements'}`;
    return chain.ending === undefined || chain.ending === '' ? words : `${words}, then ${chain.ending}`;
  };
  return new Synthetic(type, memory, summary, () => children(chain, start));
};

const children = async (chain: Chain, start: number): Promise<Children> => {
  const { element, memory } = chain.links;
  // One more than is shown tells whether there are more.
  await chain.upTo(start + pageSize + 1);
  const shown = chain.addresses.slice(start, start + pageSize);
  const parts: Child[] = shown.map((address, i) => ({ name: `[${start + i}]`, value: TypedValue.at(element, address, memory), access: '', ...expressionFor(element, address) }));
  if (chain.addresses.length > start + pageSize) parts.push({ name: `[${start + pageSize}…]`, value: from(chain, start + pageSize), access: '' });
  else if (chain.ending !== undefined && chain.ending !== '') parts.push({ name: 'end', value: note(element, memory, chain.ending), access: '' });
  return named(parts);
};

const expressionFor = (element: Type, address: bigint): { readonly expression?: string } => {
  const type = strip(element);
  if (type.name === '' || type.kind !== 'struct') return {};
  return { expression: `*(${type.language === 'c' ? `${type.flavor} ` : ''}${type.name} *)0x${address.toString(16)}` };
};

/**
 * The elements of a ring of Linux' `struct list_head` or of an `hlist_head` (include/linux/types.h): `offset` is where an element
 * of `type` keeps its link.
 */
export const linkedElements = (head: TypedValue, type: Type, offset: number): Synthetic => {
  const hashed = head.hasMember('first');
  const start = head.member(hashed ? 'first' : 'next');
  const [size, next] = [start.type.size, nextOffset(head)];
  return listOf({ memory: head.memory, element: type, offset, next: offset + next, pointerSize: size, first: () => start.integer(), ...(hashed || head.address === undefined ? {} : { end: head.address }) });
};

/** Where the link itself keeps its pointer to the next: told from what the head points to. */
const nextOffset = (head: TypedValue): number => {
  const target = strip(head.member(head.hasMember('first') ? 'first' : 'next').type);
  const node = target.kind === 'pointer' ? strip(target.target) : undefined;
  const next = node?.kind === 'struct' ? node.members.find(({ name }) => name === 'next') : undefined;
  return next?.offset ?? 0;
};
