import { describe, expect, it } from 'vitest';
import { framesFrom, innermost } from '../../../debug-adapter/inspect/stack/unwind';
import type { Frame } from '../../../debug-adapter/inspect/stack/frame';
import { compareFrame, FrameAgreement } from './frame-agreement';
import type { Build } from './harness';
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

describe.skipIf(!gdb)('stacks and variables as gdb sees them', () => {
  for (const build of builds) {
    it.skipIf(!build.compiler)(build.name, async () => {
      const program = compile(build);
      const { stops, memory } = runUnderGdb(program, ['checkpoint'], { limit: 40 });
      expect(stops.length).toBeGreaterThan(1);
      const agreement = new FrameAgreement();
      const { known, wrong: problems, beyond } = agreement;
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
          await compareFrame(frame, theirs, where, agreement);
        }
      }
      console.log(`${build.name}: ${stops.length} stops, ${agreement.frames} frames, ${agreement.values} values, ${problems.length} differences; known: ${known}`);
      expect(beyond).toEqual([]);
      expect(problems.slice(0, 30)).toEqual([]);
    });
  }
});
