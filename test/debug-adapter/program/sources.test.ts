import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Sources } from '../../../debug-adapter/program/sources';
import { fakeImage } from './fakes';

const infoOf = (...files: string[]) => fakeImage({ lines: files.map((file, index) => ({ file, line: 1, address: BigInt(index) * 16n })) }).debugInfo;

describe('Sources', () => {
  let root = '';
  const put = (path: string): string => {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, '');
    return full;
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sources-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('follows the longest prefix of the source map', () => {
    const kernel = put('kernel/src/main.rs');
    put('all/kernel/src/main.rs');
    const sources = new Sources({ sourceMap: { '/build': join(root, 'all'), '/build/kernel/': join(root, 'kernel') } });
    expect(sources.toLocal('/build/kernel/src/main.rs')).toBe(kernel);
    expect(sources.toLocal('/build/kernel/src/../src/main.rs')).toBe(kernel);
    expect(sources.toLocal('/buildx/kernel/src/main.rs')).toBeUndefined();
  });

  it('finds a file by its last components below the roots, and none when two fit equally', () => {
    const file = put('sys/kern/vfs_mountroot.c');
    const deep = put('a/b/loader/src/os/disk.rs');
    const sources = new Sources({ roots: [root] });
    expect(sources.toLocal('/usr/src/sys/kern/vfs_mountroot.c')).toBe(file);
    expect(sources.toLocal('C:\\work\\src\\os\\disk.rs')).toBe(deep);
    put('one/x/lib.rs');
    put('two/x/lib.rs');
    const fresh = new Sources({ roots: [root] });
    expect(fresh.toLocal('/elsewhere/x/lib.rs')).toBeUndefined();
    expect(fresh.toLocal('/elsewhere/disk.rs')).toBeUndefined();
  });

  it('turns a local file back into the recorded ones', () => {
    const local = put('kernel/src/main.rs');
    const info = infoOf('/build/kernel/src/main.rs', '/build/lived/src/main.rs', '/rustc/abc/main.rs');
    expect(new Sources({ sourceMap: { '/build/kernel': join(root, 'kernel') } }).toRecorded(local, info)).toEqual(['/build/kernel/src/main.rs']);
    expect(new Sources({ roots: [root] }).toRecorded(local, info)).toEqual(['/build/kernel/src/main.rs']);
    expect(new Sources().toRecorded(local, info)).toEqual(['/build/kernel/src/main.rs']);
    expect(new Sources().toRecorded('src/main.rs', info)).toEqual(['/build/kernel/src/main.rs', '/build/lived/src/main.rs']);
    expect(new Sources().toRecorded(join(root, 'other.rs'), info)).toEqual([]);
  });

  it('does not give a file of another place that is there', () => {
    const mine = put('mine/util.c');
    const theirs = put('theirs/util.c');
    const sources = new Sources();
    expect(sources.toRecorded(mine, infoOf(theirs))).toEqual([]);
    expect(sources.toRecorded(mine, infoOf('/gone/util.c'))).toEqual(['/gone/util.c']);
  });
});
