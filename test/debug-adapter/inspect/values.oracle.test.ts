import { beforeAll, describe, expect, it } from 'vitest';
import { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import { evaluate, isTrue, setValue } from '../../../debug-adapter/inspect/evaluate/evaluate';
import { listHeadElements, queueElements } from '../../../debug-adapter/inspect/lists';
import { createView } from '../../../debug-adapter/inspect/program-view';
import { childrenOf } from '../../../debug-adapter/inspect/render/children';
import { render, symbolContext } from '../../../debug-adapter/inspect/render/render';
import type { Frame } from '../../../debug-adapter/inspect/stack/frame';
import { stackOf } from '../../../debug-adapter/inspect/stack/unwind';
import type { Snapshot } from './harness';
import { compile, gcc, gdb, runUnderGdb, rustc, snapshotOf } from './harness';

const frameNamed = (frames: readonly Frame[], name: string): Frame => {
  const found = frames.find((frame) => frame.scope?.function.name === name);
  if (!found) throw new Error(`no frame ${name}`);
  return found;
};

const show = async (snapshot: Snapshot, frame: Frame, expression: string): Promise<string> => {
  try {
    return (await render(await evaluate(expression, frame, snapshot.program), symbolContext(snapshot.program))).text;
  } catch (error) {
    if (error instanceof BootscopeError) return `${error.code} ${error.what}`;
    throw error;
  }
};

const childrenText = async (snapshot: Snapshot, frame: Frame, expression: string, start = 0, count = 20): Promise<Record<string, string>> => {
  const children = await childrenOf(await evaluate(expression, frame, snapshot.program));
  const page = (await children?.page(start, count)) ?? [];
  return Object.fromEntries(await Promise.all(page.map(async ({ name, value }) => [name, (await render(value)).text] as const)));
};

describe.skipIf(!gdb || !rustc)('Rust values', () => {
  let snapshot: Snapshot;
  let frame: Frame;
  let reading: Snapshot;
  let stacks: readonly Frame[];
  beforeAll(async () => {
    const program = compile({ name: 'values rustc', compiler: rustc, flags: ['--edition', '2024', '-g', '-Ctarget-feature=+crt-static', '-Crelocation-model=static'], source: 'calls.rs' });
    const { stops, memory } = runUnderGdb(program, ['checkpoint'], { locals: false });
    snapshot = snapshotOf(program, stops[0]!, memory);
    frame = frameNamed(await stackOf(snapshot.program, snapshot.machine), 'values');
    reading = snapshotOf(program, stops.at(-1)!, memory);
    stacks = await stackOf(reading.program, reading.machine);
  });

  it('shows each as Rust writes it', async () => {
    const names = ['text', 'string', 'vector', 'slice', 'none', 'some', 'niche', 'no_box', 'ok', 'err', 'poll', 'pending', 'idle', 'running', 'waiting', 'color', 'tuple', 'unit', 'array', 'wide', 'wide_option', 'float', 'boxed_slice', 'boxed_str', 'nested'];
    const got = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await show(snapshot, frame, name)] as const)));
    expect(got).toEqual({
      text: '"hello"',
      string: '"grüße \\"x\\""',
      vector: '[1, 2, 3, 500]',
      slice: '[2, 3]',
      none: 'None',
      some: 'Some(42)',
      niche: expect.stringMatching(/^Some\(0x[0-9a-f]+\)$/) as string,
      no_box: 'None',
      ok: 'Ok(7)',
      err: 'Err(Error { errno: 22 })',
      poll: 'Ready(Err(Error { errno: 5 }))',
      pending: 'Pending',
      idle: 'Idle',
      running: 'Running { pid: 12, flags: 240 }',
      waiting: 'Waiting(300, -4)',
      color: 'Green',
      tuple: "(1, -2, 'é', true)",
      unit: '()',
      array: '[3, 2, 1]',
      wide: String(1n << 100n),
      wide_option: 'Some(9)',
      float: '2.5',
      boxed_slice: '[1, 2, 3]',
      boxed_str: '"boxed"',
      nested: 'Some(None)',
    });
    expect(await show(snapshot, frame, 'function')).toMatch(/^0x[0-9a-f]+ <calls::values>$/);
    expect(await show(snapshot, frame, 'rc')).toMatch(/^Rc\(0x/);
  });

  it('expands smart pointers, variants and collections', async () => {
    expect(await childrenText(snapshot, frame, 'running')).toEqual({ pid: '12', flags: '240' });
    expect(await childrenText(snapshot, frame, 'waiting')).toEqual({ 0: '300', 1: '-4' });
    expect(await childrenText(snapshot, frame, 'vector', 2, 5)).toEqual({ '[2]': '3', '[3]': '500' });
    expect(await childrenText(snapshot, frame, 'rc')).toMatchObject({ '*': 'Waiting(1, 1)', strong: '1' });
    expect(await childrenText(snapshot, frame, 'arc')).toMatchObject({ '*': '[9, 8, 7, 6]' });
    expect(await childrenText(snapshot, frame, 'niche')).toEqual({ 0: expect.stringMatching(/^0x/) as string });
    expect(await show(snapshot, frame, '*rc')).toBe('Waiting(1, 1)');
    expect(await show(snapshot, frame, '*niche.0')).toBe('5');
    expect(Object.keys(await childrenText(snapshot, frame, 'dynamic'))).toEqual(['pointer', 'vtable']);
  });

  it('evaluates paths into them', async () => {
    expect(await show(snapshot, frame, 'vector[3] + 1')).toBe('501');
    expect(await show(snapshot, frame, 'vector[4]')).toMatch(/^BS362 column 7: the index 4 is not below the length 4/);
    expect(await show(snapshot, frame, 'err.0.errno == 22')).toBe('true');
    expect(await show(snapshot, frame, 'running.pid as u8')).toBe('12');
    expect(await show(snapshot, frame, 'tuple.1')).toBe('-2');
    expect(await show(snapshot, frame, 'slice[0] as u64 * 3')).toBe('6');
    expect(await show(snapshot, frame, 'sizeof(running)')).toBe('16');
  });

  it('takes types as users write them, if they can mean one only', async () => {
    expect(await show(snapshot, frame, '*(&boxed_slice as *const Box<[u8]>)')).toBe('[1, 2, 3]');
    expect(await show(snapshot, frame, '*(&vector as *const Vec<u32>)')).toBe('[1, 2, 3, 500]');
    expect(await show(snapshot, frame, 'size_of::<Result<u32, calls::Error>>() == sizeof(err)')).toBe('true');
    expect(await show(snapshot, frame, 'size_of::<Vec<i128>>()')).toBe('BS364 column 11: there is no type Vec<i128>.');
    expect(await show(snapshot, frame, 'size_of::<Box<[u8]>>() + size_of::<Result<u32, Error>>()')).toMatch(/^BS368 column 36: Result<u32, Error> can mean \d+ types: (?=.*core::result::Result<u32, calls::Error>).*; core::result::Result<u32, .*>\.$/);
  });

  it('shows the state of a future and what it has captured', async () => {
    const poll = stacks.find((candidate) => /read::\{async_fn#0\}/.test(candidate.name));
    expect(poll).toBeDefined();
    expect(await show(reading, poll!, 'block')).toBe('9');
    expect(await show(reading, poll!, 'offset')).toBe('36864');
    expect(await show(reading, poll!, 'self.original.length')).toBe('10000');
    const main = frameNamed(stacks, 'main');
    const future = await evaluate('*future', main, reading.program);
    expect((await render(future)).text).toMatch(/^(Unresumed|Suspend0|Returned)/);
    expect(Object.keys(await childrenText(reading, main, '*future'))).toEqual(expect.arrayContaining(['block', 'buffer', 'self']));
  });
});

