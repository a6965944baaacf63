import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Image } from '../../../debug-adapter/images/image';
import { openImage } from '../../../debug-adapter/images/open';
import { Locations } from '../../../debug-adapter/program/locations';
import type { Resolution } from '../../../debug-adapter/program/locations';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import { Sources } from '../../../debug-adapter/program/sources';
import { askGdb } from '../images/gdb';
import { clang, gcc, gdb, scratch } from '../images/support';
import { FakeMachine } from './fakes';

const directory = scratch();
const sources = ['mountroot.c', 'options.c'].map((file) => path.join(__dirname, 'programs', file));
const compilers = [['clang', clang], ['gcc', gcc]] as const;

const build = (name: string, compiler: string | undefined, optimisation: string): string => {
  const output = path.join(directory, `${name}${optimisation}`);
  execFileSync(compiler ?? '', ['-g', optimisation, '-no-pie', '-o', output, ...sources]);
  return output;
};

const resolved = (image: Image, names: readonly string[]): Resolution[] => {
  const program = new PlacedProgram(new FakeMachine().asMachine());
  program.place(program.addImage({ stage: 'kernel', image }), 0n);
  program.setActiveStage('kernel');
  const locations = new Locations(program, new Sources({ roots: [] }));
  const found = names.map((name) => locations.add({ kind: 'function', name }).resolution);
  locations.dispose();
  return found;
};

const hexes = ({ locations }: Resolution): string[] => [...new Set(locations.map(({ address }) => `0x${address.toString(16)}`))].sort();

describe.skipIf(gdb === undefined).each(compilers)('breakpoints by name in optimised code of %s', (name, compiler) => {
  it.skipIf(compiler === undefined).each(['-O1', '-O2', '-O3'])('stop where gdb would: inlined copies, namesakes, and one file\'s alone, %s', (optimisation) => {
    const file = build(name, compiler, optimisation);
    const plain = ['set_rootvnode', 'parse_dir', 'report', 'vfs_mountroot', 'parse_options', 'nothing_of_this_name'];
    const qualified = ['set_rootvnode', 'report'].flatMap((wanted) => ['mountroot.c', 'options.c'].map((one) => `${one}:${wanted}`));
    const answers = askGdb(file, { functions: [...plain, ...qualified] }).functions;
    const image = openImage(file);
    // Of copies that begin with their function's own prologue gdb skips it for some and not for others.
    const prologues = image.debugInfo.functionsMatching('*').flatMap(({ entry, afterPrologue }) => (entry === undefined || afterPrologue === undefined ? [] : [[entry, afterPrologue] as const]));
    const settled = (addresses: readonly string[]): string[] =>
      [...new Set(addresses.map((address) => prologues.find(([entry, body]) => BigInt(address) >= entry && BigInt(address) <= body)?.[0] ?? BigInt(address)))].map((address) => `0x${address.toString(16)}`).sort();
    const ours = Object.fromEntries([...plain, ...qualified].map((wanted, i) => [wanted, settled(hexes(resolved(image, [...plain, ...qualified])[i]!))]));
    // gcc tells where a copy in several pieces is entered (DW_AT_entry_pc), which is not always the first of them; gdb 13 takes the first.
    const comparable = (addresses: readonly string[]): readonly string[] | number => (name === 'clang' ? addresses : addresses.length);
    for (const wanted of plain) expect(comparable(ours[wanted]!), wanted).toEqual(comparable(settled(answers[wanted] ?? [])));
    for (const wanted of ['set_rootvnode', 'report']) {
      const apart = ['mountroot.c', 'options.c'].map((one) => `${one}:${wanted}`);
      // gdb finds a function by its file only where it has code of its own.
      for (const one of apart) if (answers[one]?.length) expect(comparable(ours[one]!), one).toEqual(comparable(settled(answers[one])));
      expect(apart.flatMap((one) => ours[one]!).sort()).toEqual(ours[wanted]);
    }
    image.close();
  });

  it.skipIf(compiler === undefined)('are found without a symbol, and each place says where it is', () => {
    const image = openImage(build(name, compiler, '-O2'));
    expect(['parse_dir', 'report'].flatMap((wanted) => image.symbols.named(wanted))).toEqual([]);
    const [both, own, other, dir] = resolved(image, ['set_rootvnode', 'mountroot.c:set_rootvnode', 'options.c:set_rootvnode', 'parse_dir']);
    expect(dir!.locations.length).toBeGreaterThan(0);
    expect(new Set(dir!.locations.map(({ inlinedInto }) => inlinedInto))).toEqual(new Set(['vfs_mountroot']));
    expect(hexes(both!)).toEqual([...hexes(own!), ...hexes(other!)].sort());
    expect(hexes(own!).filter((address) => hexes(other!).includes(address))).toEqual([]);
    expect(other!.locations.map(({ inlinedInto }) => inlinedInto)).toEqual([undefined]);
    const ends = (resolution: Resolution): Set<string> => new Set(resolution.locations.map(({ file }) => path.basename(file ?? '')));
    expect([ends(own!), ends(other!)]).toEqual([new Set(['mountroot.c']), new Set(['options.c'])]);
    image.close();
  });
});
