import fc from 'fast-check';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { recognise, recogniseBytes, type BootFile } from '../../../../extension/debugging/detect/recognise';
import { bytes, bzImage, elf, gpt, iso, pe, tree } from './files';
import { trials } from '../../../trials';

const of = async (content: Buffer): Promise<BootFile | undefined> => recogniseBytes('f', (offset, length) => Promise.resolve(content.subarray(offset, offset + length)));

describe('what a file is', () => {
  it('tells CD images that start on a BIOS from those for UEFI only', async () => {
    expect(await of(iso([0, 0xef]))).toEqual({ kind: 'image', file: 'f', medium: 'cdrom', uefiOnly: false });
    expect(await of(iso([0xef]))).toEqual({ kind: 'image', file: 'f', medium: 'cdrom', uefiOnly: true });
    expect(await of(bytes(20 * 2048, { [16 * 2048]: '\x01CD001' })), 'no El Torito: data').toBeUndefined();
  });

  it('tells disks by their partition table', async () => {
    expect(await of(gpt())).toEqual({ kind: 'image', file: 'f', medium: 'raw', uefiOnly: true });
    expect(await of(gpt({ code: [0xeb, 0x3c] }))).toEqual({ kind: 'image', file: 'f', medium: 'raw', uefiOnly: false });
    expect(await of(gpt({ type: '00'.repeat(16) })), 'nothing to boot from').toBeUndefined();
    expect(await of(bytes(512, { 0: [0xeb], 446: [0x80, 0, 0, 0, 0xa5], 510: [0x55, 0xaa] }))).toMatchObject({ medium: 'raw', uefiOnly: false });
    expect(await of(bytes(512, { 0: [0xeb], 82: 'FAT32   ', 510: [0x55, 0xaa] }))).toMatchObject({ medium: 'raw', uefiOnly: true });
    expect(await of(bytes(512, { 446: [7], 510: [0x55, 0xaa] })), 'a stray signature').toBeUndefined();
    expect(await of(bytes(512, { 0: [0x51, 0x46, 0x49, 0xfb] }))).toMatchObject({ medium: 'qcow2' });
    expect(await of(bytes(512, { 64: [0x7f, 0x10, 0xda, 0xbe] }))).toMatchObject({ medium: 'vdi' });
    expect(await of(bytes(512, { 0: '070701' })), 'an initial ramdisk').toBeUndefined();
  });

  it('tells kernels with debug information from those without, and other machines', async () => {
    expect(await of(elf({ sections: ['.text', '.debug_info'], pvh: true }))).toEqual({ kind: 'kernel', file: 'f', debugInfo: true, pvh: true });
    expect(await of(elf({ sections: ['.text', '.debug_infos'] }))).toEqual({ kind: 'kernel', file: 'f', debugInfo: false, pvh: false });
    expect(await of(elf({ machine: 183, sections: ['.debug_info'] }))).toBeUndefined();
    expect(await of(bzImage())).toEqual({ kind: 'linux', file: 'f' });
  });

  it('tells EFI applications from drivers and Windows programs', async () => {
    expect(await of(pe())).toEqual({ kind: 'efi', file: 'f', debugInfo: false });
    expect(await of(pe({ debug: true }))).toMatchObject({ debugInfo: true });
    expect(await of(pe({ subsystem: 3 }))).toBeUndefined();
  });

  it('survives any bytes, also damaged ones of ours', async () => {
    const ours = [iso([0, 0xef]), gpt(), elf({ sections: ['.debug_info'], pvh: true }), pe({ debug: true })];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ours), fc.array(fc.tuple(fc.nat(0xa000), fc.nat(255)), { maxLength: 40 }), fc.nat(0xa000), async (content, edits, cut) => {
        const damaged = Buffer.from(content.subarray(0, Math.max(cut, 64)));
        for (const [at, value] of edits) if (at < damaged.length) damaged[at] = value;
        const reads: number[] = [];
        await recogniseBytes('f', (offset, length) => {
          reads.push(length);
          return Promise.resolve(Number.isSafeInteger(offset) && offset >= 0 ? damaged.subarray(offset, offset + Math.min(length, 1 << 20)) : Buffer.alloc(0));
        });
        expect(reads.length).toBeLessThan(5000);
      }),
      trials(300),
    );
  });
});

describe('a file on disk', () => {
  let root = '';
  afterEach(() => {
    fs.rmSync(root, { recursive: true, force: true });
  });

  it('is read where it can be, else left out', async () => {
    root = tree({ 'a.iso': iso([0]), 'empty.img': '', 'short.iso': 'CD001' });
    fs.mkdirSync(path.join(root, 'kernel'));
    expect(await recognise(path.join(root, 'a.iso'))).toMatchObject({ kind: 'image' });
    for (const name of ['empty.img', 'short.iso', 'kernel', 'missing.img']) expect(await recognise(path.join(root, name)), name).toBeUndefined();
  });
});
