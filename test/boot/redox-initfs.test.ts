import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initfsFiles, type ReadImage } from '../../boot/redox-initfs';
import { makeInitfs } from '../guests/redox-live/image/disk.mjs';

const reader = (image: Uint8Array): ReadImage => (offset, length) => Promise.resolve(image.subarray(Math.min(offset, image.length), Math.min(offset + length, image.length)));
const files: [string, Buffer][] = [['bin/lived', Buffer.from('\x7fELF')], ['lib/init.d/10_lived.service', Buffer.from('[unit]\n')], ['lib/init.d/empty', Buffer.alloc(0)], ['etc/passwd', Buffer.from('root')]];

/** Written by hand after base initfs/src/types.rs, with a page in front of the table as redox-initfs-ar leaves for `bootstrap`. */
const byHand = (): Buffer => {
  const image = Buffer.alloc(0x3000);
  image.write('RedoxFtw');
  image.writeUInt32LE(0x2000, 0x08); // inode_table_offset
  image.writeBigUInt64LE(0x3000n, 0x0c); // initfs_size
  image.writeUInt16LE(4096, 0x14); // page_size
  image.writeUInt16LE(2, 0x16); // root_inode
  image.writeUInt16LE(3, 0x18); // inode_count
  image.writeBigUInt64LE(0x2040n, 0x1a); // bootstrap_entry
  const inode = (n: number, kind: number, length: number, offset: number): void => [kind, length, offset].forEach((word, i) => image.writeUInt32LE(word, 0x2000 + n * 12 + i * 4));
  inode(0, 0, 5, 0x2100);
  inode(1, 3, 4, 0x2110);
  inode(2, 2, 16, 0x2200);
  image.write('hello', 0x2100);
  image.writeUInt16LE(0, 0x2200);
  image.writeUInt16LE(3, 0x2202);
  image.writeUInt32LE(0x2300, 0x2204);
  image.writeUInt16LE(1, 0x2208);
  image.writeUInt16LE(4, 0x220a);
  image.writeUInt32LE(0x2303, 0x220c);
  image.write('onelink', 0x2300);
  return image;
};

describe('an initfs image', () => {
  it('tells its files, and leaves links out', async () => {
    expect(await initfsFiles(reader(byHand()))).toEqual([{ path: 'one', offset: 0x2100, length: 5, isExecutable: false }]);
    const image = makeInitfs(files);
    const found = await initfsFiles(reader(image));
    expect(found?.map(({ path, offset, length, isExecutable }) => [path, image.subarray(offset, offset + length).toString('latin1'), isExecutable])).toEqual(files.map(([path, content]) => [path, content.toString('latin1'), path.startsWith('bin/')]));
  });

  it('is refused when it is none, is cut short, or turns in a circle', async () => {
    const image = byHand();
    expect(await initfsFiles(reader(new Uint8Array(64)))).toBeUndefined();
    expect(await initfsFiles(reader(image.subarray(0, 0x2000)))).toBeUndefined();
    expect(await initfsFiles(reader(image.subarray(0, 0x2208)))).toBeUndefined();
    image.writeUInt16LE(2, 0x2208);
    expect(await initfsFiles(reader(image))).toBeUndefined();
  });

  it('never makes its reader fail, whatever the bytes are', async () => {
    const whole = makeInitfs(files);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }), fc.nat(whole.length), async (changes, length) => {
        const image = Buffer.from(whole);
        for (const [at, byte] of changes) image[at] = byte;
        const found = await initfsFiles(reader(image.subarray(0, length)));
        for (const file of found ?? []) expect(file.length).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
