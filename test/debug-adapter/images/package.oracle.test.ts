import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openImage } from '../../../debug-adapter/images/open';
import { SplitPackage } from '../../../debug-adapter/images/dwarf/package';
import { strip } from '../../../debug-adapter/images/types';
import { askGdb } from './gdb';
import { clang, gcc, gdb, scratch, tool } from './support';

const directory = scratch();
const hex = (address: bigint): string => `0x${address.toString(16)}`;
/** GNU's packs DWARF 4 (index version 2), LLVM's both. */
const gnuDwp = tool('dwp');
const llvmDwp = tool('llvm-dwp-19', 'llvm-dwp');

interface Packed {
  readonly name: string;
  readonly compiler: string | undefined;
  readonly packer: string | undefined;
  readonly flags: readonly string[];
}

const builds: readonly Packed[] = [
  { name: 'gcc -O2 dwarf 5, llvm-dwp', compiler: gcc, packer: llvmDwp, flags: ['-O2', '-gdwarf-5'] },
  { name: 'gcc -O1 dwarf 4, GNU dwp', compiler: gcc, packer: gnuDwp, flags: ['-O1', '-gdwarf-4'] },
  { name: 'gcc -O0 dwarf 4 types, GNU dwp', compiler: gcc, packer: gnuDwp, flags: ['-O0', '-gdwarf-4', '-fdebug-types-section'] },
  { name: 'clang -O2 dwarf 5, llvm-dwp', compiler: clang, packer: llvmDwp, flags: ['-O2', '-gdwarf-5'] },
  { name: 'clang -O1 dwarf 5 types, llvm-dwp', compiler: clang, packer: llvmDwp, flags: ['-O1', '-gdwarf-5', '-fdebug-types-section'] },
  { name: 'clang -O1 dwarf 4, llvm-dwp', compiler: clang, packer: llvmDwp, flags: ['-O1', '-gdwarf-4'] },
];

/** Two units, compiled apart and packed; the .dwo files are put aside, and come back in the place of the package. */
const build = ({ name, compiler, packer, flags }: Packed): { readonly program: string; unpack(): void } => {
  const place = path.join(directory, name.replace(/\W+/g, '-'));
  const aside = `${place}-aside`;
  for (const folder of [place, aside]) fs.mkdirSync(folder);
  const objects = ['shapes.c', 'module.c'].map((source) => {
    const object = path.join(place, `${source}.o`);
    execFileSync(compiler!, ['-c', '-g', ...flags, '-gsplit-dwarf', '-fno-pie', '-o', object, path.join(__dirname, 'programs', source)], { cwd: place });
    return object;
  });
  const program = path.join(place, 'program');
  execFileSync(compiler!, ['-no-pie', '-o', program, ...objects]);
  execFileSync(packer!, ['-e', program, '-o', `${program}.dwp`], { stdio: 'ignore' });
  const split = fs.readdirSync(place).filter((file) => file.endsWith('.dwo'));
  for (const file of split) fs.renameSync(path.join(place, file), path.join(aside, file));
  const unpack = (): void => {
    fs.rmSync(`${program}.dwp`);
    for (const file of split) fs.renameSync(path.join(aside, file), path.join(place, file));
  };
  return { program, unpack };
};

