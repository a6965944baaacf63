import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { devicePathText } from '../../boot/efi-device-path';
import { duplicateEntries } from '../../boot/efi-entries';
import { bootEntriesIn, readVariableStore, variableVolumeSize } from '../../boot/efi-variables';

const guid = (text: string): Buffer => {
  const hex = text.replaceAll('-', '');
  const at = (order: readonly number[]): number[] => order.map((index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16));
  return Buffer.from(at([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]));
};
const ucs2 = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le');
const number = (bytes: number, value: number | bigint): Buffer => {
  const to = Buffer.alloc(8);
  to.writeBigUInt64LE(BigInt(value));
  return to.subarray(0, bytes);
};
const node = (type: number, subtype: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([type, subtype]), number(2, 4 + body.length), body]);
};
const end = node(0x7f, 0xff);
const global = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
const disk = 'd1b3b1f1-1111-2222-3333-444455556666';
const pciRoot = node(2, 1, number(4, 0x0a0341d0), number(4, 0));
const hardDisk = node(4, 1, number(4, 1), number(8, 0x800), number(8, 0x10000), guid(disk), Buffer.from([2, 2]));
const fileNode = (path: string): Buffer => node(4, 4, ucs2(path));

interface Variable {
  readonly name: string;
  readonly data: Buffer;
  readonly state?: number;
  readonly guid?: string;
}
/** As EDK2 lays it out: volume header, store header, variables each on a border of 4 bytes. */
const volumeOf = (variables: readonly Variable[], authenticated = true, size = 0x4000): Buffer => {
  const store = Buffer.concat([
    guid(authenticated ? 'aaf32c78-947b-439a-a180-2e144ec37792' : 'ddcf3616-3275-4164-98b6-fe85707ffe7d'),
    number(4, size - 0x48),
    Buffer.from([0x5a, 0xfe, 0, 0, 0, 0, 0, 0]),
    ...variables.map(({ name, data, state = 0x3f, guid: owner = global }) => {
      const whole = Buffer.concat([number(2, 0x55aa), Buffer.from([state, 0]), number(4, 7), ...(authenticated ? [Buffer.alloc(28)] : []), number(4, ucs2(name).length), number(4, data.length), guid(owner), ucs2(name), data]);
      return Buffer.concat([whole, Buffer.alloc(-whole.length & 3, 0xff)]);
    }),
  ]);
  const head = Buffer.concat([Buffer.alloc(16), guid('fff12b8d-7696-4c8b-a985-2747075b4f50'), number(8, size), Buffer.from('_FVH'), number(4, 0), number(2, 0x48), Buffer.alloc(22)]);
  return Buffer.concat([head, store, Buffer.alloc(Math.max(0, size - head.length - store.length), 0xff)]).subarray(0, size);
};
const option = (label: string, path: readonly Buffer[], attributes = 1): Buffer => {
  const paths = Buffer.concat([...path, end]);
  return Buffer.concat([number(4, attributes), number(2, paths.length), ucs2(label), paths]);
};
const order = (...numbers: readonly number[]): Buffer => Buffer.concat(numbers.map((value) => number(2, value)));