describe.skipIf(!gdb || !gcc)('C values', () => {
  let snapshot: Snapshot;
  let frame: Frame;
  let leaf: Frame;
  beforeAll(async () => {
    const program = compile({ name: 'values gcc', compiler: gcc, flags: ['-g', '-static', '-no-pie', '-O0'], source: 'calls.c' });
    const { stops, memory } = runUnderGdb(program, ['checkpoint'], { locals: false });
    for (const stop of stops) {
      const candidate = snapshotOf(program, stop, memory);
      const frames = await stackOf(candidate.program, candidate.machine);
      if (frames.some(({ scope }) => scope?.function.name === 'takes_struct')) {
        snapshot = candidate;
        frame = frameNamed(frames, 'takes_struct');
      }
      if (frames.some(({ scope }) => scope?.function.name === 'leaf')) leaf = frameNamed(frames, 'leaf');
    }
  });

  it('shows each as C writes it', async () => {
    expect(await show(snapshot, frame, 'copy')).toBe('{a = {1, 2, 3, 4}, {inner = 6, other = 6}, e = {number = 1069547520, real = 1.5, bytes = "\\0\\0"}, color = BLUE}'.replace('"\\0\\0"', '""'));
    expect(await show(snapshot, frame, 'b')).toBe("{a = 5, b = -3, c = 78187493530, d = 200 'È'}");
    expect(await show(snapshot, frame, 'wide')).toBe(String((7n << 70n) + 9n));
    expect(await show(snapshot, frame, 'd')).toBe('2.25');
    expect(await show(snapshot, frame, 'f')).toBe('-0.5');
    expect(await show(snapshot, frame, 'nodes')).toMatch(/^\{\{next = 0x[0-9a-f]+, value = 10, name = "first"\}, /);
    expect(await show(snapshot, frame, 'greeting')).toMatch(/^0x[0-9a-f]+ "hello"$/);
    expect(await show(snapshot, leaf, 'text')).toMatch(/^0x[0-9a-f]+ "depth 0"$/);
    expect(await show(snapshot, leaf, 'c')).toBe("3 '\\u{3}'");
  });

  it('evaluates C', async () => {
    const cases: Record<string, string> = {
      'nodes[1].value': '20',
      'nodes[0].next->next->value': '30',
      '(*nodes[0].next).value + 2 * 3': '26',
      '*(nodes + 2).value': 'BS362 column 1: a value of type int is no pointer.',
      '(nodes + 2)->value': '30',
      '((struct node *)nodes[0].next)->value': '20',
      '*(int *)&nodes[2].value': '30',
      'sizeof(struct node)': '24',
      'sizeof(struct node *)': '8',
      'copy.color == 6 && counter == 7': 'true',
      'counter > 7 || !counter': 'false',
      '~counter & 0xff': '248',
      "'A' + 1": '66',
      '-counter / 2': '-3',
      'counter % 0': 'BS362 column 9: division by zero.',
      'missing': 'BS361 column 1: there is no missing here.',
      'copy.missing': 'BS361 column 6: there is no member missing in big_t here.',
      'leaf(1)': 'BS363 column 1: leaf(…) is a call, and calls are not made.',
      'counter +': 'BS360 column 10: a value is missing at the end.',
      'counter 5': 'BS360 column 9: "5" does not fit here.',
      'counter = 5': 'BS360 column 9: an assignment is no value; compare with ==.',
      '(struct nothing *)0': 'BS364 column 2: there is no type struct nothing.',
      '$nothing': 'BS365 column 1: there is no register $nothing here.',
      'nodes[0].next == &nodes[1]': 'true',
      '&nodes[2] - nodes': '2',
      '(unsigned char)300': "44 ','",
      '(char)0x41': "65 'A'",
      'copy.inner': '6',
    };
    const got = Object.fromEntries(await Promise.all(Object.keys(cases).map(async (text) => [text, await show(snapshot, frame, text)] as const)));
    expect(got).toEqual(cases);
    expect(await show(snapshot, frame, '$rip')).toBe(frame.address.toString());
    expect(await show(snapshot, frame, '&checkpoint')).toMatch(/<checkpoint>$/);
    expect(await isTrue(await evaluate('copy.a[2] == 3', frame, snapshot.program))).toBe(true);
  });

  it('pages arrays and reads behind a pointer only when it is opened', async () => {
    expect(await childrenText(snapshot, frame, 'nodes[0].next')).toMatchObject({ value: '20', name: '"second"' });
    expect(await childrenText(snapshot, frame, 'nodes', 1, 1)).toHaveProperty('[1]');
    expect(await childrenOf(await evaluate('nodes[2].next', frame, snapshot.program))).toBeUndefined();
  });

  it('sets scalars, bit fields and registers', async () => {
    await setValue(await evaluate('counter', frame, snapshot.program), 'counter + 35', frame, snapshot.program);
    expect(await show(snapshot, frame, 'counter')).toBe('42');
    await setValue(await evaluate('counter', frame, snapshot.program), '7', frame, snapshot.program);
    await setValue(await evaluate('b.b', frame, snapshot.program), '4', frame, snapshot.program);
    expect(await show(snapshot, frame, 'b')).toBe("{a = 5, b = 4, c = 78187493530, d = 200 'È'}");
    await setValue(await evaluate('b.b', frame, snapshot.program), '-3', frame, snapshot.program);
    await setValue(await evaluate('copy.color', frame, snapshot.program), 'GREEN', frame, snapshot.program);
    expect(await show(snapshot, frame, 'copy.color')).toBe('GREEN');
    const [innermost] = await stackOf(snapshot.program, snapshot.machine);
    await setValue(await evaluate('$rax', innermost, snapshot.program), '0x10', innermost, snapshot.program);
    expect(snapshot.written.get('rax')).toBe(16n);
    await expect(setValue(await evaluate('copy', frame, snapshot.program), '1', frame, snapshot.program)).rejects.toMatchObject({ code: 'BS356' });
    await expect(setValue(await evaluate('b.a', frame, snapshot.program), '9', frame, snapshot.program)).rejects.toMatchObject({ code: 'BS356' });
  });

  it('gives chain readers variables, types, offsets and texts', async () => {
    const view = createView(snapshot.program, snapshot.module, snapshot.space);
    expect(view.level).toBe(2);
    const nodes = view.variable('nodes', 'calls.c');
    expect(await nodes.index(1).member('name').string()).toBe('second');
    expect(await (await nodes.index(0).path('next.next.value')).number()).toBe(30);
    expect(await view.variable('greeting').string()).toBe('hello');
    expect(view.offsetOf(view.type('struct node'), 'name')).toBe(12);
    expect(view.offsetOf(view.type('big'), 'inner')).toBe(32);
    expect(view.hasVariable('nodes', 'other.c')).toBe(false);
    expect(view.symbol('counter')).toBe(view.variable('counter').address);
    expect(() => view.variable('absent')).toThrow(/^BS400/);
    expect(() => view.type('absent')).toThrow(/^BS401/);
    expect(() => nodes.index(0).member('absent')).toThrow(/^BS402: struct? ?node|^BS402: node has no member absent/);
    await expect(view.variable('counter').deref()).rejects.toMatchObject({ code: 'BS403' });
    await expect(nodes.integer()).rejects.toMatchObject({ code: 'BS351' });
    await expect(view.variable('counter').string()).rejects.toMatchObject({ code: 'BS353' });
    await expect(queueElements(nodes, 'next')).rejects.toMatchObject({ code: 'BS402' });
    const ring = view.value(view.type('node'), nodes.address!);
    await expect(listHeadElements(ring, view.type('node'), 'value')).rejects.toBeInstanceOf(BootscopeError);
  });
});
