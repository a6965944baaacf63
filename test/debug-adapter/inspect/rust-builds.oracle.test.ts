import fs from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import { evaluate, setValue } from '../../../debug-adapter/inspect/evaluate/evaluate';
import { childrenOf, expressionOf } from '../../../debug-adapter/inspect/render/children';
import { render, symbolContext } from '../../../debug-adapter/inspect/render/render';
import type { Frame } from '../../../debug-adapter/inspect/stack/frame';
import { stackOf } from '../../../debug-adapter/inspect/stack/unwind';
import { toBytes } from '../../../debug-adapter/inspect/values/place';
import type { TypedValue } from '../../../debug-adapter/inspect/values/typed-value';
import type { Memory } from '../../../debug-adapter/machine/machine';
import type { Space } from '../../../debug-adapter/machine/space';
import type { GdbStop, Snapshot } from './harness';
import { gcc, gdb, runUnderGdb, rustc, scratchFile, snapshotOf } from './harness';
import type { RustBuild, Runnable } from './rust-builds';
import { rustBuilds, rustProgram } from './rust-builds';

/** Counts the bytes that are read through it. */
const counting = (space: Space, count: (bytes: number) => void): Space => {
  const told: Pick<Memory, 'read' | 'readSome' | 'readMany'> = {
    read: (address, length) => (count(length), space.read(address, length)),
    readSome: (address, length) => (count(length), space.readSome(address, length)),
    readMany: (requests) => (requests.forEach(({ length }) => { count(length); }), space.readMany(requests)),
  };
  return Object.assign(Object.create(space) as Space, told);
};

const frameOf = async (snapshot: Snapshot, name: string): Promise<Frame> => {
  const found = (await stackOf(snapshot.program, snapshot.machine)).find(({ scope }) => scope?.function.name.replace(/<.*/, '') === name);
  if (!found) throw new Error(`no frame ${name}`);
  return found;
};

/** Deeper parts and more siblings are alike. */
const deepest = 4;
const siblings = 14;

const compiled = new Map<string, Promise<Runnable>>();
const program = (build: RustBuild): Promise<Runnable> => {
  const known = compiled.get(build.name) ?? rustProgram('values.rs', build);
  compiled.set(build.name, known);
  return known;
};

