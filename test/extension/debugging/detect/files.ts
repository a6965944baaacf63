import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Bytes at offsets; the rest is zero. */
export const bytes = (size: number, parts: Readonly<Record<number, string | number[] | Buffer>>): Buffer => {
  const buffer = Buffer.alloc(size);
  for (const [at, part] of Object.entries(parts)) Buffer.from(part as Buffer).copy(buffer, Number(at));
  return buffer;
};
const u16 = (value: number): number[] => [value & 255, value >> 8];
const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];
const u64 = (value: number): number[] => [...u32(value), 0, 0, 0, 0];

/** An ELF64 for a machine with these sections; `pvh` adds Xen's note. */
export const elf = ({ machine = 62, sections = [] as string[], pvh = false } = {}): Buffer => {
  const names = ['', ...sections, '.shstrtab'];
  const strings = Buffer.from(`${names.join('\0')}\0`, 'latin1');
  const offsets = names.map((_, index) => names.slice(0, index).join('\0').length + (index > 0 ? 1 : 0));
  const note = Buffer.concat([Buffer.from([...u32(4), ...u32(4), ...u32(18)]), Buffer.from('Xen\0', 'latin1'), Buffer.from(u32(0x100000))]);
  const tableAt = 0x400;
  const table = Buffer.concat(names.map((name, index) => bytes(64, { 0: u32(offsets[index] ?? 0), 24: u64(name === '.shstrtab' ? 0x200 : 0), 32: u64(name === '.shstrtab' ? strings.length : 0) })));
  return bytes(tableAt + table.length, {
    0: [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1],
    16: [...u16(2), ...u16(machine)],
    32: u64(64),
    40: u64(tableAt),
    54: [...u16(56), ...u16(pvh ? 1 : 0)],
    58: [...u16(64), ...u16(names.length), ...u16(names.length - 1)],
    64: u32(4),
    72: u64(0x180),
    96: u64(note.length),
    0x180: note,
    0x200: strings,
    [tableAt]: table,
  });
};

/** A PE32+ for x86-64 of this subsystem; `debug` gives it a debug directory. */
export const pe = ({ subsystem = 10, debug = false } = {}): Buffer =>
  bytes(1024, { 0: 'MZ', 60: u32(128), 128: 'PE\0\0', 132: u16(0x8664), 148: u16(240), 152: u16(0x20b), 220: u16(subsystem), 260: u32(16), 312: debug ? [...u32(0x1000), ...u32(28)] : [] });

/** An ISO 9660 image whose El Torito catalogue has entries for these platforms. */
export const iso = (platforms: readonly number[]): Buffer => {
  const [first = 0, ...more] = platforms;
  return bytes(20 * 2048, {
    [16 * 2048]: '\x01CD001',
    [17 * 2048]: '\0CD001\x01EL TORITO SPECIFICATION',
    [17 * 2048 + 0x47]: u32(19),
    [19 * 2048]: [1, first],
    [19 * 2048 + 32]: [0x88],
    ...Object.fromEntries(more.map((platform, index) => [19 * 2048 + 64 + index * 64, [index === more.length - 1 ? 0x91 : 0x90, platform, 1, 0]])),
  });
};

/** A GPT disk with one partition of this type; `code` stands in the master boot record. */
export const gpt = ({ type = '28732ac11ff8d211ba4b00a0c93ec93b', code = [] as number[] } = {}): Buffer =>
  bytes(4 * 512, { 0: code, 446: [0, 0, 2, 0, 0xee], 510: [0x55, 0xaa], 512: 'EFI PART', [512 + 72]: u64(2), [512 + 80]: [...u32(1), ...u32(128)], 1024: Buffer.from(type, 'hex') });

export const bzImage = (): Buffer => bytes(1024, { 0: 'MZ', 0x1fe: [0x55, 0xaa], 0x202: 'HdrS' });

/** Writes a tree into a new temporary folder. */
export const tree = (files: Readonly<Record<string, string | Buffer>>): string => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-detect-'));
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), content);
  }
  return root;
};
