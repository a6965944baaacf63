import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adviceOf, overlayPages, servedBy, statisticsOf, whatIf, type DiskAccess } from '../../boot/live-reads';
import { redoxfsLog } from '../../boot/redoxfs-log';

const mib = 1n << 20n;
const read = (block: bigint, length = 4096n, errno = 0, by = 'redoxfs:9'): DiskAccess => ({ kind: 'read', offset: block * 4096n, length, errno, by });
const write = (block: bigint): DiskAccess => ({ kind: 'write', offset: block * 4096n, length: 4096n, errno: 0, by: 'redoxfs:9' });

describe('reads of a live disk', () => {
  const seen = [read(0n), read(1n), read(2048n, 4096n, 22)];
  it('statistics count what was served, by whom and where', () => {
    expect(statisticsOf([...seen, write(5n)])).toEqual({ reads: 3, failed: 1, writes: 1, bytes: 8192, distinctBlocks: 3, furthest: 2049 * 4096, by: { 'redoxfs:9': 3 }, perMebibyte: [{ mebibyte: 0, reads: 2, failed: 0 }, { mebibyte: 8, reads: 1, failed: 1 }] });
  });
  it('a page that was written is served from the overlay, a refused write leaves none', () => {
    const overlay = overlayPages([write(5n), { ...write(7n), errno: 22 }]);
    expect([...overlay]).toEqual([5n]);
    expect([servedBy(read(5n), overlay), servedBy(read(4n, 8192n), overlay), servedBy(read(7n), overlay), servedBy(read(7n, 4096n, 22), overlay)]).toEqual(['overlay', 'both', 'preload', 'nothing']);
  });
  it('another preload: what would be refused, and the first of it', () => {
    expect(whatIf(seen, 4n * mib, 4096)).toMatchObject({ refused: 1, firstRefused: 3, misaligned: 0 });
    expect(whatIf(seen, 9n * mib, 4096)).toMatchObject({ refused: 0, sentence: 'with a preload of 9 MiB and blocks of 4096 bytes all 3 reads seen would be served.' });
    expect(whatIf(seen, 0n, 4096).refused).toBe(3);
  });
  it('another block size: lengths that fit no block, and the places that read() gets wrong when only block_size() is changed', () => {
    const small = [read(0n, 512n), read(1n, 512n)];
    expect(whatIf(small, 4n * mib, 4096)).toMatchObject({ refused: 2, misaligned: 2 });
    // Offset 4096 is block 8 of 512 bytes, which read() takes for the eighth page.
    expect(whatIf(small, 4n * mib, 512)).toMatchObject({ refused: 0, misaligned: 0, onlyBlockSize: { wrongPlace: 1, refused: 0 } });
    expect(whatIf([read(256n)], 4n * mib, 512)).toMatchObject({ refused: 0, onlyBlockSize: { wrongPlace: 0, refused: 1 } });
  });
  it('advice is the whole MiB that would have held them all', () => {
    expect(adviceOf(seen, 4n * mib, 16n * mib)).toMatch(/^the 3 reads seen would have worked with a preload of 9 MiB \(1 of them failed;.* 16 MiB\)\.$/);
    expect(adviceOf([read(0n)], 4n * mib, undefined)).toBe('all 1 reads seen lie within the first 1 MiB, so they would have worked with a preload of 1 MiB in place of 4 MiB.');
  });
  it('a larger preload never refuses more', () => {
    const access = fc.record({ kind: fc.constant('read' as const), offset: fc.bigInt({ min: 0n, max: 1n << 40n }), length: fc.bigInt({ min: 0n, max: 1n << 20n }), errno: fc.constant(0), by: fc.constant('a:1') });
    fc.assert(fc.property(fc.array(access, { maxLength: 8 }), fc.bigInt({ min: 0n, max: 1n << 41n }), fc.bigInt({ min: 0n, max: 1n << 41n }), fc.constantFrom(512, 4096), (reads, a, b, size) => {
      const [less, more] = a < b ? [a, b] : [b, a];
      return whatIf(reads, more, size).refused <= whatIf(reads, less, size).refused;
    }));
  });
});

describe('what redoxfs says of the disks it tries', () => {
  it('in the words printed until 2025', () => {
    const { attempts, gaveUp } = redoxfsLog(`redoxfs: found scheme disk.live
redoxfs: opening /scheme/disk.live/0
RedoxFS: IO ERROR: Invalid argument (os error 22)
redoxfs: failed to open filesystem /scheme/disk.live/0: Input/output error
redoxfs: opening /scheme/disk.nvme/0
redoxfs: opened filesystem on /scheme/disk.nvme/0 with uuid 01234567-89ab-cdef-0123-456789abcdef
redoxfs: filesystem on /scheme/disk.nvme/0 does not match uuid 6ba9ae7a-2095-4d8b-8aab-78b340c29bb4
redoxfs: not able to mount uuid 6ba9ae7a-2095-4d8b-8aab-78b340c29bb4
`);
    expect(attempts).toMatchObject([
      { disk: '/scheme/disk.live/0', outcome: 'failed', error: 'Input/output error', ioError: 'Invalid argument (os error 22)', evidence: [{ line: 2 }, { line: 4 }] },
      { disk: '/scheme/disk.nvme/0', outcome: 'other-uuid', uuid: '01234567-89ab-cdef-0123-456789abcdef' },
    ]);
    expect(gaveUp).toEqual({ uuid: '6ba9ae7a-2095-4d8b-8aab-78b340c29bb4', line: 8 });
  });
  it('in the words of the log crate, of which errors alone appear', () => {
    expect(redoxfsLog('\x1b[31m[2026-08-21T00:00:00Z ERROR redoxfs]\x1b[0m failed to open filesystem /scheme/disk.live/0: Input/output error\r\n').attempts).toMatchObject([{ disk: '/scheme/disk.live/0', outcome: 'failed', error: 'Input/output error' }]);
    expect(redoxfsLog('redoxfs: opening /scheme/disk.live/0\nredoxfs: mounted filesystem on /scheme/disk.live/0 to /scheme/file\n').attempts).toMatchObject([{ outcome: 'mounted' }]);
    expect(redoxfsLog('nothing of the kind')).toEqual({ attempts: [] });
  });
});