describe('the firmware\'s boot entries', () => {
  const variables: readonly Variable[] = [
    { name: 'Boot0000', data: option('gone', [fileNode('\\x.efi')]), state: 0x3c },
    { name: 'Boot0001', data: option('FreeBSD', [hardDisk, fileNode('\\EFI\\BOOT\\BOOTX64.EFI')]) },
    { name: 'Boot0003', data: option('UEFI QEMU HARDDISK', [pciRoot, node(1, 1, Buffer.from([2, 0x1f])), node(3, 18, number(2, 0), number(2, 0xffff), number(2, 0)), hardDisk, fileNode('\\efi\\boot\\bootx64.efi')], 0) },
    { name: 'Boot0004', data: option('FreeBSD', [hardDisk, fileNode('T\\BOOTX64.EFI')]) },
    { name: 'BootOrder', data: order(4, 1) },
    { name: 'Boot0005', data: Buffer.from([1, 0]) },
    { name: 'Boot0006', data: option('foreign', [end]), guid: disk },
    { name: 'Timeout', data: number(2, 3) },
  ];
  it.each([[true], [false]])('are read in BootOrder, then the others (authenticated: %s)', (authenticated) => {
    const entries = bootEntriesIn(readVariableStore(volumeOf(variables, authenticated)) ?? []);
    expect(entries).toEqual([
      { name: 'Boot0004', label: 'FreeBSD', devicePath: `HD(1,GPT,${disk},0x800,0x10000)/File(T\\BOOTX64.EFI)`, order: 1, active: true },
      { name: 'Boot0001', label: 'FreeBSD', devicePath: `HD(1,GPT,${disk},0x800,0x10000)/File(\\EFI\\BOOT\\BOOTX64.EFI)`, order: 2, active: true },
      { name: 'Boot0003', label: 'UEFI QEMU HARDDISK', devicePath: `PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)/HD(1,GPT,${disk},0x800,0x10000)/File(\\efi\\boot\\bootx64.efi)`, active: false },
    ]);
    // The short form of a path and the whole one start the same file.
    expect(duplicateEntries(entries).map((group) => group.map(({ name }) => name))).toEqual([['Boot0001', 'Boot0003']]);
  });
  it('an old value counts until the new one is whole', () => {
    const inChange = (state: number): (string | undefined)[] => bootEntriesIn(readVariableStore(volumeOf([{ name: 'Boot0001', data: option('old', [hardDisk]), state: 0x3e }, { name: 'Boot0001', data: option('new', [hardDisk]), state }])) ?? []).map(({ label }) => label);
    expect(inChange(0x3f)).toEqual(['new']);
    expect(inChange(0x7f)).toEqual(['old']);
  });
  it('of what is no store, a cut or a damaged one there is nothing, or what stands before the damage', () => {
    const good = volumeOf(variables);
    expect(variableVolumeSize(good)).toBe(good.length);
    expect(readVariableStore(Buffer.alloc(0x4000, 0xff))).toBeUndefined();
    expect(readVariableStore(good.subarray(0, 0x50))).toBeUndefined();
    expect(bootEntriesIn(readVariableStore(good.subarray(0, 0x300)) ?? []).length).toBeLessThan(3);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(0x400), fc.nat(255)), { maxLength: 12 }), (damage) => {
        const bad = Buffer.from(good);
        for (const [at, byte] of damage) bad[at] = byte;
        for (const entry of bootEntriesIn(readVariableStore(bad) ?? [])) expect(entry.name).toMatch(/^Boot[0-9A-F]{4}$/);
      }),
    );
  });
});

describe('device paths in words', () => {
  it.each<[string, Buffer[]]>([
    ['PciRoot(0x0)/Pci(0x1,0x1)/Ata(Secondary,Master,0x0)', [pciRoot, node(1, 1, Buffer.from([1, 1])), node(3, 1, Buffer.from([1, 0, 0, 0]))]],
    ['PciRoot(0x0)/Pci(0x3,0x0)/MAC(525400123456,0x1)/IPv4(0.0.0.0)', [pciRoot, node(1, 1, Buffer.from([0, 3])), node(3, 11, Buffer.from('525400123456', 'hex'), Buffer.alloc(26), Buffer.from([1])), node(3, 12, Buffer.alloc(23))]],
    ['Fv(7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1)/FvFile(7c04a583-9e3e-4f1c-ad65-e05268d0b4d1)', [node(4, 7, guid('7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1')), node(4, 6, guid('7c04a583-9e3e-4f1c-ad65-e05268d0b4d1'))]],
    ['HD(2,MBR,0x0000abcd,0x3f,0x100)', [node(4, 1, number(4, 2), number(8, 0x3f), number(8, 0x100), number(4, 0xabcd), Buffer.alloc(12), Buffer.from([1, 1]))]],
    ['NVMe(0x1,08-07-06-05-04-03-02-01)/CDROM(0x1)', [node(3, 23, number(4, 1), Buffer.from([1, 2, 3, 4, 5, 6, 7, 8])), node(4, 2, number(4, 1), Buffer.alloc(16))]],
    ['VenHw(d1b3b1f1-1111-2222-3333-444455556666,0A0B)/Acpi(PNP0501,0x0)/USB(0x1,0x2)/Scsi(0x0,0x3)', [node(1, 4, guid(disk), Buffer.from([10, 11])), node(2, 1, number(4, 0x050141d0), number(4, 0)), node(3, 5, Buffer.from([1, 2])), node(3, 2, number(2, 0), number(2, 3))]],
    ['Path(3,99,01FF)/Path(4,1,00)', [node(3, 99, Buffer.from([1, 255])), node(4, 1, Buffer.from([0]))]],
  ])('%s', (text, nodes) => {
    expect(devicePathText(Buffer.concat([...nodes, end]))).toBe(text);
  });
  it('without an end, or with a node longer than the bytes, there is none', () => {
    expect(devicePathText(pciRoot)).toBeUndefined();
    expect(devicePathText(Buffer.from([4, 4, 200, 0, 1]))).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void devicePathText(bytes)));
  });
});
