import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openImage } from '../../../debug-adapter/images/open';
import { compareWithGdb } from './agreement';
import { dwarfdump } from './dwarfdump';
import { constantText } from './scope-text';
import { clang, gcc, gdb, lineOf, readelf, scratch } from './support';

const folder = scratch();
const builds = [gcc, clang].flatMap((compiler) => (compiler === undefined ? [] : ['-O1', '-O2'].flatMap((level) => [4, 5].map((dwarf) => ({ compiler, level, dwarf })))));

describe.skipIf(gdb === undefined || readelf === undefined || dwarfdump === undefined)('constants, and blocks without code', () => {
  it.each(builds)('$compiler $level DWARF $dwarf', ({ compiler, level, dwarf }) => {
    const program = path.join(folder, `scopes-${compiler}${level}-${dwarf}`);
    execFileSync(compiler, ['-g', `-gdwarf-${dwarf}`, level, '-o', program, path.join(__dirname, 'programs/scopes.c')]);
    const { wrong, places } = compareWithGdb(program, 1, 100);
    expect(wrong).toEqual([]);
    expect(places).toBeGreaterThan(100);

    const image = openImage(program);
    const [found] = image.debugInfo.functionsNamed('scopes');
    const entry = found?.entry ?? 0n;
    const variables = image.debugInfo.scopesAt(entry)[0]?.variablesAt(entry) ?? [];
    const constants = variables.flatMap(({ name, constant, type }) => (constant ? [[name, constantText(constant, type.size)]] : []));
    // clang leaves some out, gcc none.
    if (compiler === gcc) expect(constants.length).toBe(5);
    for (const [name, text] of constants) expect([name, text]).toEqual([name, `constant ${{ byte_high: 144, byte_low: 2 ** 32 - 112, word_high: 40_000, word_low: 2 ** 32 - 25_536, small: 200 }[name ?? '']}`]);
    // In the loop `value` is the loop's, whatever the blocks without code have of that name.
    const line = lineOf('scopes.c', 'result += use(buffer, value)');
    const inLoop = image.debugInfo.addressesOfLine('scopes.c', line).map(({ address }) => image.debugInfo.scopesAt(address)[0]?.variablesAt(address).find(({ name }) => name === 'value'));
    expect(inLoop.length).toBeGreaterThan(0);
    for (const value of inLoop) expect(value?.declared?.line).toBe(line - 1);
    image.close();
  });
});
