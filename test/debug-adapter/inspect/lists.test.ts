import { describe, expect, it } from 'vitest';
import { listHeadElements, queueElements } from '../../../debug-adapter/inspect/lists';
import { childrenOf } from '../../../debug-adapter/inspect/render/children';
import type { Value } from '../../../debug-adapter/inspect/value';
import { TypedValue } from '../../../debug-adapter/inspect/values/typed-value';
import { FakeMemory, array, char, pointer, struct, u32 } from '../chains/fake-machine';
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
  it('shows the elements below a head', async () => {
    const { tail } = world(3);
    const children = await childrenOf(tail as TypedValue);
    const [queue, first] = await children!.page(0, 10);
    expect([queue?.name, first?.name]).toEqual(['[3 by tail]', 'tqh_first']);
    expect(await (await queue!.value.index(2).deref()).member('n').number()).toBe(2);
    // A ring still shows its head.
    expect((await (await childrenOf(world(3, 0).tail as TypedValue))!.page(0, 10)).map(({ name }) => name)).toEqual(['tqh_first']);
  });
  it('names what is missing', async () => {
    const { tail, head, element } = world(1);
    await expect(queueElements(head, 'tail')).rejects.toMatchObject({ code: 'BS402' });
    await expect(queueElements(tail, 'other')).rejects.toMatchObject({ code: 'BS402' });
    await expect(listHeadElements(head, element, 'other')).rejects.toMatchObject({ code: 'BS402' });
  });
});