describe.skipIf(gdb === undefined)('a .dwp package, as gdb has it', () => {
  for (const one of builds) {
    it.skipIf(one.compiler === undefined || one.packer === undefined)(one.name, () => {
      const { program, unpack } = build(one);
      const image = openImage(program);
      const info = image.debugInfo;
      const functions = info.functionsMatching('*').filter((f) => /(shapes|module)\.c$/.test(f.declared?.file ?? '') && f.ranges.length > 0);
      const addresses = functions.flatMap((f) => f.ranges.flatMap((range) => [...new Set(info.lineRows(range.start, range.end).map((row) => row.address))]));
      const places = addresses.map((address) => {
        const scopes = info.scopesAt(address);
        return { address: hex(address), line: info.lineAt(address)?.line, chain: scopes.map((scope) => scope.function.name), variables: (scopes[0]?.variablesAt(address) ?? []).map((variable) => variable.name) };
      });
      const names = ['leaf', 'inlined', 'fill', 'attach', 'module_exit', 'main'].map((name) => {
        const ours = info.functionsNamed(name).flatMap((f) => [...(f.afterPrologue === undefined ? [] : [f.afterPrologue]), ...f.inlinedInstances().map((scope) => scope.entry)]);
        return { name, ours: [...new Set(ours)].map(hex).sort() };
      });
      const types = ['struct everything', 'struct flags', 'struct softc', 'union number'].map((name) => {
        const [found] = info.typesNamed(name);
        const type = found && strip(found);
        if (type?.kind !== 'struct') throw new Error(`${name} is not there`);
        expect(type.declared?.file ?? '', name).toMatch(/\/(shapes|module)\.c$/);
        return { name, ours: { size: type.size, fields: type.members.map((m) => [m.name, m.bitOffset ?? m.offset * 8, m.bitSize ?? 0, m.type.size]) } };
      });
      image.close();
      expect(addresses.length).toBeGreaterThan(60);

      // gdb 13 ends by a signal on a package of DWARF 5: it is asked about the same program with its .dwo files.
      if (one.flags.includes('-gdwarf-5')) unpack();
      const answers = askGdb(program, { addresses: addresses.map(hex), functions: names.map(({ name }) => name), types: types.map(({ name }) => name) });
      const wrong: string[] = [];
      for (const { address, line, chain, variables } of places) {
        const theirs = answers.addresses[address];
        if (JSON.stringify({ line, chain }) !== JSON.stringify({ line: theirs?.line, chain: theirs?.chain })) wrong.push(JSON.stringify([address, line, chain, theirs]));
        if (variables.some((name) => !theirs?.variables.includes(name))) wrong.push(JSON.stringify([address, variables, theirs?.variables]));
      }
      for (const { name, ours } of names) expect(ours, name).toEqual(answers.functions[name]);
      for (const { name, ours } of types) expect(ours, name).toEqual(answers.types[name]);
      expect(wrong).toEqual([]);
    });
  }

  const [first] = builds;
  it.skipIf(first?.compiler === undefined || first.packer === undefined)('that is damaged or of another build leaves the linked file', () => {
    const { program } = build({ ...first!, name: 'damaged' });
    const file = `${program}.dwp`;
    const good = fs.readFileSync(file);
    for (let seed = 1; seed < 60; seed++) {
      const bytes = Buffer.from(good);
      for (let i = 0; i < 6; i++) bytes[(seed * 7919 + i * 104729 * seed) % bytes.length] = (seed * 31 + i * 17) & 255;
      fs.writeFileSync(file, seed % 5 === 0 ? bytes.subarray(0, (bytes.length * seed) / 60) : bytes);
      const image = openImage(program);
      try {
        image.debugInfo.functionsNamed('fill', { complete: true });
        image.debugInfo.typesNamed('struct everything');
        for (const symbol of image.symbols.matching('*')) image.debugInfo.scopesAt(symbol.address);
      } catch (error) {
        expect((error as Error).message).toMatch(/^BS2\d\d: /);
      }
      expect(image.symbols.named('fill')).toHaveLength(1);
      image.close();
    }
    fs.writeFileSync(file, 'nothing of the kind');
    expect(() => new SplitPackage(file)).toThrow(/^BS2/);
    const image = openImage(program);
    expect(image.debugInfo.scopesAt(image.symbols.named('fill')[0]!.address)).toEqual([]);
    expect(image.debugInfo.lineAt(image.symbols.named('fill')[0]!.address)?.line).toBeGreaterThan(0);
    image.close();
  });
});