describe.skipIf(!gdb || !rustc || !gcc).each(rustBuilds)('Rust values: $name', (build) => {
  let snapshot: Snapshot;
  let frame: Frame;
  /** What the program itself says, by expression. */
  let said: readonly (readonly [string, string])[];
  let inRegisters: { readonly stop: GdbStop; readonly memory: Buffer; readonly image: string };
  let bytesRead = 0;

  beforeAll(async () => {
    // The next one is compiled while this one is looked at.
    const { image, program: runner, arguments: given } = await program(build);
    const next = rustBuilds[rustBuilds.indexOf(build) + 1];
    if (next) program(next).catch(() => undefined);
    const output = scratchFile('said.txt');
    const { stops, memory } = runUnderGdb(runner, [], { locals: false, limit: 2, arguments: given, output });
    said = fs.readFileSync(output, 'utf8').trim().split('\n').map((line) => line.split('\t') as [string, string]);
    const [first, second] = stops;
    if (!first || !second) throw new Error('the program did not stop');
    inRegisters = { stop: second, memory, image };
    snapshot = snapshotOf(image, first, memory, 0n, (space) => counting(space, (bytes) => (bytesRead += bytes)));
    expect(snapshot.module.image.debugInfo.kind).toBe(build.target === 'x86_64-unknown-uefi' ? 'pdb' : 'dwarf');
    frame = await frameOf(snapshot, 'inspect');
  });

  const value = (expression: string): Promise<TypedValue> => evaluate(expression, frame, snapshot.program);
  const textOf = async (of: TypedValue): Promise<string> => (await render(of, symbolContext(snapshot.program))).text;
  const show = async (expression: string): Promise<string> => {
    try {
      return await textOf(await value(expression));
    } catch (error) {
      if (error instanceof BootscopeError) return `${error.code} ${error.what}`;
      throw error;
    }
  };
  const partsOf = async (of: TypedValue, start = 0, count = siblings) => (await childrenOf(of, symbolContext(snapshot.program)))?.page(start, count) ?? [];

  it('are what the program says they are', async () => {
    expect(said.length).toBeGreaterThan(220);
    const got = await Promise.all(said.map(async ([expression]) => [expression, await show(expression)] as const));
    expect(Object.fromEntries(got)).toEqual(Object.fromEntries(said));
  });

  it('are named by expressions that find them again, part by part', async () => {
    let evaluated = 0;
    const wrong: string[] = [];
    const walk = async (of: TypedValue, expression: string, depth: number): Promise<void> => {
      const parts = await partsOf(of, 0, depth === 0 ? 400 : siblings).catch((error: unknown) => {
        if (error instanceof BootscopeError) return [];
        throw error;
      });
      for (const part of parts) {
        const name = expressionOf(part, expression);
        if (name === undefined) continue;
        const [own, again] = [`${await textOf(part.value)} ${part.value.type.size}`, await value(name).then(async (found) => `${await textOf(found)} ${found.type.size}`, (error: unknown) => String(error))];
        evaluated++;
        if (own !== again) wrong.push(`${name}: ${own} is ${again}`);
        if (depth < deepest) await walk(part.value, name, depth + 1);
      }
    };
    await walk(await value('values'), 'values', 0);
    expect(wrong).toEqual([]);
    expect(evaluated).toBeGreaterThan(900);
  });

  it('show futures with their state and what they have captured', async () => {
    for (const [name, state] of [['unresumed', 'Unresumed'], ['suspended', 'Suspend0'], ['suspended_inside', 'Suspend1'], ['returned', 'Returned']] as const) expect(await show(`*values.${name}`), name).toMatch(new RegExp(`^${state}\\b`));
    const names = async (expression: string): Promise<string[]> => (await partsOf(await value(expression))).map(({ name }) => name).sort();
    expect(await names('*values.unresumed')).toEqual(['count', 'name']);
    expect(await names('*values.suspended')).toEqual(expect.arrayContaining(['__awaitee', 'buffer', 'count', 'name']));
    expect(await names('(*values.suspended_inside).__awaitee')).toEqual(expect.arrayContaining(['block', 'doubled', 'text']));
    expect(await names('values.closure')).toEqual(['captured', 'captured_text']);
  });

  it('in registers, whole or in parts, are right or told to be nowhere', async () => {
    const at = snapshotOf(inRegisters.image, inRegisters.stop, inRegisters.memory);
    const registers = await frameOf(at, 'registers');
    const expected: Record<string, string> = { number: '99', minus: '-7', text: '"hello"', slice: '[7, 8]', some: 'Some(8)', wide: String((1n << 70n) + 3n), yes: 'true', sum: '92', held: '(3, 100)' };
    const got = Object.fromEntries(await Promise.all(registers.variables().map(async (variable) => [variable.name, (await render(await registers.valueOf(variable))).text] as const)));
    const lost = Object.keys(got).filter((name) => got[name]?.startsWith('<optimised out') === true);
    expect({ ...got, ...Object.fromEntries(lost.map((name) => [name, expected[name]])) }).toEqual(expected);
    expect(lost.length).toBeLessThanOrEqual(build.optimised ? 5 : 0);
  });

  it('are set where that is safe, and come back', async () => {
    const set = async (expression: string, text: string): Promise<string> => {
      try {
        await setValue(await value(expression), text, frame, snapshot.program);
        return await show(expression);
      } catch (error) {
        if (error instanceof BootscopeError) return `${error.code} ${error.what}`;
        throw error;
      }
    };
    const changes: readonly (readonly [expression: string, text: string, shown: string])[] = [
      ['values.yes', 'false', 'false'],
      ['values.letter', "'z'", "'z'"],
      ['values.tiny', '-1', '-1'],
      ['values.wide', '340282366920938463463374607431768211455', '340282366920938463463374607431768211455'],
      ['values.double', '2.5', '2.5'],
      ['values.vec[2]', '77', '77'],
      ['values.hundred[99]', '5', '5'],
      ['values.plain', 'Zero', 'Zero'],
      ['values.some_wide.0', '12', '12'],
      ['values.moved.x', '55', '55'],
      ['*values.boxed', '9', '9'],
      ['values.map[3]', '1000', '1000'],
      ['values.tuple.1', '-3', '-3'],
      ['values.atomic_number', '3', 'BS356'],
      ['values.yes', '2', 'BS356'],
      ['values.tiny', '300', 'BS356'],
      // A PDB does not tell references from pointers.
      ['values.reference', '0', build.target === 'x86_64-unknown-uefi' ? '0x0' : 'BS356'],
      ['values.string', '"other"', 'BS356'],
    ];
    for (const [expression, text, shown] of changes) {
      const place = await value(expression);
      const before = await place.bytes();
      const got = await set(expression, text);
      expect(shown === 'BS356' ? got.slice(0, 5) : got, `${expression} = ${text}`).toBe(shown);
      await place.write(before);
      expect(Buffer.from(await (await value(expression)).bytes())).toEqual(Buffer.from(before));
    }
  });

  describe('that are damaged', () => {
    /** Puts bytes over a value while `look` runs. */
    const with_ = async <T>(changes: readonly (readonly [TypedValue, bigint | Uint8Array])[], look: () => Promise<T>): Promise<T> => {
      const before = await Promise.all(changes.map(([place]) => place.bytes()));
      for (const [place, bytes] of changes) await place.write(typeof bytes === 'bigint' ? toBytes(bytes, place.type.size) : bytes);
      try {
        return await look();
      } finally {
        for (const [i, [place]] of changes.entries()) await place.write(before[i] ?? new Uint8Array());
      }
    };
    const nowhere = 0x6660_0000n;
    const endless = (1n << 64n) - 1n;
    /** The text, and that of the first parts; and that neither took more than a page of memory. */
    const looked = async (expression: string): Promise<string> => {
      bytesRead = 0;
      const text = await show(expression);
      const parts = await value(expression).then((of) => partsOf(of, 0, 100)).then((all) => Promise.all(all.map(async ({ value: part }) => textOf(part)))).catch((error: unknown) => {
        if (error instanceof BootscopeError) return [];
        throw error;
      });
      expect(bytesRead, expression).toBeLessThan(40_000);
      return [text, ...parts.slice(0, 1)].join(' / ');
    };
    const damages: readonly (readonly [name: string, expression: string, places: readonly (readonly [string, bigint])[], shown: RegExp])[] = [
      ['a vector without memory', 'values.vec', [['values.vec.buf.inner.ptr', nowhere]], /^\[<.*0x66600000/],
      ['a vector longer than its room', 'values.vec', [['values.vec.len', endless]], /^<.*is damaged: 18446744073709551615 elements in room for/],
      ['a vector longer than memory', 'values.vec', [['values.vec.len', endless >> 2n], ['values.vec.buf.inner.cap', endless >> 1n]], /^<.*4611686018427387903/],
      ['a string without memory', 'values.string', [['values.string.vec.buf.inner.ptr', nowhere]], /^<.*0x66600000/],
      ['a text without an end', 'values.text', [['values.text.length', endless]], /^<.*18446744073709551615/],
      ['a slice without an end', 'values.slice', [['values.slice.length', endless]], /^<.*18446744073709551615/],
      ['a box without memory', '*values.boxed', [['values.boxed', nowhere]], /^<.*0x66600000/],
      ['an enum with a strange variant', 'values.plain', [['values.plain', 0x77n]], /^119/],
      ['a letter that is none', 'values.letter', [['values.letter', 0x77777777n]], /^0x77777777/],
      ['a truth that is none', 'values.yes', [['values.yes', 7n]], /^7/],
      ['a map that says it is endless', 'values.map', [['values.map.base.table.table.items', endless]], /^<.*is damaged: it says that it holds 18446744073709551615 entries/],
      ['a map with more entries than it says', 'values.map', [['values.map.base.table.table.items', 5n]], /^<.*is damaged: it says that it holds 5 entries and has (more than )?\d+/],
      ['a map without memory', 'values.map', [['values.map.base.table.table.ctrl', nowhere]], /^<.*is damaged: its control bytes at 0x66600000 cannot be read/],
      ['a tree with a strange height', 'values.tree', [['values.tree.root.0.height', 1n << 40n]], /^<.*is damaged: its height is 1099511627776/],
      ['a tree without memory', 'values.tree', [['values.tree.root.0.node', nowhere]], /^<.*is damaged: its node at 0x66600000 cannot be read/],
      ['a tree with fewer entries than it says', 'values.small_tree', [['values.small_tree.length', 9n]], /^<.*is damaged: it says that it holds 9 entries and has 2/],
      ['a deque with a strange head', 'values.deque', [['values.deque.head', 1n << 30n]], /^<.*is damaged: 6 elements from 1073741824 on/],
      ['a list without memory', 'values.list', [['values.list.head.0', nowhere]], /^<.*is damaged: its node at 0x66600000 cannot be read/],
      ['a list that ends early', 'values.list', [['values.list.len', 7n]], /^<.*is damaged: it says that it holds 7 entries and has 3/],
      ['a trait object without its table', 'values.boxed_dyn', [['values.boxed_dyn.vtable', nowhere]], /^\w.*\{ (pointer|data_ptr): 0x[0-9a-f]+, vtable: 0x66600000 \}/],
      ['a trait object whose table is of no type', 'values.boxed_dyn', [['values.boxed_dyn.vtable', 0x1000n]], /vtable: 0x1000 \}/],
      ['a counted pointer without memory', '*values.rc', [['values.rc', nowhere]], /^<.*0x66600000|Process \{ name: <.*0x666000/],
    ];
    it.each(damages)('%s', async (_, expression, places, shown) => {
      // hashbrown's own map has no `base` around it.
      const own = (text: string): string => (build.target === 'x86_64-unknown-linux-gnu' ? text : text.replace('.base.', '.'));
      const changes = await Promise.all(places.map(async ([place, to]) => [await value(own(place)), to] as const));
      const good = await looked(expression);
      expect(good).not.toMatch(/^</);
      expect(await with_(changes, () => looked(expression))).toMatch(shown);
      expect(await looked(expression)).toBe(good);
    });

    it('tags and states that no variant has', async () => {
      for (const [expression, fill] of [['values.err', 0x77], ['values.number', 0x77], ['values.first', 0x77], ['values.moved', 0x77], ['*values.suspended', 0xee], ['values.some_wide', 0x55]] as const) {
        const place = await value(expression);
        expect(await with_([[place, new Uint8Array(place.type.size).fill(fill)]], () => looked(expression)), expression).toMatch(/the discriminant 0x[0-9a-f]+ is none of|^\w+[ (]/);
      }
    });

    it('lists and counted pointers that come back to themselves', async () => {
      const first = await value('values.list.head.0');
      const node = await first.deref();
      const link = node.member('next');
      const text = await with_([[link, await (await value('values.list.head')).bytes()]], () => looked('values.list'));
      expect(text).toMatch(/^<.*is damaged: its element 1 is one from before/);
      expect(await show(`values.ring${'.next.0'.repeat(30)}.number`)).toBe('1');
      expect((await looked('*values.ring')).length).toBeLessThan(300);
    });

    it('ten million elements open at once', async () => {
      const length = 10_000_000n;
      const changes = [[await value('values.vec.len'), length], [await value('values.vec.buf.inner.cap'), length]] as const;
      await with_(changes, async () => {
        bytesRead = 0;
        expect(await render(await value('values.vec'))).toMatchObject({ indexed: 10_000_000, text: expect.stringMatching(/^\[1, 2, 3, 500, .*… ?\] \(10000000\)$/) as string });
        const page = await partsOf(await value('values.vec'), 2, 2);
        expect(await Promise.all(page.map(({ value: part }) => part.number()))).toEqual([3, 500]);
        expect((await partsOf(await value('values.vec'), 9_999_990, 100)).map(({ name }) => name).at(-1)).toBe('[9999999]');
        expect(bytesRead).toBeLessThan(4096);
      });
    });
  });
});
