import { describe, expect, it } from 'vitest';
import { listHeadElements, queueElements } from '../../../debug-adapter/inspect/lists';
import { childrenOf } from '../../../debug-adapter/inspect/render/children';
import { render } from '../../../debug-adapter/inspect/render/render';
import type { Value } from '../../../debug-adapter/inspect/value';
import { linkedElements } from '../../../debug-adapter/inspect/values/linked-list';
import type { Child } from '../../../debug-adapter/inspect/values/synthetic';
import { TypedValue } from '../../../debug-adapter/inspect/values/typed-value';
import { FakeMemory, array, char, pointer, struct, u32, u64 } from '../chains/fake-machine';
import type { StructType } from '../../../debug-adapter/images/types';

/** A TAILQ and a list_head ring of numbered elements. */
const world = (count: number, ring?: number): { memory: FakeMemory; tail: Value; head: Value; element: StructType } => {
  const memory = new FakeMemory();
  const link = struct('list_head', { next: u32, prev: u32 });
  const next = pointer(link);
  const hooks = { ...link, members: link.members.map((member) => ({ ...member, type: next })) };
  const base = struct('element', { n: u32, name: array(char, 8), tail: u32, ring: hooks });
  const self = pointer(base);
  const entry = struct('', { tqe_next: self });
  const element = struct('element', { n: u32, name: array(char, 8), tail: entry, ring: hooks });
  Object.assign(self, { target: element });
  const at = (i: number): bigint => 0x10000n + BigInt(i) * 0x1000n;
  const offset = (name: string): bigint => BigInt(element.members.find((member) => member.name === name)!.offset);
  const headAt = 0x8000n;
  memory.putNumber(headAt, count > 0 ? at(0) : 0n, 8);
  memory.putNumber(headAt + 64n, count > 0 ? at(0) + offset('ring') : headAt + 64n, 8);
  for (let i = 0; i < count; i++) {
    memory.put(at(i), new Uint8Array(element.size));
    memory.putNumber(at(i) + offset('n'), BigInt(i), 4);
    const following = i + 1 < count ? i + 1 : ring;
    memory.putNumber(at(i) + offset('tail'), following === undefined ? 0n : at(following), 8);
    memory.putNumber(at(i) + offset('ring'), following === undefined ? headAt + 64n : at(following) + offset('ring'), 8);
  }
  const head = struct('head', { tqh_first: self });
  return { memory, element, tail: TypedValue.at(head, headAt, memory), head: TypedValue.at(hooks, headAt + 64n, memory) };
};

const partsOf = async (value: Value): Promise<readonly Child[]> => (await childrenOf(value as TypedValue))!.page(0, 1000);
const tailOffset = (element: StructType): bigint => BigInt(element.members.find(({ name }) => name === 'tail')!.offset);
const numbers = (elements: readonly Value[]): Promise<number[]> => Promise.all(elements.map((element) => element.member('n').number()));

