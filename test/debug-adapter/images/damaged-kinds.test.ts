import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { factor } from '../../trials';
import { watchAllocations } from './allocations';
import { damageEach, elfParts } from './damage-each';
import { askEverything, placesIn } from './everything';
import { clang, gcc, rustc, scratch, tool } from './support';

/** Kinds of files that other tools than a compiler make, and a compiler for other languages than C: each section damaged by itself. */

const directory = scratch();
const dwz = tool('dwz');
const gnuDwp = tool('dwp');
const llvmDwp = tool('llvm-dwp-19', 'llvm-dwp');
const programs = path.join(__dirname, 'programs');
const debug = /^\.(z?debug_|gnu_debug|eh_frame|symtab|strtab)/;

/** Whatever a damaged header claims, it is not what is allocated: the files here are of some 100 KB. */
let allocations: ReturnType<typeof watchAllocations>;
beforeEach(() => {
  allocations = watchAllocations();
});
afterEach(() => {
  allocations.stop();
  expect(allocations.largest()).toBeLessThan(16 << 20);
});
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

const folderFor = (name: string): string => fs.mkdtempSync(path.join(directory, `${name}-`));

/** Damages each section of one file and asks everything of the one that is opened. */
const check = (file: string, opened: string, runs: number): void => {
  const addresses = placesIn(opened);
  expect(askEverything(opened, addresses)).toEqual([]);
  const good = fs.readFileSync(file);
  damageEach(file, good, elfParts(file, debug), () => askEverything(opened, addresses), runs);
  // Damage by chance may do no harm; a section that goes on behind the file's end has to be told of.
  const [units] = elfParts(file, /^\.debug_info/);
  const bytes = Buffer.from(good);
  units?.resize(bytes, 0x7000_0000);
  fs.writeFileSync(file, bytes);
  expect(askEverything(opened, addresses)).not.toEqual([]);
  fs.writeFileSync(file, good);
};

describe('each section damaged in turn: no crash, no hang, every refusal says where', () => {
  const packages = [
    { name: 'DWARF 5 by LLVM', compiler: clang, packer: llvmDwp, flags: ['-O2', '-gdwarf-5'] },
    { name: 'DWARF 4 with type units by GNU', compiler: gcc, packer: gnuDwp, flags: ['-O1', '-gdwarf-4', '-fdebug-types-section'] },
  ].flatMap(({ compiler, packer, ...rest }) => (compiler === undefined || packer === undefined ? [] : [{ compiler, packer, ...rest }]));
  it.each(packages)('of a package of split units, $name', ({ compiler, packer, flags }) => {
    const folder = folderFor('package');
    const [object, program] = [path.join(folder, 'shapes.o'), path.join(folder, 'program')];
    execFileSync(compiler, ['-c', '-g', ...flags, '-gsplit-dwarf', '-fno-pie', '-o', object, path.join(programs, 'shapes.c')], { cwd: folder });
    execFileSync(compiler, ['-no-pie', '-o', program, object]);
    execFileSync(packer, ['-e', program, '-o', `${program}.dwp`], { stdio: 'ignore' });
    for (const file of fs.readdirSync(folder)) if (file.endsWith('.dwo')) fs.rmSync(path.join(folder, file));
    check(`${program}.dwp`, program, 20);
  }, 60_000 * Math.max(1, factor));

  it.skipIf(dwz === undefined || gcc === undefined).each([['.gnu_debugaltlink', []], ['.debug_sup', ['--dwarf-5']]] as const)('of what dwz has packed, and of what programs share by %s', (_form, options) => {
    const folder = folderFor('dwz');
    const [program, other, common] = ['program', 'other', 'common.dwz'].map((name) => path.join(folder, name)) as [string, string, string];
    execFileSync(gcc!, ['-g', '-O2', '-gdwarf-5', '-o', program, path.join(programs, 'shapes.c')]);
    fs.copyFileSync(program, other);
    execFileSync(dwz!, [...options, '-m', common, '-M', './common.dwz', program, other], { cwd: folder });
    check(program, program, 8);
    check(common, program, 25);
  }, 60_000 * Math.max(1, factor));

  it.skipIf(rustc === undefined).each([4, 5])('of Rust, DWARF %i', (version) => {
    const object = path.join(folderFor('rust'), 'shapes.o');
    execFileSync(rustc!, ['--edition', '2024', '-g', `-Cdwarf-version=${version}`, '-Copt-level=1', '-Ccodegen-units=1', '--emit=obj', '-o', object, path.join(programs, 'shapes.rs')], { stdio: ['ignore', 'ignore', 'inherit'] });
    check(object, object, 5);
  }, 60_000 * Math.max(1, factor));

  it.skipIf(gcc === undefined)('of frames in .debug_frame alone', () => {
    const program = path.join(folderFor('frames'), 'program');
    execFileSync(gcc!, ['-g', '-O2', '-fno-asynchronous-unwind-tables', '-fno-unwind-tables', '-static', '-nostdlib', '-Wl,-e,main,--unresolved-symbols=ignore-all', '-fno-pie', '-no-pie', '-o', program, path.join(programs, 'shapes.c')]);
    expect(elfParts(program, /^\.debug_frame/)).toHaveLength(1);
    check(program, program, 5);
  }, 60_000 * Math.max(1, factor));
});
