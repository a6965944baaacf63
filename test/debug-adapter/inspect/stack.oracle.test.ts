import { describe, expect, it } from 'vitest';
import { framesFrom, innermost } from '../../../debug-adapter/inspect/stack/unwind';
import type { Frame } from '../../../debug-adapter/inspect/stack/frame';
import type { TypedValue } from '../../../debug-adapter/inspect/values/typed-value';
import { strip } from '../../../debug-adapter/images/types';
import { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import type { Build, GdbFrame } from './harness';
import { clang, compile, gcc, gdb, runUnderGdb, rustc, snapshotOf } from './harness';

const c = (name: string, compiler: string | undefined, ...flags: string[]): Build => ({ name, compiler, flags: ['-g', '-static', '-no-pie', ...flags], source: 'calls.c' });
const rust = (name: string, ...flags: string[]): Build => ({ name, compiler: rustc, flags: ['--edition', '2024', '-g', '-Ctarget-feature=+crt-static', '-Crelocation-model=static', ...flags], source: 'calls.rs' });

const c32 = (name: string, compiler: string | undefined, ...flags: string[]): Build => ({ name, compiler, flags: ['-m32', '-g', '-static', '-nostdlib', '-fuse-ld=lld-19', ...flags], source: 'calls32.c' });

const builds: readonly Build[] = [
  c32('clang -m32 -O0', clang, '-O0'),
  c32('clang -m32 -O2', clang, '-O2', '-fomit-frame-pointer'),
  c('gcc -O0', gcc, '-O0'),
  c('gcc -O2', gcc, '-O2'),
  c('gcc -O2 dwarf 4', gcc, '-O2', '-gdwarf-4'),
  c('clang -O0', clang, '-O0'),
  c('clang -O2', clang, '-O2'),
  rust('rustc -O0', '-Copt-level=0'),
  rust('rustc -O3', '-Copt-level=3'),
];

/** A part by gdb's path: `.name`, `[i]`. */
const partOf = (value: TypedValue, path: string): TypedValue => {
  let current = value;
  for (const [, name, index] of path.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)) current = name === undefined ? current.index(Number(index)) : current.member(name);
  return current;
};

const ours = async (value: TypedValue, path: string): Promise<string> => {
  try {
    const part = partOf(value, path);
    const type = strip(part.type);
    if (type.kind === 'struct' || type.kind === 'array') {
      await part.bytes();
      return 'aggregate';
    }
    return String(await part.integer());
  } catch (error) {
    if (error instanceof BootscopeError) return error.code !== 'BS350' ? error.code : /have not kept/.test(error.what) ? 'not kept' : 'optimized out';
    throw error;
  }
};

interface Tally {
  frames: number;
  values: number;
  /** gdb shows what the calling convention does not keep. */
  stale: number;
  /** gdb follows calls through pointers and tail calls to know what an argument was. */
  entry: number;
  /** Parts that were optimised out, told differently. */
  unplaced: number;
}

const compareFrame = async (frame: Frame, theirs: GdbFrame, where: string, tally: Tally, problems: string[]): Promise<void> => {
  tally.frames++;
  const variables = frame.variables();
  for (const [name, paths] of Object.entries(theirs.locals)) {
    const variable = variables.find((candidate) => candidate.name === name);
    const gone = Object.values(paths).every((expected) => expected === 'optimized out');
    if (!variable) {
      // gdb also lists variables of blocks that were optimised away as a whole.
      if (gone) tally.unplaced++;
      else problems.push(`${where}: no ${name}`);
      continue;
    }
    const value = await frame.valueOf(variable);
    for (const [path, expected] of Object.entries(paths)) {
      if (expected === 'error') continue;
      const type = strip(variable.type);
      // gdb gives Rust enums members of its own.
      if (type.kind === 'struct' && type.variantPart) continue;
      const got = await ours(value, path);
      // gdb gives Rust's enums and other unions members of its own.
      if ((/^BS40/.test(got) || got === 'aggregate') && frame.scope?.function.language === 'rust') continue;
      tally.values++;
      if (got === expected || (got === 'not kept' && expected === 'optimized out')) continue;
      if (got === 'not kept') {
        tally.stale++;
        continue;
      }
      // The same blocks hide variables of that name outside; and of a value in pieces gdb gives missing ones as 0.
      if ((gone && frame.scope?.function.language === 'rust') || (got === 'optimized out' && expected === '0' && value.place.kind === 'pieces')) {
        tally.unplaced++;
        continue;
      }
      if (got === 'optimized out' && value.absence?.includes('entry')) {
        tally.entry++;
        continue;
      }
      problems.push(`${where}: ${name}${path} is ${got} (${value.absence ?? value.place.kind}), gdb says ${expected}`);
    }
  }
};

describe.skipIf(!gdb)('stacks and variables as gdb sees them', () => {
  for (const build of builds) {
    it.skipIf(!build.compiler)(build.name, async () => {
      const program = compile(build);
      const { stops, memory } = runUnderGdb(program, ['checkpoint'], { limit: 40 });
      expect(stops.length).toBeGreaterThan(1);
      const problems: string[] = [];
      const tally: Tally = { frames: 0, values: 0, stale: 0, entry: 0, unplaced: 0 };
      for (const [number, stop] of stops.entries()) {
        const { program: placed, machine } = snapshotOf(program, stop, memory);
        const frames: Frame[] = [];
        // Without the rule that hides inlined functions at their first instruction, which gdb applies differently.
        for await (const frame of framesFrom((await innermost(placed, machine))!)) frames.push(frame);
        const names = frames.map((frame) => frame.scope?.function.name ?? frame.name);
        const chain = frames.map((frame) => frame.address.toString());
        // What gdb finds behind the outermost function is whatever lies on its stack.
        const theirFrames = stop.frames.filter(({ name }, i) => name !== null || i + 1 < stop.frames.length);
        if (frames.length !== theirFrames.length) problems.push(`stop ${number}: ${names.join(' < ')} (${frames.at(-1)?.endReason}); gdb: ${stop.frames.map(({ name }) => name).join(' < ')}`);
        for (const [i, theirs] of stop.frames.entries()) {
          const frame = frames[i];
          if (!frame) break;
          const where = `stop ${number} frame ${i} ${names[i]}`;
          if (chain[i] !== theirs.pc) problems.push(`${where}: pc ${chain[i]}, gdb ${theirs.pc}`);
          if (frame.inlined !== theirs.inlined) problems.push(`${where}: inlined ${frame.inlined}, gdb ${theirs.inlined} (${theirs.name})`);
          if (frame.scope && (frame.source?.line ?? 0) !== theirs.line) problems.push(`${where}: line ${frame.source?.line}, gdb ${theirs.line}`);
          await compareFrame(frame, theirs, where, tally, problems);
        }
      }
      console.log(`${build.name}: ${stops.length} stops, ${tally.frames} frames, ${tally.values} values, ${tally.stale} stale in gdb, ${tally.entry} by tail calls, ${tally.unplaced} unplaced, ${problems.length} differences`);
      expect(problems.slice(0, 30)).toEqual([]);
    });
  }
});