describe('kernel lists', () => {
  it('walks them to the end', async () => {
    const { tail, head, element } = world(5);
    expect(await numbers(await queueElements(tail, 'tail'))).toEqual([0, 1, 2, 3, 4]);
    expect(await numbers(await listHeadElements(head, element, 'ring'))).toEqual([0, 1, 2, 3, 4]);
  });
  it('knows empty ones', async () => {
    const { tail, head, element } = world(0);
    expect(await queueElements(tail, 'tail')).toEqual([]);
    expect(await listHeadElements(head, element, 'ring')).toEqual([]);
  });
  it('does not run in circles', async () => {
    const { tail, head, element } = world(5, 2);
    await expect(queueElements(tail, 'tail')).rejects.toMatchObject({ code: 'BS404' });
    await expect(listHeadElements(head, element, 'ring')).rejects.toMatchObject({ code: 'BS404' });
  });
  it('shows the elements below a head, a page at a time', async () => {
    const { tail, memory } = world(250);
    const [list, first] = await partsOf(tail);
    expect([list?.name, first?.name]).toEqual(['[by tail]', 'tqh_first']);
    expect((await render(list!.value)).text).toBe('more than 100 elements');
    const reads = memory.rounds;
    expect(reads).toBeLessThanOrEqual(101);
    const page = await partsOf(list!.value);
    expect(page).toHaveLength(101);
    expect(page[3]).toMatchObject({ name: '[3]', expression: '*(struct element *)0x13000' });
    expect(await page[3]!.value.member('n').number()).toBe(3);
    // The one element more that tells that there are more.
    expect(memory.rounds - reads).toBe(1);
    expect((await render(page[100]!.value)).text).toBe('more than 100 elements');
    const second = await partsOf(page[100]!.value);
    expect((await partsOf(second[100]!.value)).map(({ name }) => name)).toEqual(Array.from({ length: 50 }, (_, i) => `[${200 + i}]`));
  });
  it('opens a list that is a circle, dangles or has no end', async () => {
    const [circle] = await partsOf(world(5, 2).tail);
    expect((await render(circle!.value)).text).toBe('5 elements, then the list comes back to element 2');
    expect((await render((await partsOf(circle!.value)).at(-1)!.value)).text).toBe('<the list comes back to element 2>');
    const dangling = world(3);
    dangling.memory.putNumber(0x11000n + tailOffset(dangling.element), 0x6666_0000n, 8);
    const [list] = await partsOf(dangling.tail);
    expect((await render(list!.value)).text).toBe('2 elements, then element 2 at 0x66660000 cannot be read');
    const [empty] = await partsOf(world(0).tail);
    expect((await render(empty!.value)).text).toBe('0 elements');
  });
  it('shows the links of a ring, and its elements where their type is told', async () => {
    const { head, element } = world(3);
    const [links] = await partsOf(head);
    expect([links?.name, (await render(links!.value)).text]).toEqual(['[links]', '3 elements']);
    const offset = element.members.find(({ name }) => name === 'ring')!.offset;
    const elements = await partsOf(linkedElements(head as TypedValue, element, offset));
    expect(await numbers(elements.map(({ value }) => value))).toEqual([0, 1, 2]);
    expect((await render(linkedElements(world(3, 1).head as TypedValue, element, offset))).text).toBe('3 elements, then the list comes back to element 1');
  });
  it('tells by the back pointer in which of its lists an element is', async () => {
    const memory = new FakeMemory();
    const entry = struct('', { tqe_next: u64, tqe_prev: u64 });
    const self = pointer(u32);
    const element = struct('vnode', { v_hash: entry, v_free: entry, n: u32 });
    Object.assign(self, { target: element });
    for (const { type } of element.members) if (type.kind === 'struct') Object.assign(type.members[0]!, { type: self });
    memory.put(0x1000n, new Uint8Array(4096));
    memory.putNumber(0x1000n, 0x1100n, 8);
    // In the list of free ones; in the other it comes behind some other element.
    const free = BigInt(element.members[1]!.offset);
    memory.putNumber(0x1100n + 8n, 0x1800n, 8);
    memory.putNumber(0x1100n + free + 8n, 0x1000n, 8);
    const head = TypedValue.at(struct('freelst', { tqh_first: self, tqh_last: u64 }), 0x1000n, memory);
    expect((await partsOf(head)).map(({ name }) => name)).toEqual(['[by v_free]', 'tqh_first', 'tqh_last']);
    // An empty list does not say.
    memory.putNumber(0x1000n, 0n, 8);
    expect((await partsOf(head)).map(({ name }) => name)).toEqual(['[by v_hash]', '[by v_free]', 'tqh_first', 'tqh_last']);
  });
  it('names what is missing', async () => {
    const { tail, head, element } = world(1);
    await expect(queueElements(head, 'tail')).rejects.toMatchObject({ code: 'BS402' });
    await expect(queueElements(tail, 'other')).rejects.toMatchObject({ code: 'BS402' });
    await expect(listHeadElements(head, element, 'other')).rejects.toMatchObject({ code: 'BS402' });
  });
});
