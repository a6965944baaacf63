import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../../../debug-adapter/inspect/evaluate/evaluate';
import { childrenOf } from '../../../debug-adapter/inspect/render/children';
import { render } from '../../../debug-adapter/inspect/render/render';
import type { Frame } from '../../../debug-adapter/inspect/stack/frame';
import { stackOf } from '../../../debug-adapter/inspect/stack/unwind';
import type { Value } from '../../../debug-adapter/inspect/value';
import type { Child } from '../../../debug-adapter/inspect/values/synthetic';
import type { TypedValue } from '../../../debug-adapter/inspect/values/typed-value';
import { clang, compile, gcc, gdb, runUnderGdb, snapshotOf } from './harness';
import type { GdbAnswer, Snapshot } from './harness';

/** What gdb finds by following the links itself: the element that each head reaches in so many steps. */
const chains = { hash: 'hash.lh_first', waiters: 'waiters.lh_first', work: 'work.stqh_first', order: 'order.tqh_first', spare: 'spare.slh_first' } as const;
const links = { hash: 'hashed.le_next', waiters: 'waiting.le_next', work: 'queued.stqe_next', order: 'sorted.tqe_next', spare: 'freed.sle_next' } as const;
const counts = { hash: 6, waiters: 3, work: 6, order: 6, spare: 3 } as const;
type Name = keyof typeof chains;
const names = Object.keys(chains) as Name[];
const step = (name: Name, i: number): string => `${chains[name]}${`->${links[name]}`.repeat(i)}`;
const expressions = names.flatMap((name) => Array.from({ length: counts[name] }, (_, i) => [step(name, i), `${step(name, i)}->number`]).flat());

const builds = [
  ['gcc -O0, DWARF 4', gcc, ['-O0', '-gdwarf-4']],
  ['gcc -O2, DWARF 5', gcc, ['-O2', '-gdwarf-5']],
  ['clang -O0, DWARF 5', clang, ['-O0', '-gdwarf-5']],
  ['clang -O1, DWARF 4', clang, ['-O1', '-gdwarf-4']],
  ['clang -O2, DWARF 4', clang, ['-O2', '-gdwarf-4']],
] as const;

describe.skipIf(!gdb || !gcc || !clang).each(builds)('lists of a real program: %s', (build, compiler, optimisation) => {
  let snapshot: Snapshot;
  let main: Frame;
  let theirs: Readonly<Record<string, GdbAnswer>>;
  beforeAll(async () => {
    const program = compile({ name: `queues ${build}`, compiler, flags: ['-g', '-static', '-no-pie', ...optimisation], source: 'queues.c' });
    const { stops, memory } = runUnderGdb(program, ['checkpoint'], { locals: false, limit: 1, ask: { frame: 'main', expressions } });
    snapshot = snapshotOf(program, stops[0]!, memory);
    theirs = stops[0]!.answers ?? {};
    main = (await stackOf(snapshot.program, snapshot.machine)).find(({ scope }) => scope?.function.name === 'main')!;
  });

  const value = (expression: string): Promise<TypedValue> => evaluate(expression, main, snapshot.program);
  const partsOf = async (of: Value): Promise<readonly Child[]> => (await childrenOf(of as TypedValue))?.page(0, 100) ?? [];
  const listOf = async (name: string): Promise<Child> => (await partsOf(await value(name)))[0]!;
  const integerOf = (expression: string): bigint => {
    const answer = theirs[expression];
    if (!answer || !('integer' in answer)) throw new Error(`gdb has no answer to ${expression}`);
    return BigInt(answer.integer);
  };

  it.each(names)('%s is walked by the entry that belongs to it, element by element as gdb follows it', async (name) => {
    // Nobody reads it, so that clang leaves it out; gdb finds nothing either.
    if (build.startsWith('clang -O2') && name === 'work') {
      expect((await render(await value(name))).text).toBe('<optimised out>');
      expect(theirs[step(name, 0)]).toMatchObject({ error: expect.stringContaining('optimized out') as string });
      return;
    }
    const list = await listOf(name);
    expect(list.name).toBe(`[by ${links[name].split('.')[0]}]`);
    const text = (await render(list.value)).text;
    expect(text).toBe(name === 'spare' ? '3 elements, then the list comes back to element 0' : `${counts[name]} elements`);
    const elements = (await partsOf(list.value)).filter(({ name: label }) => label.startsWith('['));
    expect(elements.map(({ value: element }) => (element as TypedValue).address)).toEqual(elements.map((_, i) => integerOf(step(name, i))));
    expect(await Promise.all(elements.map(({ value: element }) => element.member('number').integer()))).toEqual(Array.from({ length: counts[name] }, (_, i) => integerOf(`${step(name, i)}->number`)));
    // What a click on an element asks for is an expression that finds it again.
    const again = await value(elements[1]!.expression!);
    expect(again.address).toBe((elements[1]!.value as TypedValue).address);
  });

  it('an empty one is empty, with what it may be walked by', async () => {
    const list = await listOf('nothing');
    expect([list.name, (await render(list.value)).text]).toEqual(['[by queued]', '0 elements']);
  });

  it('rings and hash buckets of Linux show their links, and their elements when told of what', async () => {
    for (const [head, member, numbers] of [['ring', 'ring', [0, 10, 20, 30, 40, 50]], ['bucket', 'bucket', [50, 40, 30, 20, 10, 0]]] as const) {
      const list = await listOf(head);
      expect([list.name, (await render(list.value)).text]).toEqual(['[links]', '6 elements']);
      const elements = await partsOf(await value(`list_entries(${head}, struct item, ${member})`));
      expect(await Promise.all(elements.map(({ value: element }) => element.member('number').number()))).toEqual(numbers);
    }
  });
});
