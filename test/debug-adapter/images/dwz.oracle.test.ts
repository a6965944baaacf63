import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Type } from '../../../debug-adapter/images/types';
import { strip } from '../../../debug-adapter/images/types';
import { openImage } from '../../../debug-adapter/images/open';
import { askGdb } from './gdb';
import { gcc, gdb, rustc, scratch, tool } from './support';

const dwz = tool('dwz');
const directory = scratch();
const programs = path.join(__dirname, 'programs');

const describeType = (type: Type): unknown => {
  const real = strip(type);
  if (real.kind === 'struct') return [real.language, real.qualifiedName, real.size, real.members.map(({ name, offset, type: inner }) => [name, offset, inner.name, inner.size]), real.variantPart?.variants.map(({ name }) => name)];
  return real.kind === 'enum' ? [real.language, real.name, real.enumerators] : [real.kind, real.name, real.size];
};

/** Everything a program says, whichever way its debug information is laid out. */
const answers = (file: string, { pattern, functions: names, types }: Build) => {
  const image = openImage(file);
  try {
    const { debugInfo: info } = image;
    const functions = info.functionsMatching(pattern).filter(({ ranges }) => ranges.length > 0);
    const rows = functions.flatMap(({ ranges }) => ranges.flatMap(({ start, end }) => info.lineRows(start, end)));
    return {
      functions: functions.map((f) => [f.qualifiedName, f.linkageName, f.entry, f.declared, f.parameters.map(({ name, type }) => [name, type.name])]).sort(),
      named: names.map((name) => info.functionsNamed(name, { complete: true }).map((f) => [f.qualifiedName, f.entry, f.inlinedInstances().map(({ entry }) => entry).sort()]).sort()),
      places: rows.map(({ address, file: source, line }) => [address, source, line, info.scopesAt(address).map((scope) => [scope.function.qualifiedName, scope.callSite, scope.variablesAt(address).map(({ name, type }) => `${name}: ${type.name}`).sort()])]),
      types: types.map((name) => [...new Set(info.typesNamed(name).map((type) => JSON.stringify(describeType(type), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))))].sort()),
      variables: ['counter', 'sink', 'table', 'root'].map((name) => info.variablesNamed(name).map((one) => [one.qualifiedName, one.type.name, one.declared])),
    };
  } finally {
    image.close();
  }
};

const copies = (name: string, compile: (output: string) => void): { plain: string; packed: string; other: string } => {
  const folder = fs.mkdtempSync(path.join(directory, name.replace(/\W+/g, '-')));
  const [plain, packed, other] = ['plain', 'packed', 'other'].map((file) => path.join(folder, file));
  compile(plain!);
  for (const copy of [packed!, other!]) fs.copyFileSync(plain!, copy);
  return { plain: plain!, packed: packed!, other: other! };
};

interface Build {
  readonly name: string;
  readonly compile: (output: string) => void;
  readonly pattern: string;
  readonly functions: readonly string[];
  readonly types: readonly string[];
}

const builds: readonly Build[] = [
  ...[4, 5].map((version) => ({
    name: `gcc dwarf ${version}`,
    compile: (output: string): void => void execFileSync(gcc ?? '', ['-g', '-O2', `-gdwarf-${version}`, '-o', output, path.join(programs, 'shapes.c'), path.join(programs, 'module.c')]),
    pattern: '*',
    functions: ['main', 'leaf', 'inlined', 'fill', 'clamp', 'attach'],
    types: ['struct everything', 'enum colour', 'struct softc', 'struct nothing'],
  })),
  {
    name: 'rustc dwarf 4',
    compile: (output: string): void => void execFileSync(rustc ?? '', ['--edition', '2024', '-g', '-Copt-level=1', '-Cdwarf-version=4', '-o', output, path.join(programs, 'shapes.rs')]),
    pattern: 'shapes::*',
    functions: ['LiveDisk::read', 'shapes::generic', 'shapes::main'],
    types: ['shapes::Message', 'Option<u32>'],
  },
];

describe.skipIf(dwz === undefined || gcc === undefined || rustc === undefined)('debug information that dwz has packed says the same', () => {
  for (const build of builds) {
    const { name, compile } = build;
    it(`in one file: ${name}`, () => {
      const { plain, packed } = copies(name, compile);
      execFileSync(dwz ?? '', [packed]);
      expect(fs.statSync(packed).size).toBeLessThan(fs.statSync(plain).size);
      expect(answers(packed, build)).toEqual(answers(plain, build));
    }, 60_000);

    for (const [form, options] of [['.gnu_debugaltlink', []], ['.debug_sup', ['--dwarf-5']]] as const) {
      it(`with a file that several share, ${form}: ${name}`, () => {
        const { plain, packed, other } = copies(`${name} ${form}`, compile);
        const folder = path.dirname(packed);
        const common = path.join(folder, 'common.dwz');
        execFileSync(dwz ?? '', [...options, '-m', common, '-M', './common.dwz', packed, other], { cwd: folder });
        const shared = openImage(packed);
        expect(shared.sections.map((section) => section.name)).toContain(form);
        shared.close();
        const expected = answers(plain, build);
        expect(expected.places.length).toBeGreaterThan(40);
        expect(answers(packed, build)).toEqual(expected);
        // Another build's, or none: what is left still serves.
        fs.writeFileSync(path.join(folder, 'kept'), fs.readFileSync(common));
        for (const harm of [() => fs.copyFileSync(plain, common), () => fs.rmSync(common), () => fs.writeFileSync(common, '\x7fELF')]) {
          harm();
          const image = openImage(packed);
          const [address, file, line] = expected.places.at(-1)!;
          expect(image.debugInfo.lineRows(address as bigint, (address as bigint) + 1n).map((row) => [row.file, row.line])).toContainEqual([file, line]);
          expect(image.debugInfo.typesNamed('struct nothing')).toEqual([]);
          image.close();
        }
      }, 60_000);
    }
  }

  it.skipIf(gdb === undefined)('and gdb reads the same from it', () => {
    const { packed, other } = copies('gdb', builds[0]!.compile);
    const folder = path.dirname(packed);
    execFileSync(dwz ?? '', ['-m', path.join(folder, 'common.dwz'), '-M', './common.dwz', packed, other], { cwd: folder });
    const theirs = askGdb(packed, { types: ['struct everything', 'struct softc'] }).types;
    const image = openImage(packed);
    for (const [name, layout] of Object.entries(theirs)) {
      const [type] = image.debugInfo.typesNamed(name).map(strip);
      expect(type?.kind === 'struct' && { size: type.size, fields: type.members.map((m) => [m.name, m.bitOffset ?? m.offset * 8, m.bitSize ?? 0, m.type.size]) }, name).toEqual(layout);
    }
    expect(Object.keys(theirs)).toHaveLength(2);
    image.close();
  });
});
