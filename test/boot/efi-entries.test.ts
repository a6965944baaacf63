import { describe, expect, it } from 'vitest';
import { duplicateEntries, entriesOf, parseBootEntries } from '../../boot/efi-entries';

const listed = `BootCurrent: 0001
BootOrder  : 0001, 0002, 0003
+Boot0001* FreeBSD HD(1,GPT,11111111-2222-3333-4444-555555555555,0x800,0x10000)/File(\\EFI\\BOOT\\BOOTX64.EFI)
 Boot0002* UEFI QEMU HARDDISK (again) HD(1,GPT,11111111-2222-3333-4444-555555555555,0x800,0x10000)/File(\\efi\\boot\\bootx64.efi)
 Boot0003* FreeBSD HD(1,GPT,99999999-2222-3333-4444-555555555555,0x800,0x10000)/File(\\EFI\\BOOT\\BOOTX64.EFI)
 Boot0004* FreeBSD HD(1,GPT,11111111-2222-3333-4444-555555555555,0x800,0x10000)/File(T\\BOOTX64.EFI)
Boot0005 broken
`;

describe('boot entries on the console', () => {
  const entries = parseBootEntries(listed.replaceAll('\n', '\r\n'));
  it('are read with label and device path', () => {
    expect(entries.map(({ name, label }) => [name, label])).toEqual([['Boot0001', 'FreeBSD'], ['Boot0002', 'UEFI QEMU HARDDISK (again)'], ['Boot0003', 'FreeBSD'], ['Boot0004', 'FreeBSD']]);
  });
  it('are the same by their device path: not by label, not by file alone', () => {
    expect(duplicateEntries(entries).map((group) => group.map(({ name }) => name))).toEqual([['Boot0001', 'Boot0002']]);
    expect(entriesOf(entries, 'File(T\\BOOTX64.EFI)').map(({ name }) => name)).toEqual(['Boot0004']);
    const media = 'HD(1,GPT,99999999-2222-3333-4444-555555555555,0x800,0x10000)';
    expect(entriesOf(entries, 'File(\\EFI\\BOOT\\BOOTX64.EFI)', media).map(({ name }) => name)).toEqual(['Boot0003']);
    expect(entriesOf([{ name: 'Boot0009', label: '', devicePath: 'File(\\x.efi)' }], 'File(\\X.EFI)', media)).toHaveLength(1);
  });
  it('listed again count once', () => {
    expect(parseBootEntries(listed + listed)).toHaveLength(4);
    expect(parseBootEntries('Boot0001*\nBdsDxe: starting Boot0001 "x"\n')).toEqual([]);
  });
});
