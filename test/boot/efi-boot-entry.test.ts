import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryOfPath, entryOfProviderPath } from '../../boot/efi-boot-entry';

const file = (realPath: string, mountedOn: string, inFilesystem: string, mountedFrom = '/dev/ada0p1') => ({ realPath, mountedOn, inFilesystem, mountedFrom });

describe('what libefivar stores', () => {
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
    expect(entryOfPath({ ...file('/boot/x.efi', '/', '/boot/x.efi', '/dev/cd0'), isPartition: false }).why).toContain('cd0 is no partition');
    expect(entryOfPath(file('/boot/x.efi', '/', '/boot/x.efi', '<above>:/upper')).stored).toBeUndefined();
    expect(entryOfPath(file('/dev/x.efi', '/dev', '/x.efi', 'devfs')).why).toContain('devfs');
  });
  it('is what is given with a provider', () => {
    expect(entryOfProviderPath('ada0p1:/EFI/BOOT/BOOTX64.EFI')).toMatchObject({ provider: 'ada0p1', stored: 'File(\\EFI\\BOOT\\BOOTX64.EFI)' });
    expect(entryOfProviderPath('/boot/efi/x.efi')).toBeUndefined();
    expect(entryOfProviderPath('//boot:x')).toBeUndefined();
  });
  it('counts bytes, and never throws', () => {
    expect(entryOfPath(file('/é/EFI/x.efi', '/é', '/EFI/x.efi')).stored).toBe('File(\\EFI\\x.efi)');
    fc.assert(fc.property(fc.string(), fc.string(), fc.string(), (a, b, c) => void entryOfPath(file(a, b, c, '/dev/x'))));
  });
});
