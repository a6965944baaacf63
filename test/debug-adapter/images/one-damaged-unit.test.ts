import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runSymbols } from '../../../cli/symbols/command';
import type { DwarfFunction } from '../../../debug-adapter/images/dwarf/functions';
import { indexBytes } from '../../../debug-adapter/images/index/store';
import { openImage } from '../../../debug-adapter/images/open';
import { DamageReport } from '../../../debug-adapter/session/damage-report';
import { gcc, objcopy, scratch } from './support';

const directory = scratch();
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));
beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', fs.mkdtempSync(path.join(directory, 'cache-')));
  vi.stubEnv('BOOTSCOPE_NO_CACHE', '');
});
afterEach(() => vi.unstubAllEnvs());

const unit = (name: string, call: string): string => `struct ${name}_state { int ${name}_count; struct ${name}_state *next; };
struct ${name}_state ${name}_first;
int ${call}(int);
static int __attribute__((noinline)) shared(int a) { return a * 3 + ${name}_first.${name}_count; }
int before_${name}(int a) { return a + 1; }
int in_${name}(int a) { int twice = shared(a) * 2; return twice + ${call}(a); }
int behind_${name}(int a) { return a - 1; }
`;

let sound: string;
let damaged: string;
/** Where its second unit is damaged, in .debug_info. */
let at: number;
/** Functions of that unit whose entries come before: compilers differ in their order. */
let ahead: string[];

