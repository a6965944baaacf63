import { expect, test } from 'vitest';
import { openImage } from '../../../debug-adapter/images/open';
import { frameDepths } from '../../../debug-adapter/inspect/stack/frame-by-code';
import { clang, compile, gcc, rustc } from './harness';
import type { Build } from './harness';

const c = (name: string, compiler: string | undefined, ...flags: string[]): Build => ({ name, compiler, flags: ['-g', '-static', '-no-pie', ...flags], source: 'calls.c' });
const builds: readonly Build[] = [
  c('gcc -O0', gcc, '-O0'),
  c('gcc -O2', gcc, '-O2'),
  c('clang -O2', clang, '-O2'),
  { name: 'rustc -O3', compiler: rustc, flags: ['--edition', '2024', '-g', '-Ctarget-feature=+crt-static', '-Crelocation-model=static', '-Copt-level=3'], source: 'calls.rs' },
];

/** DWARF's numbers (psABI x86-64, table 3.36). */
const rbp = 6;
const rsp = 7;

/** Assembly whose call frame information says nothing of what it pushes and pops (glibc, sysdeps/x86_64/start.S and addmul_1.S). */
const silent: ReadonlySet<string> = new Set(['_start', '__mpn_addmul_1', '__mpn_submul_1']);

test.each(builds)('what code does to the stack is what its call frame information says: $name', async (build) => {
  const image = await openImage(compile(build));
  const problems: string[] = [];
  let same = 0;
  let unknown = 0;
  try {
    // The C library's code, too.
    for (const symbol of image.symbols.matching('*')) {
      const { address: start, size } = symbol;
      if (symbol.kind !== 'function' || silent.has(symbol.name) || size < 16 || size > 4096) continue;
      const bytes = image.bytesAt(start, size);
      const first = image.debugInfo.unwindAt(start)?.cfa;
      if (!bytes || first?.kind !== 'register' || first.register !== rsp || first.offset !== 8n) continue;
      for (const [address, { sp, fp }] of frameDepths(start, [{ start, bytes }])) {
        if (address >= start + BigInt(size)) continue;
        const cfa = image.debugInfo.unwindAt(address)?.cfa;
        if (cfa?.kind !== 'register') continue;
        const found = cfa.register === rsp ? sp : cfa.register === rbp ? fp : undefined;
        if (found === undefined) unknown++;
        else if (found === cfa.offset) same++;
        else problems.push(`${symbol.name}+${(address - start).toString(16)}: ${cfa.register} + ${cfa.offset}, found ${found}`);
      }
    }
  } finally {
    image.close();
  }
  expect(problems).toEqual([]);
  expect(same).toBeGreaterThan(10 * unknown);
});
