import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consoleLinks } from '../../../extension/console/links';

const found = (line: string): [string, string][] => consoleLinks(line).map(({ start, length, target }) => [line.slice(start, start + length), target.kind]);

describe('links of the serial console', () => {
  it.each([
    ['thread main panicked at src/main.rs:62:5:', [['src/main.rs:62', 'file']]],
    ['panic: mount failed @ /usr/src/sys/kern/vfs_mountroot.c:1051', [['/usr/src/sys/kern/vfs_mountroot.c:1051', 'file']]],
    ['in kern_environment.c(210)', [['kern_environment.c(210)', 'file']]],
    ['panic: Going nowhere without my init!', [['panic: Going nowhere without my init!', 'panic']]],
    ['[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs', [['Kernel panic - not syncing: VFS: Unable to mount root fs', 'panic']]],
    ['Fatal trap 12: page fault while in kernel mode', [['Fatal trap 12: page fault while in kernel mode', 'panic']]],
    ['rip = 0xffffffff80b2c3d4, rsp = 0xfffffe0012345678', [['0xffffffff80b2c3d4', 'address'], ['0xfffffe0012345678', 'address']]],
    ['RIP: 0010:ffffffff81a2b3c4', [['ffffffff81a2b3c4', 'address']]],
  ])('%s', (line, links) => expect(found(line)).toEqual(links));

  it.each(['login: ', 'flags 0x10 at 0x3f8', 'http://example.org:80/a', 'version 1.0.0', 'panic recovery enabled', 'main.rs:0'])('finds nothing in %s', (line) => expect(found(line)).toEqual([]));

  it('stays inside the line and in time, whatever the guest prints', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('a/', '.c', ':1', '0x', 'f', 'panic: ', '.'), maxLength: 2000 })), (line) => {
        for (const { start, length } of consoleLinks(line)) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(start + length).toBeLessThanOrEqual(line.length);
          expect(length).toBeGreaterThan(0);
        }
      }),
    );
    expect(consoleLinks(`${'a/'.repeat(50_000)}x`)).toEqual([]);
  });
});
