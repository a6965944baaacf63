import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import { evaluate } from '../../../debug-adapter/inspect/evaluate/evaluate';
import { childrenOf } from '../../../debug-adapter/inspect/render/children';
import { render } from '../../../debug-adapter/inspect/render/render';
import type { Frame } from '../../../debug-adapter/inspect/stack/frame';
import { stackOf } from '../../../debug-adapter/inspect/stack/unwind';
import type { Snapshot } from './harness';
import { compile, gdb, runUnderGdb, rustc, snapshotOf } from './harness';

describe.skipIf(!gdb || !rustc).each([
  ['default mangling', []],
  ['v0 names', ['-Csymbol-mangling-version=v0']],
])('collections of the Rust library, %s', (name, flags) => {
  let snapshot: Snapshot;
  let frame: Frame;
  /** What the program's own Debug says. */
  let said: ReadonlyMap<string, string>;
  const show = async (expression: string): Promise<string> => {
    try {
      return (await render(await evaluate(expression, frame, snapshot.program))).text;
    } catch (error) {
      if (error instanceof BootscopeError) return `${error.code} ${error.what}`;
      throw error;
    }
  };
  const parts = async (expression: string, start = 0, count = 1_000_000) => {
    const value = await evaluate(expression, frame, snapshot.program);
    const children = await childrenOf(value);
    return { count: children?.count, indexed: (await render(value)).indexed, page: (await children?.page(start, count)) ?? [] };
  };
  beforeAll(async () => {
    const program = compile({ name: `collections ${name}`, compiler: rustc, flags: ['--edition', '2024', '-g', '-Ctarget-feature=+crt-static', '-Crelocation-model=static', ...flags], source: 'collections.rs' });
    said = new Map(execFileSync(program, { encoding: 'utf8' }).trim().split('\n').map((line) => line.split('\t') as [string, string]));
    const { stops, memory } = runUnderGdb(program, ['checkpoint'], { locals: false, limit: 1 });
    snapshot = snapshotOf(program, stops[0]!, memory);
    frame = (await stackOf(snapshot.program, snapshot.machine)).find(({ scope }) => scope?.function.name === 'collections')!;
  });

  it('are shown as Debug writes them', async () => {
    expect(said.size).toBeGreaterThan(8);
    for (const [variable, text] of said) expect(await show(variable), variable).toBe(text);
  });

  it('have all their entries, by pages', async () => {
    const numbers = await parts('numbers');
    expect([numbers.count, numbers.indexed]).toEqual([500, 500]);
    const pairs = await Promise.all(numbers.page.map(async ({ name: key, value }) => [Number(key.slice(1, -1)), await value.number()] as const));
    expect(new Map(pairs).size).toBe(500);
    expect(pairs.every(([key, value]) => key % 2 === 1 && key < 1000 && value === key * 3)).toBe(true);
    expect((await parts('numbers', 490, 100)).page.map(({ name: key }) => key)).toEqual(numbers.page.slice(490).map(({ name: key }) => key));
    const tree = await parts('tree');
    expect(await Promise.all(tree.page.map(async ({ name: key }) => Number(key.slice(1, -1))))).toEqual([...new Set(Array.from({ length: 2000 }, (_, i) => (i * 7) % 2003))].sort((a, b) => a - b));
    expect(await tree.page.find(({ name: key }) => key === '[21]')!.value.string()).toBe('v3');
    expect((await Promise.all((await parts('ids')).page.map(async ({ value }) => value.member('0').number()))).sort()).toEqual(Array.from({ length: 20 }, (_, i) => i + 10));
    expect(await Promise.all((await parts('tree_set')).page.map(({ value }) => value.number()))).toEqual(Array.from({ length: 40 }, (_, i) => i - 20));
    const names = new Map((await parts('names')).page.map(({ name: key, value }) => [key, value]));
    expect([...names.keys()].sort()).toEqual(['["getty"]', '["init"]', '["redoxfs"]']);
    expect((await render(names.get('["getty"]')!)).text).toBe('Process { name: "/bin/getty", state: Some(3) }');
    expect(await show('zero_deque')).toBe('[(), (), ()]');
  });

  it('can be looked into by key and index', async () => {
    expect(await show('numbers[77]')).toBe('231');
    expect(await show('numbers[78]')).toMatch(/^BS362 column 8: the map has no such key/);
    expect(await show('names["redoxfs"].state')).toBe('Some(1)');
    expect(await show('tree[7] == "v1"')).toBe('true');
    expect(await show('deque[5] as u64 * 2')).toBe('20');
    expect(await show('deque[6]')).toMatch(/^BS362 column 6: the index 6 is not below the length 6/);
  });

  it('show cells and locks as what they hold, and who holds them', async () => {
    expect(await show('cell')).toBe('5');
    expect(await show('refcell')).toBe('RefCell("inside")');
    expect(await show('borrowed')).toBe('RefCell(7, borrow: -1)');
    expect(await show('mutex')).toBe('Mutex(Process { name: "locked", state: Some(9) })');
    expect(await show('rwlock')).toBe('RwLock([1, 2])');
    expect(await show('mutex.name')).toBe('"locked"');
    expect(await show('*nonnull')).toBe('99');
    expect(await show('names["init"].state == None && names["getty"].state == Some')).toBe('true');
  });

  it('open ten million elements at once', async () => {
    const { page, count, indexed } = await parts('big', 200_000, 3);
    expect([count, indexed]).toEqual([10_000_000, 10_000_000]);
    expect(await Promise.all(page.map(({ value }) => value.number()))).toEqual([200_000, 200_001, 200_002]);
    expect(await show('big')).toBe('[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …] (10000000)');
    expect(await show('big[9..12]')).toBe('[9, 10, 11]');
  });
});

