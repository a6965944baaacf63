import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { describeVariable, matchesName, sizeInWords } from '../../boot/environment/knowledge';
import { checkKenvEntry, freebsdVariables } from '../../boot/environment/freebsd';
import { linuxVariables, parseCommandLine } from '../../boot/environment/linux';
import { parseRedoxEnvironment, parseRedoxHex, redoxVariables } from '../../boot/environment/redox';

const faults = (table: Parameters<typeof describeVariable>[0], all: Record<string, string>, name: string, facts = {}): string[] =>
  describeVariable(table, name, new Map(Object.entries(all)), facts).faults.map((f) => f.code);

describe('Redox variables', () => {
  const live = { DISK_LIVE_ADDR: '000000003bfb3000', DISK_LIVE_SIZE: '0000000000400000' };
  it('parse as the readers do', () => {
    expect(parseRedoxHex('0000000000400000')).toBe(0x400000n);
    for (const bad of ['', '0x400000', '4 MiB', '12345678901234567', '-1']) expect(parseRedoxHex(bad)).toBeUndefined();
    expect(parseRedoxEnvironment('A=1\nnothing\nB=x=y\n=z\n')).toEqual([{ name: 'A', value: '1', offset: 0 }, { name: 'B', value: 'x=y', offset: 12 }]);
  });
  it('tell a preload below the filesystem, with both sizes', () => {
    const notes = describeVariable(redoxVariables, 'DISK_LIVE_SIZE', new Map(Object.entries(live)), { filesystemSize: 16n << 20n });
    expect(notes.faults.map((f) => f.code)).toEqual(['preload-smaller-than-filesystem']);
    expect(notes.faults[0]?.message).toMatch(/4 MiB.*16 MiB.*12 MiB/);
    expect(faults(redoxVariables, live, 'DISK_LIVE_SIZE', { filesystemSize: 4n << 20n })).toEqual([]);
  });
  it('tell what cannot be parsed and what misses its partner', () => {
    expect(faults(redoxVariables, { DISK_LIVE_SIZE: '0x400000' }, 'DISK_LIVE_SIZE')).toEqual(['unparsable', 'missing-partner']);
    expect(faults(redoxVariables, live, 'DISK_LIVE_ADDR')).toEqual([]);
    expect(describeVariable(redoxVariables, 'FRAMEBUFFER3', new Map()).meaning).toContain('screen');
    expect(describeVariable(redoxVariables, 'UNHEARD_OF', new Map())).toEqual({ readers: [], faults: [] });
  });
});

describe('FreeBSD variables', () => {
  it('know the traps of loader.conf', () => {
    expect(faults(freebsdVariables, { 'vfs.root.mountfrom': 'ufs:/dev/a;cd9660:/dev/b' }, 'vfs.root.mountfrom')).toEqual(['bad-separator']);
    expect(faults(freebsdVariables, { 'vfs.root.mountfrom': '/dev/a' }, 'vfs.root.mountfrom')).toEqual(['no-filesystem-type']);
    expect(faults(freebsdVariables, { 'vfs.root.mountfrom': 'ufs:/dev/a cd9660:/dev/b' }, 'vfs.root.mountfrom')).toEqual([]);
    expect(faults(freebsdVariables, { init_chroot: 'sysroot' }, 'init_chroot')).toEqual(['unparsable']);
    const two = { mfs_load: 'YES', mfs_type: 'mfs_root', rootfs_load: 'yes', rootfs_type: 'md_image' };
    expect(faults(freebsdVariables, two, 'mfs_type')).toEqual(['order-not-fixed']);
    expect(faults(freebsdVariables, { ...two, rootfs_load: 'NO' }, 'mfs_type')).toEqual([]);
    expect(checkKenvEntry('a', 'x'.repeat(129)).map((f) => f.code)).toEqual(['too-long']);
    expect(checkKenvEntry('a', 'x'.repeat(128))).toEqual([]);
    expect(checkKenvEntry('a', 'x')).toEqual([]);
  });
});

describe('Linux parameters', () => {
  it('are split as the kernel splits them', () => {
    expect(parseCommandLine('  root=/dev/vda1 ro "a=b c" d="e f"\tquiet -- single')).toEqual([
      { name: 'root', value: '/dev/vda1', offset: 2 },
      { name: 'ro', value: '', offset: 17 },
      { name: 'a', value: 'b c', offset: 20 },
      { name: 'd', value: 'e f', offset: 28 },
      { name: 'quiet', value: '', offset: 36 },
    ]);
  });
  it('root= forms', () => {
    expect(faults(linuxVariables, { root: '/dev/nonexistent' }, 'root')).toEqual([]);
    expect(faults(linuxVariables, { root: 'UUID=1-2' }, 'root')).toEqual(['no-effect']);
    expect(faults(linuxVariables, { root: 'my disk' }, 'root')).toEqual(['unparsable']);
  });
  it('never hang or throw on any line', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (line) => parseCommandLine(line).every((word) => word.offset < line.length)));
  });
});

describe('helpers', () => {
  it('match names', () => {
    expect(matchesName('a*b', 'ab') && matchesName('hint.*', 'hint.uart.0.at') && matchesName('kern.*.label.*.x', 'kern.a.label.b.x')).toBe(true);
    expect(matchesName('ab*b', 'ab') || matchesName('a', 'ab') || matchesName('*_load', 'load')).toBe(false);
  });
  it('say sizes in words', () => {
    expect([0n, 1n, 512n, 4096n, 4n << 20n, 1533n << 20n, 4093n << 20n, 1n << 30n, 1536n].map(sizeInWords)).toEqual(['0 bytes', '1 byte', '512 bytes', '4 KiB', '4 MiB', '1533 MiB', '4093 MiB', '1 GiB', '1.5 KiB']);
  });
});
