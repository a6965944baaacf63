import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryOfPath, entryOfProviderPath, loaderForm, type EfiEntry, type Partition } from '../../boot/efi-boot-entry';
import { storedFileNode } from '../../boot/efi-file-node';
import { libefivar, media } from './efi-boot-entry.cases';

const file = (realPath: string, mountedOn: string, inFilesystem: string, mountedFrom = '/dev/ada0p1', partition?: Partition) => ({ realPath, mountedOn, inFilesystem, mountedFrom, partition });

const partitions: Readonly<Record<string, string>> = { ada0p1: media, 'gpt/efi': media, 'label/again': media };
const partitionOf = (name: string): Partition => partitions[name.replace(/^\/dev\//, '')] ?? false;

const entryFor = (loader: string, from: string, on: string): EfiEntry | undefined => {
  const form = loaderForm(loader);
  if (form.form === 'refused') return undefined;
  if (form.form === 'provider') return entryOfProviderPath(form.provider, form.path, partitionOf(form.provider));
  return entryOfPath({ realPath: form.path, mountedFrom: from, mountedOn: on, partition: partitionOf(from === 'devfs' ? form.path.slice('/dev/'.length) : from), inFilesystem: '/EFI/x.efi' });
};

describe('what libefivar stores', () => {
  it('is what its own code makes of each of these loaders', () => {
    for (const [loader, from, on, stored] of libefivar) {
      const entry = entryFor(loader, from, on);
      const told = entry?.stored === undefined ? undefined : `${entry.stored === '' ? '' : '/'}${entry.stored}`;
      if (stored.startsWith('error') || stored === 'undefined behaviour') expect([loader, from, on, told]).toEqual([loader, from, on, undefined]);
      else expect([loader, from, on, told, entry?.media]).toEqual([loader, from, on, stored, media]);
    }
    expect(libefivar.filter(([, , , stored]) => !/^error|^undefined/.test(stored)).length).toBeGreaterThan(50);
  });
  it('is right outside of a chroot', () => {
    expect(entryOfPath(file('/boot/efi/EFI/BOOT/BOOTX64.EFI', '/boot/efi', '/EFI/BOOT/BOOTX64.EFI'))).toMatchObject({ provider: 'ada0p1', stored: 'File(\\EFI\\BOOT\\BOOTX64.EFI)', correct: 'File(\\EFI\\BOOT\\BOOTX64.EFI)' });
  });
  it('is cut in a chroot, as on the real system', () => {
    expect(entryOfPath(file('/boot/efi/EFI/BOOT/BOOTX64.EFI', '/sysroot/boot/efi', '/EFI/BOOT/BOOTX64.EFI')).stored).toBe('File(T\\BOOTX64.EFI)');
    expect(entryOfPath(file('/boot/efi/EFI/freebsd/loader.efi', '/sysroot/boot/efi', '/EFI/freebsd/loader.efi')).stored).toBe('File(ebsd\\loader.efi)');
  });
  it('lacks its first slash on the root filesystem', () => {
    expect(entryOfPath(file('/EFI/x.efi', '/', '/EFI/x.efi'))).toMatchObject({ stored: 'File(EFI\\x.efi)', why: expect.stringContaining('slash') as string });
  });
  it('is left to chance behind the end of the path', () => {
    const entry = entryOfPath(file('/e/x.efi', '/a/very/long/mount/point', '/x.efi'));
    expect(entry.stored).toBeUndefined();
    expect(entry.why).toContain('behind the end');
  });
  it('is nothing where the provider is no partition', () => {
    expect(entryOfPath(file('/boot/x.efi', '/', '/boot/x.efi', '/dev/cd0', false)).why).toContain('cd0 is no partition');
    expect(entryOfPath(file('/boot/x.efi', '/', '/boot/x.efi', '<above>:/upper')).stored).toBeUndefined();
    expect(entryOfProviderPath('cd0', '/x.efi', false).why).toContain('cd0 is no partition');
  });
  it('has no file for a device, and tells so', () => {
    expect(entryOfPath(file('/dev/ada0p1', '/dev', '/ada0p1', 'devfs', media))).toMatchObject({ stored: '', media, why: expect.stringContaining('without a file') as string });
  });
  it('ends at parentheses, and then no call avoids it', () => {
    const entry = entryOfPath(file('/boot/efi/a(1).efi', '/boot/efi', '/a(1).efi'));
    expect(entry).toMatchObject({ stored: 'File(\\a(1)', why: expect.stringContaining('Rename the file') as string });
    expect(entry.call).toBeUndefined();
  });
  it('counts bytes, and never throws', () => {
    expect(entryOfPath(file('/é/EFI/x.efi', '/é', '/EFI/x.efi')).stored).toBe('File(\\EFI\\x.efi)');
    fc.assert(fc.property(fc.string(), fc.string(), fc.string(), (a, b, c) => void entryOfPath(file(a, b, c, '/dev/x'))));
  });
  it('is, for a mount point and path of plain names, the path without as many bytes as the mount point has', () => {
    const name = fc.string({ unit: fc.constantFrom(...'abcXYZ.-_ ;é€'), minLength: 1, maxLength: 12 });
    const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => `/${names.join('/')}`);
    fc.assert(
      fc.property(path, path, path, (on, real, inside) => {
        const stored = entryOfPath(file(real, on, inside)).stored;
        // Cut by the bytes of the texts as C sees them; a character cut in its middle ends the text before it begins.
        const [bytes, cut] = [Buffer.from(real), Buffer.byteLength(on)];
        if (cut > bytes.length) {
          expect(stored).toBeUndefined();
          return;
        }
        const rest = bytes.subarray(cut);
        const broken = rest.length > 0 && ((rest[0] ?? 0) & 0xc0) === 0x80;
        expect(stored).toBe(`File(${broken ? '' : rest.toString('utf8').split('/').join('\\')})`);
      }),
    );
  });
  it('is told from any bytes without throwing; text without parentheses, commas and broken characters is kept whole', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void storedFileNode(bytes)));
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !/[(),\0/]|[\u{10000}-\u{10ffff}]/u.test(text) && !/\p{Cs}/u.test(text)), (text) => {
      expect(storedFileNode(new TextEncoder().encode(text))).toBe(`File(${text})`);
    }));
  });
});

describe('how a loader is given', () => {
  it('is told by its slashes and colon', () => {
    expect(loaderForm('ada0p1:/EFI/x.efi')).toEqual({ form: 'provider', provider: 'ada0p1', path: '/EFI/x.efi' });
    expect(loaderForm('\\dev\\ada0p1:\\x.efi')).toEqual({ form: 'provider', provider: 'ada0p1', path: '/x.efi' });
    expect(loaderForm('\\boot\\efi\\x.efi')).toEqual({ form: 'path', path: '/boot/efi/x.efi' });
    expect(loaderForm('//boot:x').form).toBe('refused');
  });
});
