import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openImage } from '../../../debug-adapter/images/open';
import { ending, trials } from '../../trials';
import { watchAllocations } from './allocations';
import { askEverything, placesIn } from './everything';
import { builds, clang, compile, gcc, scratch } from './support';

const directory = scratch();

interface Sample {
  /** The file that is damaged. */
  readonly file: string;
  /** The one that is opened: it may find the other by itself. */
  readonly opened: string;
  readonly addresses: readonly bigint[];
  /** Where damage goes: what readers look at. */
  readonly targets: readonly { readonly fileOffset: number; readonly size: number }[];
}

const sections = /^\.(z?debug_|symtab|strtab|eh_frame|note|shstrtab|rela\.)/;

const targetsIn = (file: string): Sample['targets'] => {
  const image = openImage(file);
  const found = image.sections.filter((s) => sections.test(s.name) && s.size > 0);
  image.close();
  return found;
};

/** Changes some bytes of a sample again and again, cuts it now and then, and asks everything each time. */
const damage = ({ file, opened, addresses, targets }: Sample): void => {
  const good = fs.readFileSync(file);
  expect(askEverything(opened, addresses)).toEqual([]);
  const spot = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.nat(Math.max(0, targets.length - 1)), fc.double({ min: 0, max: 0.999, noNaN: true })).map(([i, at]) => (targets[i]?.fileOffset ?? 0) + Math.floor(at * (targets[i]?.size ?? 1))) },
    { weight: 1, arbitrary: fc.nat(63) },
    { weight: 1, arbitrary: fc.nat(63 * 30).map((n) => good.length - 1 - n) },
  );
  const change = fc.tuple(spot, fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), fc.option(fc.nat(good.length), { freq: 20 }), (changes, cut) => {
      const bytes = Buffer.from(good);
      for (const [at, value] of changes) bytes[at] = value;
      fs.writeFileSync(file, cut === null ? bytes : bytes.subarray(0, cut));
      ending(() => askEverything(opened, addresses));
    }),
    trials(150, 8_000),
  );
};

const samples = [
  ...builds.filter((build) => ['gcc -O2 dwarf 5', 'gcc -O2 dwarf 4 types', 'gcc -O1 dwarf 5 zlib', 'clang -O2 dwarf 5', 'clang -O1 dwarf 5 zstd', 'clang -O2 dwarf 4'].includes(build.name)),
];

describe.skipIf(gcc === undefined && clang === undefined)('damaged files', () => {
  for (const build of samples) {
    it(`${build.name}: no crash, no hang, only coded errors`, () => {
      const file = path.join(directory, build.name.replace(/\W+/g, '-'));
      fs.copyFileSync(compile(build), file);
      damage({ file, opened: file, addresses: placesIn(file), targets: targetsIn(file) });
    });
  }

  it.skipIf(gcc === undefined)('a relocatable object: no crash, no hang, only coded errors', () => {
    const file = path.join(directory, 'module.o');
    fs.copyFileSync(compile(samples[0]!, '-c', '-ffunction-sections'), file);
    damage({ file, opened: file, addresses: placesIn(file), targets: targetsIn(file) });
  });

  it.skipIf(gcc === undefined)('a split file: no crash, no hang, only coded errors', () => {
    const object = path.join(directory, 'split.o');
    execFileSync(gcc!, ['-c', '-g', '-O2', '-gdwarf-5', '-gsplit-dwarf', '-o', object, path.join(__dirname, 'programs', 'shapes.c')], { cwd: directory });
    const opened = path.join(directory, 'split');
    execFileSync(gcc!, ['-o', opened, object]);
    const file = path.join(directory, 'split.dwo');
    damage({ file, opened, addresses: placesIn(opened), targets: targetsIn(file) });
  });

  // Whatever a damaged header claims, it is not what is allocated: the files here are of some 100 KB.
  let allocations: ReturnType<typeof watchAllocations>;
  beforeEach(() => {
    allocations = watchAllocations();
  });
  afterEach(() => {
    allocations.stop();
    expect(allocations.largest()).toBeLessThan(16 << 20);
  });

  it('names section and offset', () => {
    const program = compile(samples[0]!);
    const bytes = fs.readFileSync(program);
    const image = openImage(program);
    const section = image.sections.find((s) => s.name === '.debug_info')!;
    image.close();
    bytes.writeUInt32LE(0x7fffff00, section.fileOffset);
    const file = path.join(directory, 'long-unit');
    fs.writeFileSync(file, bytes);
    const damaged = openImage(file);
    expect(damaged.debugInfo.typesNamed('everything')).toEqual([]);
    expect(damaged.damage.found.map(({ message }) => message)).toContainEqual(expect.stringMatching(/BS206: .*section \.debug_info is damaged at offset 0x0/));
    damaged.close();
  });
});
