import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatches } from '../../../../debug-adapter/session/filters/glob';

describe('globs of conditions', () => {
  it.each([
    ['*', '', true],
    ['init_*', 'init_chroot', true],
    ['init_*', 'xinit_chroot', false],
    ['*.root.*', 'vfs.root.mountfrom', true],
    ['vfs?root*', 'vfs.root', true],
    ['/', '/dev', false],
    ['a.c', 'abc', false],
    ['', 'x', false],
  ])('%s on %s: %s', (glob, text, expected) => {
    expect(globMatches(glob, text)).toBe(expected);
  });

  it('agree with the regular expression that they mean', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
    fc.assert(
      fc.property(letters, text, (glob, one) => {
        const pattern = new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(globMatches(glob, one)).toBe(pattern.test(one));
      }),
    );
  });

  it('take no exponential time', () => {
    const started = performance.now();
    expect(globMatches(`${'*a'.repeat(30)}b`, 'a'.repeat(4000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
