import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { demangle } from '../../../debug-adapter/images/demangle/demangle';
import { openImage } from '../../../debug-adapter/images/open';
import { gdb, rustc, scratch } from './support';

const directory = scratch();
const source = path.join(__dirname, 'programs/shapes.rs');

/** Linkage names of a Rust program, its libraries' among them. */
const namesOf = (style: 'legacy' | 'v0'): { file: string; names: string[] } => {
  const file = path.join(directory, style);
  execFileSync(rustc ?? '', ['--edition', '2024', '-g', '-Zunstable-options', `-Csymbol-mangling-version=${style}`, '-o', file, source], { env: { ...process.env, RUSTC_BOOTSTRAP: '1' }, stdio: 'ignore' });
  const image = openImage(file);
  const names = image.symbols.matching('*').map(({ linkageName }) => linkageName);
  image.close();
  return { file, names: [...new Set(names)].filter((name) => (style === 'legacy' ? /^_ZN.*17h[0-9a-f]{16}E$/ : /^_R[A-Z]/).test(name)).sort() };
};

const gdbSays = (names: readonly string[]): string[] => {
  const script = path.join(directory, 'names.gdb');
  fs.writeFileSync(script, names.map((name) => `demangle -l rust -- ${name}\n`).join(''));
  return execFileSync(gdb ?? '', ['-nx', '-batch', '-x', script], { encoding: 'utf8', maxBuffer: 1 << 26 }).trimEnd().split('\n');
};

/**
 * gdb shows the crates' disambiguators, the hash that ends a legacy name, the types of constants and lifetimes, which names in debug
 * information do not have.
 */
const plain = (text: string): string =>
  text
    .replace(/\[[0-9a-f]{5,16}\]/g, '')
    .replace(/::h[0-9a-f]{16}$/, '')
    .replace(/\b(\d+|true|false): [a-z]+\d*/g, '$1')
    .replace(/for<'[^>]*> /g, '')
    .replace(/<'[a-z_]+>/g, '')
    .replace(/'[a-z_]+(, | )/g, '');

describe.skipIf(gdb === undefined || rustc === undefined)('names of a Rust program, as gdb demangles them', () => {
  for (const style of ['legacy', 'v0'] as const) {
    it(style, { timeout: 60_000 }, () => {
      const { file, names } = namesOf(style);
      expect(names.length).toBeGreaterThan(style === 'legacy' ? 80 : 400);
      const theirs = gdbSays(names);
      expect(theirs).toHaveLength(names.length);
      const wrong = names.flatMap((name, i) => (demangle(name) === plain(theirs[i]!) ? [] : [[name, demangle(name), plain(theirs[i]!)]]));
      expect(wrong).toEqual([]);
      // What the user writes finds them in either style.
      const image = openImage(file);
      for (const wanted of ['LiveDisk::new', 'shapes::main']) expect(image.debugInfo.functionsNamed(wanted, { complete: true }).some(({ ranges }) => ranges.length > 0), wanted).toBe(true);
      image.close();
    });
  }
});
