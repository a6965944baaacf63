import { describe, expect, it } from 'vitest';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';
import { buildRedoxLive } from '../../guests/redox-live/build.mjs';
import { compareWithGdb } from './agreement';
import { Tally } from './disagreements';
import { dwarfdump } from './dwarfdump';
import { gdb, readelf } from './support';

/** `BOOTSCOPE_ORACLE=full`: all builds, all of their files and every row. Else some of each. */
const full = process.env['BOOTSCOPE_ORACLE'] === 'full';
const every = full ? 1 : 23;
/** Of the addresses where gdb has more variables in scope, how many of each file to ask another tool about. */
const samples = full ? 40 : 5;

const freebsd = (['gcc', 'clang'] as const).flatMap((compiler) => ([0, 2] as const).flatMap((opt) => ([4, 5] as const).map((dwarf) => ({ compiler, opt, dwarf }))));
const redox = ([0, 2] as const).flatMap((opt) => ([4, 5] as const).map((dwarf) => ({ opt, dwarf })));
/** Each compiler without and with optimisation, each version of DWARF. */
const few = ['gcc -O0 DWARF 5', 'gcc -O2 DWARF 4', 'clang -O0 DWARF 4', 'clang -O2 DWARF 5', 'rustc -O0 DWARF 5'];

const builds: readonly { readonly name: string; files(): Promise<readonly string[]> }[] = [
  ...freebsd.map((build) => ({
    name: `${build.compiler} -O${build.opt} DWARF ${build.dwarf}`,
    files: async () => {
      const { kernel, loaderSymbols, programs } = await buildFreebsdLive(build);
      return [kernel, loaderSymbols, ...(full ? Object.values(programs) : [programs.init])];
    },
  })),
  ...redox.map((build) => ({
    name: `rustc -O${build.opt} DWARF ${build.dwarf}`,
    files: async () => {
      const { kernel, programs } = await buildRedoxLive(build);
      return [kernel, ...(full ? Object.values(programs) : [programs.lived])];
    },
  })),
];

describe.skipIf(gdb === undefined || readelf === undefined || dwarfdump === undefined)('our guests as gdb and readelf have them', () => {
  for (const { name, files } of builds.filter((build) => full || few.includes(build.name))) {
    it(name, async () => {
      const compared = (await files()).map((file) => compareWithGdb(file, every, samples));
      const sum = (count: (one: (typeof compared)[number]) => number): number => compared.reduce((total, one) => total + count(one), 0);
      const wrong = compared.flatMap((one) => one.wrong);
      const known = new Tally();
      for (const one of compared) known.add(one.known);
      expect(known.of('refused by gdb')).toBeLessThanOrEqual(sum((one) => one.addresses) / 40);
      console.log(`${name}: ${sum((one) => one.addresses)} addresses, ${sum((one) => one.functions)} functions, ${sum((one) => one.types)} types, ${sum((one) => one.places)} places, ${sum((one) => one.frames)} rows of frames, ${wrong.length} differences; known: ${known}`);
      expect(wrong.slice(0, 40)).toEqual([]);
    });
  }
});
