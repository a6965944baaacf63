import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readArchive } from '../../../extension/sample/archive';
import { configurationOf, unpack } from '../../../extension/sample/unpack';

const pack = (files: readonly (readonly [string, string])[], scenes: object = {}): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify({ scenes, files: files.map(([name, text]) => ({ name, size: Buffer.byteLength(text) })) })}\n`), ...files.map(([, text]) => Buffer.from(text))]);

describe('an archive of the sample', () => {
  it('gives back what was put in', () => {
    const { files, scenes } = readArchive(pack([['a/b.rs', 'fn main() {}\n'], ['empty', '']], { one: { chain: 'redox' } }));
    expect(files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()])).toEqual([['a/b.rs', 'fn main() {}\n'], ['empty', '']]);
    expect(scenes).toEqual({ one: { chain: 'redox' } });
  });

  it.each(['../a', '/etc/passwd', 'a/../../b', 'a//b', './a', 'C:/a', 'a\\b', ''])('refuses the name %j', (name) => {
    expect(() => readArchive(pack([[name, 'x']]))).toThrow(/outside its folder/);
  });

  it('refuses what is cut off or too long, wherever', () => {
    const whole = pack([['a', 'some bytes'], ['b', 'more']]);
    fc.assert(fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => void expect(() => readArchive(whole.subarray(0, length))).toThrow()));
    expect(() => readArchive(Buffer.concat([whole, Buffer.from('x')]))).toThrow(/longer/);
  });
});

describe('unpacking', () => {
  let base = '';
  beforeEach(() => (base = mkdtempSync(join(tmpdir(), 'bootscope-sample-'))));
  afterEach(() => rmSync(base, { recursive: true, force: true }));
  const archive = (text: string): string => {
    const file = join(base, 'sample.br');
    writeFileSync(file, brotliCompressSync(pack([['deep/file.c', text]], { one: { cwd: '${sample}', firmware: '${firmware}', qemu: ['q', 'file=${sample}/deep/file.c,if=none'] } })));
    return file;
  };
  const storage = (): string => join(base, 'storage');

  it('is done once for each version, and leaves only the newest', async () => {
    const first = await unpack(archive('old'), storage());
    expect((await unpack(archive('old'), storage()))?.folder).toBe(first?.folder);
    const second = await unpack(archive('new'), storage());
    if (!second) throw new Error('not unpacked');
    expect(readFileSync(join(second.folder, 'deep/file.c'), 'utf8')).toBe('new');
    expect(readdirSync(storage()).map((name) => join(storage(), name))).toEqual([second.folder]);
  });

  it('may be done by two windows at once', async () => {
    const file = archive('both');
    const [one, other] = await Promise.all([unpack(file, storage()), unpack(file, storage())]);
    expect(one?.folder).toBe(other?.folder);
    expect(readdirSync(storage())).toHaveLength(1);
    expect(readFileSync(join(one?.folder ?? '', 'deep/file.c'), 'utf8')).toBe('both');
  });

  it('leaves nothing when it is cancelled', async () => {
    expect(await unpack(archive('x'), storage(), () => true)).toBeUndefined();
    expect(readdirSync(storage())).toEqual([]);
  });

  it('puts the paths of this machine into a scene', async () => {
    const sample = await unpack(archive('x'), storage());
    if (!sample) throw new Error('not unpacked');
    expect(configurationOf(sample, 'one', '/fw/OVMF.fd')).toEqual({ cwd: sample.folder, firmware: '/fw/OVMF.fd', qemu: ['q', `file=${sample.folder}/deep/file.c,if=none`] });
  });
});
