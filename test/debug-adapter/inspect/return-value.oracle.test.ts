import { describe, expect, it } from 'vitest';
import { openImage } from '../../../debug-adapter/images/open';
import { errnoOf } from '../../../debug-adapter/inspect/errno';
import { exitsOf } from '../../../debug-adapter/inspect/exits';
import { textOf } from '../../../debug-adapter/inspect/render/text';
import { returnedValue } from '../../../debug-adapter/inspect/return-value';
import type { Build } from './harness';
import { clang, compile, gcc, gdb, runUnderGdb, rustc, snapshotOf } from './harness';

/** What the functions of programs/returns.* give for 7, in our own words, and the error number in it. */
const rust: Record<string, string | [string, number]> = {
  r_u32_ok: 'Ok(7)',
  r_u32_err: ['Err(Error { errno: 22 })', 22],
  r_usize_ok: 'Ok(7)',
  r_usize_err: ['Err(Error { errno: 22 })', 22],
  poll_ok: 'Ready(Ok(7))',
  poll_err: ['Ready(Err(Error { errno: 22 }))', 22],
  poll_pending: 'Pending',
  opt_some: 'Some(7)',
  opt_none: 'None',
  opt_u8: 'Some(7)',
  unit_ok: 'Ok(())',
  unit_err: ['Err(Error { errno: 22 })', 22],
  big: String((7n << 70n) | 3n),
  big_opt: `Some(${(7n << 70n) | 3n})`,
  two: 'Two { a: 7, b: 8 }',
  small: 'Small { a: 7, b: 300, c: 70000 }',
  three: 'Three { a: 7, b: 8, c: 9 }',
  fl: 'Floats { a: 7, b: 2.5 }',
  fi: 'FloatInt { a: 2.5, b: 7 }',
  flt: '7.5',
  newt: 'Wrapper(7)',
  bytes12: 'Bytes12 { a: [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, …] (12) }',
  cl: 'B',
  mixed_a: 'A(7)',
  mixed_b: 'B(7)',
  mixed2: 'A(1, 2)',
  mixed2b: 'B(7)',
  tup: '(7, 9)',
  tup8: '(7, 9)',
  arr: '[7, 7, 7]',
  arr2: '[7, 7]',
  st: '"hello"',
  sl: '[1, 2, 3]',
  string: '"heap"',
  boolean: 'true',
  ch: "'x'",
  i8n: '-7',
  r_box_dyn: 'Ok(7)',
  r_u8_err: ['Err(Error { errno: 22 })', 22],
  r_opt: 'Ok(Some(7))',
  r_nested: ['Some(Err(7))', 7],
  f_opt: 'Some(7)',
  ord: 'Less',
  r_mix: 'Ok(7)',
  t_small_opt: '(7, Some(5))',
  nested_struct: '(Two { a: 7, b: 7 },)',
  fl2: '(7, 1.5)',
  u_and_f: '(7, 1.5)',
};

const c: Record<string, string | [string, number]> = {
  c_negative: ['-19', 19],
  c_positive: ['19', 19],
  c_long: String(7n << 40n),
  c_char: "72 'H'",
  c_double: '7.5',
  c_float: '7.25',
  c_wide: String(7n << 70n),
  c_error_pointer: ['0xffffffffffffffea', 22],
  c_two: '{a = 7, b = -7}',
  c_three: '{a = 7, b = 8, c = 9}',
  c_int_double: '{a = 7, b = 1.5}',
  c_two_floats: '{a = 7, b = 1.5}',
  c_three_floats: '{a = 7, b = 1.5, c = 2.5}',
  c_chars: '{text = "abh"}',
  c_packed: "{a = 1 '\\u{1}', b = 2, c = 7}",
  c_bits: '{a = 5, b = 1000, c = 7}',
  c_enum: 'YES',
  c_bool: 'true',
};

const rustBuild = (name: string, ...flags: string[]): Build => ({ name: `returns ${name}`, compiler: rustc, flags: ['--edition', '2024', '-g', '-Ctarget-feature=+crt-static', '-Crelocation-model=static', ...flags], source: 'returns.rs' });
const cBuild = (name: string, compiler: string | undefined, ...flags: string[]): Build => ({ name: `returns ${name}`, compiler, flags: ['-g', '-static', '-no-pie', ...flags], source: 'returns.c' });

const cases: readonly (readonly [Build, typeof rust])[] = [
  [rustBuild('rustc -O0', '-Copt-level=0'), rust],
  [rustBuild('rustc -O3', '-Copt-level=3'), rust],
  [rustBuild('rustc -Os', '-Copt-level=s', '-Cpanic=abort'), rust],
  [cBuild('gcc -O0', gcc, '-O0'), c],
  [cBuild('gcc -O2', gcc, '-O2'), c],
  [cBuild('clang -O2', clang, '-O2'), c],
];

describe.skipIf(!gdb)('what functions return, at their ret', () => {
  for (const [build, expected] of cases) {
    it.skipIf(!build.compiler)(build.name, async () => {
      const program = compile(build);
      const image = openImage(program);
      const breaks = new Map<bigint, string>();
      for (const name of Object.keys(expected)) {
        const [fn] = image.debugInfo.functionsNamed(name).filter(({ entry }) => entry !== undefined);
        // LLVM may have merged it with another function that has the same code.
        if (!fn) continue;
        const exits = await exitsOf(fn.ranges, { read: (start, length) => Promise.resolve(image.bytesAt(start, length)), bits: 64 });
        for (const { address, tail } of exits) if (!tail) breaks.set(address, name);
      }
      const { stops, memory } = runUnderGdb(program, [...breaks.keys()].map((address) => `*${address}`), { locals: false, limit: 150 });
      const got: Record<string, string | [string, number]> = {};
      for (const stop of stops) {
        const name = breaks.get(BigInt(stop.registers['rip']!));
        if (name === undefined || name in got) continue;
        const { module, registers, space } = snapshotOf(program, stop, memory);
        const fn = module.image.debugInfo.functionsNamed(name).find(({ entry }) => entry !== undefined)!;
        const value = returnedValue(fn, module, registers, space);
        const text = await textOf(value);
        const error = await errnoOf(value);
        got[name] = error ? [text, error.errno] : text;
      }
      expect(Object.keys(got).length).toBeGreaterThan(Object.keys(expected).length * 0.9);
      expect(got).toEqual(Object.fromEntries(Object.keys(got).map((name) => [name, expected[name]])));
    });
  }
});
