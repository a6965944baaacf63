import { fork } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileBytes } from '../../../../debug-adapter/images/bytes/file';
import { indexDirectory, indexPlaceOf } from '../../../../debug-adapter/images/index/place';
import { indexBytes, openIndex, writeIndex } from '../../../../debug-adapter/images/index/store';
import { DamagedIndex } from '../../../../debug-adapter/images/index/tables';
import { scratch } from '../support';

const directory = scratch();
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));
let cache = '';
beforeEach(() => {
  cache = fs.mkdtempSync(path.join(directory, 'cache-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
  vi.stubEnv('BOOTSCOPE_NO_CACHE', '');
});
afterEach(() => vi.unstubAllEnvs());

const place = (identity: string) => ({ path: path.join(indexDirectory(), `${identity}.idx`), identity });
const table = (size: number) => ({ a: new Uint8Array(size).fill(7) });

describe('indexes on disk', () => {
  it('are kept by build-id, else by path, size, time and a sample of the content', () => {
    const file = path.join(directory, 'image');
    fs.writeFileSync(file, 'x'.repeat(100_000));
    const opened = (): string | undefined => {
      const bytes = new FileBytes(file);
      const found = indexPlaceOf(bytes, undefined);
      bytes.close();
      return found?.identity;
    };
    const first = opened();
    expect(opened()).toBe(first);
    const { atime, mtime } = fs.statSync(file);
    fs.writeFileSync(file, `y${'x'.repeat(99_999)}`);
    fs.utimesSync(file, atime, mtime);
    expect(opened()).not.toBe(first);
    const bytes = new FileBytes(file);
    expect(indexPlaceOf(bytes, 'abcdef0123456789')?.path).toContain(path.join(cache, 'bootscope', 'index', 'abcdef0123456789'));
    expect(indexPlaceOf(bytes, '../../etc')?.path).not.toContain('..');
    vi.stubEnv('BOOTSCOPE_NO_CACHE', '1');
    expect(indexPlaceOf(bytes, 'abcdef0123456789')).toBeUndefined();
    expect(writeIndex(place('one'), table(10))).toBe(false);
    expect(fs.readdirSync(cache)).toEqual([]);
    bytes.close();
  });

  it('are dropped when damaged, silently', () => {
    expect(writeIndex(place('one'), table(10))).toBe(true);
    fs.writeFileSync(place('one').path, 'nonsense that is long enough to be a header');
    expect(openIndex(place('one'))).toBeUndefined();
    expect(fs.existsSync(place('one').path)).toBe(false);
  });

  it('give way to newer ones, the least recently used first', () => {
    const limit = 400_000;
    for (const name of ['old', 'used', 'new']) writeIndex(place(name), table(100_000), limit);
    const ago = (minutes: number): number => Date.now() / 1000 - minutes * 60;
    fs.utimesSync(place('old').path, ago(50), ago(50));
    fs.utimesSync(place('used').path, ago(60), ago(60));
    fs.utimesSync(place('new').path, ago(40), ago(40));
    openIndex(place('used'))?.close();
    expect(writeIndex(place('more'), table(150_000), limit)).toBe(true);
    expect(fs.readdirSync(indexDirectory()).sort()).toEqual(['more.idx', 'new.idx', 'used.idx']);
    expect(indexBytes()).toBeLessThanOrEqual(limit);
    expect(writeIndex(place('huge'), table(limit), limit)).toBe(false);
  });

  it('leave no temporary file behind, and clear those of killed writers', () => {
    writeIndex(place('one'), table(10));
    const left = path.join(indexDirectory(), 'x.idx.1.tmp');
    fs.writeFileSync(left, '');
    fs.utimesSync(left, 1, 1);
    writeIndex(place('one'), table(20));
    expect(fs.readdirSync(indexDirectory())).toEqual(['one.idx']);
    // A cache that cannot be made: a file stands where its directory should.
    fs.writeFileSync(path.join(cache, 'file'), '');
    vi.stubEnv('XDG_CACHE_HOME', path.join(cache, 'file'));
    expect(writeIndex(place('one'), table(20))).toBe(false);
  });

  it('of another file under this name are dropped', () => {
    writeIndex(place('one'), table(10));
    fs.renameSync(place('one').path, place('two').path);
    expect(openIndex(place('two'))).toBeUndefined();
    expect(fs.readdirSync(indexDirectory())).toEqual([]);
  });

  it.runIf(process.getuid !== undefined)('of another user are dropped, and made again', () => {
    writeIndex(place('one'), table(10));
    const other = vi.spyOn(process, 'getuid').mockReturnValue(process.getuid!() + 1);
    try {
      expect(openIndex(place('one'))).toBeUndefined();
    } finally {
      other.mockRestore();
    }
    expect(fs.readdirSync(indexDirectory())).toEqual([]);
    expect(writeIndex(place('one'), table(20))).toBe(true);
    const again = openIndex(place('one'));
    expect(again?.size('a')).toBe(20);
    again?.close();
  });

  it('that are cut off, or begin as those of another version, are dropped', () => {
    writeIndex(place('one'), table(20_000));
    const whole = fs.readFileSync(place('one').path);
    const changed = (at: number, value: number): Buffer => {
      const bytes = Buffer.from(whole);
      bytes.writeUInt32LE(value, at);
      return bytes;
    };
    // Empty; half a header; half a directory; another magic; blocks of another size; a directory of another length and of none.
    const bad = [whole.subarray(0, 0), whole.subarray(0, 9), whole.subarray(0, 40), changed(0, 0x32495342), changed(4, 1 << 13), changed(8, 0xffff_ffff), changed(8, 0)];
    for (const bytes of bad) {
      fs.writeFileSync(place('one').path, bytes);
      expect(openIndex(place('one'))).toBeUndefined();
      expect(fs.readdirSync(indexDirectory())).toEqual([]);
    }
    // Cut off in its content it opens, and says so where that is read.
    fs.writeFileSync(place('one').path, whole.subarray(0, whole.length - 20_000));
    const cut = openIndex(place('one'));
    expect(() => cut?.read('a', 0, 20_000)).toThrow(DamagedIndex);
    cut?.close();
  });

  it('stay in use where the directory cannot be written any more, which is told with the system\'s reason', () => {
    writeIndex(place('one'), table(10));
    const open = fs.openSync;
    const readOnly = vi.spyOn(fs, 'openSync').mockImplementation(((...given: Parameters<typeof open>) => {
      if (given[1] !== 'r') throw Object.assign(new Error(`EROFS: read-only file system, open '${String(given[0])}'`), { code: 'EROFS' });
      return open(...given);
    }) as typeof open);
    const heard: string[] = [];
    try {
      expect(writeIndex(place('one'), table(20), undefined, ({ message }) => heard.push(message))).toBe(false);
      const kept = openIndex(place('one'));
      expect(kept?.size('a')).toBe(10);
      kept?.close();
    } finally {
      readOnly.mockRestore();
    }
    expect(heard).toEqual([expect.stringMatching(/^BS213: No index of names can be kept in .*bootscope.index: EROFS: read-only file system/)]);
    expect(fs.readdirSync(indexDirectory())).toEqual(['one.idx']);
  });

  it('are given up on a full disk, with nothing left of them and the one before kept', () => {
    expect(writeIndex(place('one'), table(10))).toBe(true);
    const full = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    });
    try {
      expect(writeIndex(place('one'), table(20))).toBe(false);
      expect(writeIndex(place('two'), table(20))).toBe(false);
    } finally {
      full.mockRestore();
    }
    expect(fs.readdirSync(indexDirectory())).toEqual(['one.idx']);
    const kept = openIndex(place('one'));
    expect(kept?.size('a')).toBe(10);
    kept?.close();
  });

  it('stay whole while two processes write them', async () => {
    const writer = path.join(directory, 'writer.cjs');
    await build({
      stdin: {
        contents: `import { writeIndex } from './store';
          const fill = Number(process.argv[2]);
          for (let i = 0; i < 30; i++) writeIndex({ path: process.argv[3], identity: 'same' }, { a: new Uint8Array(200000).fill(fill) });`,
        resolveDir: path.join(__dirname, '../../../../debug-adapter/images/index'),
        loader: 'ts',
      },
      bundle: true, platform: 'node', format: 'cjs', outfile: writer,
    });
    const target = place('same');
    const writers = [1, 2].map((fill) => new Promise((resolve) => fork(writer, [String(fill), target.path], { execArgv: [] }).once('exit', resolve)));
    let running = true;
    const ended = Promise.all(writers).then((codes) => ((running = false), codes));
    let seen = 0;
    while (running) {
      const found = openIndex(target);
      if (found) {
        const content = found.read('a', 0, 200_000);
        expect([1, 2]).toContain(content[0]);
        expect(content.every((byte) => byte === content[0])).toBe(true);
        found.close();
        seen++;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await ended).toEqual([0, 0]);
    expect(seen).toBeGreaterThan(0);
    expect(fs.readdirSync(indexDirectory())).toEqual(['same.idx']);
  }, 60_000);
});
