import fs from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import { evaluate, setValue } from '../../../debug-adapter/inspect/evaluate/evaluate';
import { childrenOf, expressionOf } from '../../../debug-adapter/inspect/render/children';
import { render, symbolContext } from '../../../debug-adapter/inspect/render/render';
import type { Frame } from '../../../debug-adapter/inspect/stack/frame';
import { stackOf } from '../../../debug-adapter/inspect/stack/unwind';
import type { TypedValue } from '../../../debug-adapter/inspect/values/typed-value';
import { clang, compile, gcc, gdb, runUnderGdb, scratchFile, snapshotOf } from './harness';
import type { Snapshot } from './harness';

const compilers = [['gcc', gcc], ['clang', clang]] as const;
const builds = compilers.flatMap(([name, compiler]) => ['-O0', '-O2'].flatMap((level) => [4, 5].map((version) => ({ name: `${name} ${level}, DWARF ${version}`, compiler, flags: ['-g', `-gdwarf-${version}`, level, '-static', '-no-pie', '-w'], source: 'kinds.c' }))));

describe.skipIf(!gdb || !gcc || !clang).each(builds)('C values: $name', (build) => {
  let snapshot: Snapshot;
  let frame: Frame;
  /** What the program itself says, by expression. */
  let said: readonly (readonly [string, string])[];

  beforeAll(async () => {
    const program = compile({ ...build, name: `kinds ${build.name}` });
    const output = scratchFile('said.txt');
    const { stops, memory } = runUnderGdb(program, [], { locals: false, limit: 1, output });
    said = fs.readFileSync(output, 'utf8').replace(/\(nil\)/g, '0x0').trim().split('\n').map((line) => line.split('\t') as [string, string]);
    snapshot = snapshotOf(program, stops[0]!, memory);
    frame = (await stackOf(snapshot.program, snapshot.machine)).find(({ scope }) => scope?.function.name === 'main')!;
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

  it('are what the program says they are', async () => {
    expect(said.length).toBeGreaterThan(55);
    const got = await Promise.all(said.map(async ([expression]) => [expression, await show(expression)] as const));
    expect(Object.fromEntries(got)).toEqual(Object.fromEntries(said));
    expect(await show('kinds.beyond')).toBe('EXEC | 0x20');
  });

  it('are named by expressions that find them again, part by part', async () => {
    let evaluated = 0;
    const wrong: string[] = [];
    const walk = async (of: TypedValue, expression: string, depth: number): Promise<void> => {
      for (const part of (await (await childrenOf(of, symbolContext(snapshot.program)))?.page(0, 100)) ?? []) {
        const name = expressionOf(part, expression);
        if (name === undefined) continue;
        const [own, again] = [await textOf(part.value), await show(name)];
        evaluated++;
        if (own !== again) wrong.push(`${name}: ${own} is ${again}`);
        if (depth < 4) await walk(part.value, name, depth + 1);
      }
    };
    await walk(await value('kinds'), 'kinds', 0);
    expect(wrong).toEqual([]);
    expect(evaluated).toBeGreaterThan(100);
  });

  it('are set where that is safe, and come back', async () => {
    const changes: readonly (readonly [expression: string, text: string, shown: string])[] = [
      ['kinds.bits.b', '4', '4'],
      ['kinds.bits.c', '1', '1'],
      ['kinds.bits.f', '0', 'false'],
      ['kinds.color', 'GREEN', 'GREEN'],
      ['kinds.read_write', 'READ | EXEC', 'READ | EXEC'],
      ['kinds.text', '"ufs"', '"ufs"'],
      ['kinds.matrix[1][2]', '77', '77'],
      ['kinds.number.real', '2.5', '2.5'],
      ['kinds.inside.inner', '9', '9'],
      ['kinds.first', '&kinds.nodes[2]', `0x${((await value('kinds.nodes[2]')).address ?? 0n).toString(16)}`],
      ['kinds.bits.a', '8', 'BS356'],
      ['kinds.full', '"toolong"', 'BS356'],
      ['kinds.array', '1', 'BS356'],
    ];
    const neighbours = await (await value('kinds')).bytes();
    for (const [expression, text, shown] of changes) {
      const place = await value(expression);
      const before = await place.bytes();
      const error = await setValue(place, text, frame, snapshot.program).then(() => undefined, (thrown: unknown) => thrown);
      if (shown === 'BS356') expect(error, expression).toMatchObject({ code: 'BS356' });
      else expect([error, await show(expression)], expression).toEqual([undefined, shown]);
      await place.write(before);
    }
    expect(Buffer.from(await (await value('kinds')).bytes())).toEqual(Buffer.from(neighbours));
  });
});