describe.skipIf(!gdb || !rustc)('other types of the Rust library', () => {
  it('are shown as what they hold', async () => {
    const program = compile({ name: 'smart rustc', compiler: rustc, flags: ['--edition', '2024', '-g', '-Ctarget-feature=+crt-static', '-Crelocation-model=static'], source: 'smart.rs' });
    const { stops, memory } = runUnderGdb(program, ['checkpoint'], { locals: false, limit: 1 });
    const snapshot = snapshotOf(program, stops[0]!, memory);
    const frame = (await stackOf(snapshot.program, snapshot.machine)).find(({ scope }) => scope?.function.name === 'smart')!;
    const text = async (expression: string): Promise<string> => (await render(await evaluate(expression, frame, snapshot.program))).text;
    const expected: Record<string, string> = {
      rc_str: '"shared"',
      arc_slice: '[1, 2, 3]',
      path_buf: '"/boot/kernel"',
      path: '"/etc/rc"',
      os_string: '"os"',
      c_string: '"c text"',
      borrowed: 'Borrowed("borrowed")',
      owned: 'Owned("owned")',
      flag: 'true',
      count: '77',
      non_zero: '9',
      maybe_non_zero: 'None',
      option_str: 'Some("inner")',
      option_u128: 'Some(1237940039285380274899124224)',
      none_u128: 'None',
      result: 'Err("wrong")',
      less: 'Less',
      level: 'High',
      quit: 'Quit',
      moved: 'Move { x: -1, y: 2 }',
      write: 'Write("hello")',
      color: 'Color(1, 2, 3)',
      either: 'Either { whole: 16909060, bytes: [4, 3, 2, 1] }',
      range: 'Range { start: 3, end: 7 }',
      strings: '["a", "b"]',
      tuple_struct: '(Some(Low), None, Ok(3))',
      slices: '[[97, 98], [99]]',
      unit_result: 'Ok(())',
      big_char: "'😀'",
      i128_value: '-1267650600228229401496703205376',
      // Numbers out of their wrappers, variants by name, text by what holds it.
      'count > 76 && flag && non_zero as u8 == 9': 'true',
      'level == Level::High && less == Less': 'true',
      'write.0 == "hello" && path == "/etc/rc" && c_string == "c text" && rc_str != "share"': 'true',
      'moved == Move && moved.y == 2': 'true',
      'arc_slice[2] + generic.next.0.items[1] as u32': '8',
      'nested.0.0': '"deep"',
      'rc_struct.1': '"two"',
    };
    expect(Object.fromEntries(await Promise.all(Object.keys(expected).map(async (expression) => [expression, await text(expression)] as const)))).toEqual(expected);
  });
});