describe.skipIf(gcc === undefined)('one damaged unit of several', () => {
  beforeAll(() => {
    for (const [name, call] of [['one', 'in_two'], ['two', 'in_three'], ['three', 'last']] as const) fs.writeFileSync(path.join(directory, `${name}.c`), unit(name, call));
    fs.writeFileSync(path.join(directory, 'last.c'), 'int in_one(int); int last(int a) { return a; } int main(void) { return in_one(1); }\n');
    sound = path.join(directory, 'sound');
    execFileSync(gcc!, ['-g', '-O1', '-Wl,--build-id', '-o', sound, ...['one', 'two', 'three', 'last'].map((name) => path.join(directory, `${name}.c`))]);
    const image = openImage(sound);
    const [found] = image.debugInfo.functionsNamed('in_two');
    at = (found as DwarfFunction).die.offset;
    ahead = ['before_two', 'behind_two'].filter((name) => image.debugInfo.functionsNamed(name).some((one) => (one as DwarfFunction).die.offset < at));
    const bytes = fs.readFileSync(sound);
    bytes[(image.sections.find(({ name }) => name === '.debug_info')?.fileOffset ?? NaN) + at] = 0x7f;
    image.close();
    damaged = path.join(directory, 'damaged');
    fs.writeFileSync(damaged, bytes);
  });

  const told = (): RegExp => new RegExp(`^BS206: .*/damaged: section \\.debug_info is damaged at offset 0x${at.toString(16)}: unknown abbreviation 127\\. `);

  it('keeps names, lines, types and variables of all others from being lost', () => {
    const image = openImage(damaged);
    const { debugInfo: info, symbols, damage } = image;
    for (const name of ['in_one', 'in_three', 'behind_three', 'last', ...ahead]) expect(info.functionsNamed(name, { complete: true }).map((found) => found.name), name).toEqual([name]);
    expect(info.functionsNamed('shared', { complete: true }).length).toBeGreaterThanOrEqual(2);
    expect(info.functionsMatching('in_*').map(({ name }) => name)).toEqual(['in_one', 'in_three']);
    expect(info.typesNamed('struct three_state').map(({ size }) => size)).toEqual([16]);
    expect(info.variablesNamed('one_first').map(({ name }) => name)).toEqual(['one_first']);
    // A line needs no entry of the unit.
    expect(info.addressesOfLine('two.c', 6).length).toBeGreaterThan(0);
    expect(info.sourceFiles().filter((file) => /(one|two|three|last)\.c$/.test(file)).length).toBe(4);
    expect(damage.found.map(({ message }) => message)).toEqual([expect.stringMatching(told())]);

    const address = symbols.named('in_two')[0]?.address ?? 0n;
    expect(info.scopesAt(address)).toEqual([]);
    expect(damage.at(address)?.message).toMatch(told());
    expect(info.lineAt(address)?.line).toBe(6);
    expect(info.unwindAt(address)).toBeDefined();
    // What the walk of the unit had met before is known.
    expect(ahead.length).toBeGreaterThan(0);
    for (const name of ahead) {
      const before = symbols.named(name)[0]?.address ?? 0n;
      expect(info.scopesAt(before).map((scope) => scope.function.name)).toEqual([name]);
      expect(damage.at(before)).toBeUndefined();
    }
    image.close();
  });

  it('is told once, whatever meets it', () => {
    const image = openImage(damaged);
    const heard: string[] = [];
    const report = new DamageReport((text) => heard.push(text));
    report.watch(image);
    report.watch(image);
    image.debugInfo.functionsMatching('*');
    image.debugInfo.scopesAt(image.symbols.named('in_two')[0]?.address ?? 0n);
    image.damage.tolerate(() => { throw new RangeError('elsewhere'); }, undefined, { file: damaged, section: '.debug_line', offset: 4 });
    expect(heard).toEqual([expect.stringMatching(told())]);
    expect(image.damage.found.length).toBe(2);
    report.dispose();
    image.close();
  });

  it('makes no index: a sound copy has the same build-id', () => {
    const image = openImage(damaged);
    expect(image.debugInfo.index?.save()).toBe(false);
    expect(indexBytes()).toBe(0);
    image.close();
    const good = openImage(sound);
    expect(good.debugInfo.index?.save()).toBe(true);
    good.close();
  });

  it('is named by the command line, which fails where that may be why nothing is found', () => {
    const run = (file: string, name: string): { code: number; err: string; out: string } => {
      let [out, err] = ['', ''];
      const code = runSymbols(file, { function: [name] }, { out: (text) => (out += text), err: (text) => (err += text), read: () => '' });
      return { code, err, out };
    };
    expect(run(damaged, 'behind_three')).toMatchObject({ code: 0, err: expect.stringMatching(told()) as string, out: expect.stringContaining('behind_three') as string });
    expect(run(damaged, 'no_such')).toMatchObject({ code: 3, err: expect.stringMatching(told()) as string, out: '' });
    expect(run(sound, 'no_such')).toMatchObject({ code: 1, err: 'nothing found\n' });
  });

  it.skipIf(objcopy === undefined).each([
    ['cut', (debug: string) => fs.truncateSync(debug, 100), /BS204|headers of .* are damaged/],
    ['of another build', (debug: string) => fs.copyFileSync(path.join(directory, 'other'), debug), /build-id [0-9a-f]+ instead of [0-9a-f]+/],
    ['no ELF file', (debug: string) => fs.writeFileSync(debug, 'debug information'), /neither an ELF nor a PE/],
  ] as const)('a debug file beside the image that is %s is left alone, with the reason', (_how, spoil, reason) => {
    const folder = fs.mkdtempSync(path.join(directory, 'beside-'));
    const [image, debug] = [path.join(folder, 'kernel'), path.join(folder, 'kernel.debug')];
    execFileSync(gcc!, ['-g', '-Wl,--build-id', '-o', path.join(directory, 'other'), path.join(directory, 'last.c'), '-x', 'c', '-'], { input: 'int in_one(int a) { return a; }\n' });
    execFileSync(objcopy!, ['--only-keep-debug', sound, debug]);
    execFileSync(objcopy!, ['--strip-debug', `--add-gnu-debuglink=${debug}`, sound, image]);
    const paired = openImage(image);
    expect([paired.debugInfo.kind, paired.damage.found]).toEqual(['dwarf', []]);
    paired.close();
    spoil(debug);
    const alone = openImage(image);
    expect(alone.debugInfo.kind).toBe('none');
    expect(alone.symbols.named('in_two').length).toBe(1);
    const [fault] = alone.damage.found;
    expect(fault?.message).toMatch(/^BS212: .*kernel\.debug, found beside .*kernel, is left alone: .* Likely: .* Next: /);
    expect(fault?.what).toMatch(reason);
    alone.close();
  });
});
