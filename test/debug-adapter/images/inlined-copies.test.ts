import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Die } from '../../../debug-adapter/images/dwarf/die';
import { openImage } from '../../../debug-adapter/images/open';
import { clang, gcc, scratch } from './support';

const directory = scratch();
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

const functions = 40;
const callers = 20;

/** Every function is inlined into every caller, and none has code of its own. */
const source = `
volatile int sink;
${Array.from({ length: functions }, (_, i) => `static inline __attribute__((always_inline)) void f${i}(int x) { sink = x + ${i}; }`).join('\n')}
${Array.from({ length: callers }, (_, i) => `__attribute__((noinline)) void caller${i}(int x) { ${Array.from({ length: functions }, (_, f) => `f${f}(x);`).join(' ')} }`).join('\n')}
int main(int argc, char **argv) { ${Array.from({ length: callers }, (_, i) => `caller${i}(argc);`).join(' ')} return sink; }
`;

describe('the inlined copies of many functions', () => {
  it.each([['gcc', gcc], ['clang', clang]])('are found without looking at every copy for every function: %s', (name, compiler) => {
    if (compiler === undefined) return;
    const [file, program] = [path.join(directory, 'copies.c'), path.join(directory, name)];
    fs.writeFileSync(file, source);
    execFileSync(compiler, ['-g', '-O1', '-o', program, file]);
    const image = openImage(program);
    const found = Array.from({ length: functions }, (_, i) => image.debugInfo.functionsNamed(`f${i}`, { complete: true })).flat();
    expect(found).toHaveLength(functions);
    const references = vi.spyOn(Die.prototype, 'reference');
    const copies = found.map((one) => one.inlinedInstances());
    const followed = references.mock.calls.length;
    references.mockRestore();
    expect(copies.map(({ length }) => length)).toEqual(Array.from({ length: functions }, () => callers));
    // Each copy belongs to the function that was asked for, and lies in one caller each.
    for (const [i, some] of copies.entries()) {
      expect(new Set(some.map((scope) => scope.function.name))).toEqual(new Set([`f${i}`]));
      expect(new Set(some.map((scope) => image.symbols.at(scope.entry)?.name)).size).toBe(callers);
    }
    // The first question and the one that puts them in order look at all of them; with more functions that stays so.
    expect(followed).toBeLessThan(4 * functions * callers);
    // The order of the questions makes no difference.
    const again = openImage(program);
    for (const i of [functions - 1, 0, 7]) expect(again.debugInfo.functionsNamed(`f${i}`, { complete: true })[0]?.inlinedInstances().map(({ entry }) => entry)).toEqual(copies[i]?.map(({ entry }) => entry));
    again.close();
    image.close();
  }, 120_000);
});
