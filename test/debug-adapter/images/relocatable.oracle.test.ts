import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openImage } from '../../../debug-adapter/images/open';
import { strip } from '../../../debug-adapter/images/types';
import { staticAddress } from '../../../debug-adapter/inspect/location/evaluate';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import { FakeMachine } from '../program/fakes';
import { askGdb } from './gdb';
import { clang, gcc, gdb, objcopy, scratch, tool } from './support';

const directory = scratch();
const ld = tool('ld', 'ld.lld-19');
const hex = (address: bigint): string => `0x${address.toString(16)}`;

const builds = [
  ...(gcc === undefined ? [] : [{ name: 'gcc -O0 dwarf 4', compiler: gcc, flags: ['-O0', '-gdwarf-4'] }, { name: 'gcc -O2 dwarf 5', compiler: gcc, flags: ['-O2', '-gdwarf-5'] }]),
  ...(clang === undefined ? [] : [{ name: 'clang -O2 dwarf 5', compiler: clang, flags: ['-O2', '-gdwarf-5'] }, { name: 'clang -O0 dwarf 4', compiler: clang, flags: ['-O0', '-gdwarf-4', '-fdebug-types-section'] }]),
];

/** Two objects joined into one by `ld -r`; as sys/conf/kmod.mk of FreeBSD keeps them: a stripped .ko with its debug information in .ko.debug. */
const module = (name: string, compiler: string, flags: readonly string[]): { full: string; stripped: string } => {
  const base = path.join(directory, name.replace(/\W+/g, '-'));
  const objects = ['module.c', 'shapes.c'].map((source) => {
    const object = `${base}-${source}.o`;
    execFileSync(compiler, ['-c', '-g', ...flags, '-mcmodel=kernel', '-fno-pic', '-mno-red-zone', '-o', object, path.join(__dirname, 'programs', source)]);
    return object;
  });
  const full = `${base}.ko.full`;
  const stripped = `${base}.ko`;
  execFileSync(ld ?? '', ['-r', '-d', '-o', full, ...objects]);
  execFileSync(objcopy ?? '', ['--only-keep-debug', full, `${stripped}.debug`]);
  execFileSync(objcopy ?? '', ['--strip-debug', `--add-gnu-debuglink=${stripped}.debug`, full, stripped]);
  return { full, stripped };
};

/** Sections far from each other and in no order, as a loader may place them. */
const places = (sections: readonly { name: string; allocated: boolean; size: number }[]) =>
  sections.filter(({ allocated, size }) => allocated && size > 0).map(({ name }, i) => ({ name, address: 0xffffffff_c0000000n + BigInt((i * 7) % 16) * 0x10_0000n }));

describe.skipIf(gdb === undefined || objcopy === undefined || ld === undefined)('a kernel module placed section by section, as gdb has it', () => {
  for (const { name, compiler, flags } of builds) {
    it(name, () => {
      const { full, stripped } = module(name, compiler, flags);
      const image = openImage(stripped);
      expect(image).toMatchObject({ type: 'rel', debugInfo: { kind: 'dwarf' } });
      const program = new PlacedProgram(new FakeMachine().asMachine());
      const placed = program.addImage({ stage: 'kernel', image });
      const sections = places(image.sections);
      expect(program.placeSections(placed, sections)).toBe(true);
      program.setActiveStage('kernel');

      const info = image.debugInfo;
      const functions = info.functionsMatching('*').filter((f) => f.ranges.length > 0);
      const linked = functions.flatMap((f) => f.ranges.flatMap((r) => [...new Set(info.lineRows(r.start, r.end).map((row) => row.address))]));
      const addresses = linked.map((address) => program.toRuntime(placed, address));
      const names = ['attach', 'module_init', 'module_exit', 'clamp', 'fill', 'recurse'];
      const variables = ['attached', 'first', 'head', 'limits', 'root', 'biggest'];
      const answers = askGdb(full, { sections: sections.map((s) => [s.name, hex(s.address)]), addresses: addresses.map(hex), functions: names, variables, types: ['struct softc', 'struct everything'] });

      const wrong: string[] = [];
      expect(addresses.length).toBeGreaterThan(60);
      for (const address of addresses) {
        const place = program.placeOf(address);
        const theirs = answers.addresses[hex(address)];
        const ours = { line: place.line?.line, chain: place.scopes.map((scope) => scope.function.name) };
        if (JSON.stringify(ours) !== JSON.stringify({ line: theirs?.line, chain: theirs?.chain })) wrong.push(JSON.stringify([hex(address), ours, theirs]));
        // What runs is in the stripped file, how to unwind too.
        if (image.debugInfo.unwindAt(program.toLinked(placed, address)) === undefined) wrong.push(`${hex(address)}: no row`);
      }
      for (const wanted of names) {
        // Without memory to read gdb knows no prologue that only code tells, as gcc's.
        const start = name.startsWith('gcc -O0') ? 'entry' : 'afterPrologue';
        const ours = info.functionsNamed(wanted).flatMap((f) => [...(f[start] === undefined ? [] : [f[start]]), ...f.inlinedInstances().map((scope) => scope.entry)]);
        expect([...new Set(ours)].map((address) => hex(program.toRuntime(placed, address))).sort(), wanted).toEqual(answers.functions[wanted]);
      }
      expect(Object.keys(answers.variables).length).toBeGreaterThanOrEqual(5);
      for (const name of Object.keys(answers.variables)) {
        const location = info.variablesNamed(name)[0]?.locationAt(0n);
        const address = location && staticAddress(location, (linked) => program.toRuntime(placed, linked));
        expect(address && hex(address), name).toBe(answers.variables[name]);
        const [symbol] = image.symbols.named(name);
        expect(symbol && hex(program.toRuntime(placed, symbol.address)), name).toBe(answers.variables[name]);
      }
      for (const [name, theirs] of Object.entries(answers.types)) {
        const [found] = info.typesNamed(name);
        const type = found && strip(found);
        expect(type?.kind === 'struct' && { size: type.size, fields: type.members.map((m) => [m.name, m.bitOffset ?? m.offset * 8, m.bitSize ?? 0, m.type.size]) }, name).toEqual(theirs);
      }
      expect(wrong).toEqual([]);
      image.close();
    });
  }

  it('has no place for a section that is not loaded, and none between sections', () => {
    const [build] = builds;
    const { stripped } = module('unloaded', build!.compiler, build!.flags);
    const image = openImage(stripped);
    const program = new PlacedProgram(new FakeMachine().asMachine());
    const placed = program.addImage({ stage: 'kernel', image });
    const [init] = image.debugInfo.functionsNamed('module_init');
    const [attach] = image.debugInfo.functionsNamed('attach');
    expect(program.placeSections(placed, [{ name: 'nothing', address: 1n }])).toBe(false);
    expect(() => program.toRuntime(placed, attach!.entry!)).toThrow(/^BS301/);
    const loaded = places(image.sections).filter(({ name }) => name !== '.init.text');
    program.placeSections(placed, loaded);
    expect(program.moduleAt(program.toRuntime(placed, attach!.entry!))).toBe(placed);
    expect(() => program.toRuntime(placed, init!.entry!)).toThrow(/^BS301/);
    const text = loaded.find(({ name }) => name === '.text')!;
    expect(program.moduleAt(text.address + 0x8_0000n)).toBeUndefined();
    program.unplace(placed);
    expect(program.moduleAt(text.address)).toBeUndefined();
    expect(fs.existsSync(`${stripped}.debug`)).toBe(true);
    image.close();
  });
});
