import fs from 'node:fs';
import type { Machine } from '../../../debug-adapter/machine/machine';
import { scratchFile } from './harness';

/** A program header (ELF-64, elf.h). */
interface Segment {
  readonly type: number;
  readonly offset: bigint;
  readonly virtual: bigint;
  readonly physical: bigint;
  readonly stored: bigint;
  readonly size: bigint;
}

const note = 4;
const load = 1;
const headerSize = 56;

const segmentsOf = (file: number): Segment[] => {
  const at = (offset: bigint, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    fs.readSync(file, bytes, 0, length, offset);
    return bytes;
  };
  const header = at(0n, 64);
  // More than 65,534 are counted in the first section header.
  const counted = header.readUInt16LE(56);
  const count = counted === 0xffff ? at(header.readBigUInt64LE(40), 64).readUInt32LE(44) : counted;
  const table = at(header.readBigUInt64LE(32), count * headerSize);
  return Array.from({ length: count }, (_, i) => {
    const word = (place: number): bigint => table.readBigUInt64LE(i * headerSize + place);
    return { type: table.readUInt32LE(i * headerSize), offset: word(8), virtual: word(16), physical: word(24), stored: word(32), size: word(40) };
  });
};

const encoded = ({ type, offset, virtual, physical, stored, size }: Segment): Buffer => {
  const bytes = Buffer.alloc(headerSize);
  bytes.writeUInt32LE(type);
  bytes.writeUInt32LE(7, 4);
  [offset, virtual, physical, stored, size].forEach((value, i) => bytes.writeBigUInt64LE(value, 8 + 8 * i));
  return bytes;
};

/** Has the file's header name a new table of segments, behind all else. */
const writeSegments = (file: number, segments: readonly Segment[]): void => {
  if (segments.length >= 0xffff) throw new Error(`${segments.length} mappings are too many for an ELF header`);
  const table = fs.fstatSync(file).size;
  fs.writeSync(file, Buffer.concat(segments.map(encoded)), 0, segments.length * headerSize, table);
  const header = Buffer.alloc(64);
  fs.readSync(file, header, 0, 64, 0);
  header.writeBigUInt64LE(BigInt(table), 32);
  header.writeUInt16LE(segments.length, 56);
  header.fill(0, 60);
  header.writeBigUInt64LE(0n, 40);
  fs.writeSync(file, header, 0, 64, 0);
};

/** QEMU gives every mapping an address of the upper half (target/i386/arch_memory_mapping.c, walk_pml4e). */
const canonical = (virtual: bigint): bigint => (virtual >> 47n === 0x1fffen ? virtual & ((1n << 47n) - 1n) : virtual);

/**
 * What a stopped machine holds as a core file: memory at its virtual addresses, by QEMU's own walk of the page tables, and registers; its path. QEMU (dump/dump.c,
 * get_offset_range) stores of a mapping over several blocks of memory, as over PC's hole below 1 MiB, the first block only; where it has done so, the mappings are laid
 * over the blocks of a second dump, by physical addresses.
 */
export const dumpGuest = async (machine: Machine): Promise<string> => {
  const mapped = scratchFile('mapped.core');
  await machine.monitor(`dump-guest-memory -p ${mapped}`);
  fs.chmodSync(mapped, 0o600);
  const mappedFile = fs.openSync(mapped, 'r+');
  const segments = segmentsOf(mappedFile).map((segment) => ({ ...segment, virtual: canonical(segment.virtual) }));
  const whole = segments.every(({ type, stored, size }) => type !== load || stored === size);
  if (whole) writeSegments(mappedFile, segments);
  fs.closeSync(mappedFile);
  if (whole) return mapped;
  fs.rmSync(mapped);
  const flat = scratchFile('flat.core');
  await machine.monitor(`dump-guest-memory ${flat}`);
  fs.chmodSync(flat, 0o600);
  const file = fs.openSync(flat, 'r+');
  const blocks = segmentsOf(file);
  const pieces = segments
    .filter(({ type }) => type === load)
    .flatMap(({ virtual, physical, size }) =>
      blocks.flatMap((block) => {
        const start = block.physical > physical ? block.physical : physical;
        const end = block.physical + block.stored < physical + size ? block.physical + block.stored : physical + size;
        return block.type !== load || start >= end ? [] : [{ type: load, offset: block.offset + start - block.physical, virtual: virtual + start - physical, physical: start, stored: end - start, size: end - start }];
      }),
    );
  const headers = [...blocks.filter(({ type }) => type === note), ...pieces];
  writeSegments(file, headers);
  fs.closeSync(file);
  return flat;
};

/** Where general registers stand in the `pr_reg` of a core file's NT_PRSTATUS, in words (Linux arch/x86/include/asm/user_64.h: user_regs_struct), and that in its note, in bytes. */
const words = ['r15', 'r14', 'r13', 'r12', 'rbp', 'rbx', 'r11', 'r10', 'r9', 'r8', 'rax', 'rcx', 'rdx', 'rsi', 'rdi', 'orig_rax', 'rip', 'cs', 'rflags', 'rsp', 'ss'];
const registersAt = 112;
const status = 1;

/** Puts other registers into the first processor of a core file. */
export const setRegisters = (dump: string, registers: Readonly<Record<string, string>>): void => {
  fs.chmodSync(dump, 0o600);
  const file = fs.openSync(dump, 'r+');
  try {
    const notes = segmentsOf(file).find(({ type }) => type === note);
    const header = Buffer.alloc(12);
    fs.readSync(file, header, 0, 12, Number(notes?.offset ?? 0n));
    if (header.readUInt32LE(8) !== status) throw new Error(`${dump} does not begin with the registers of a processor`);
    const start = Number(notes?.offset) + 12 + ((header.readUInt32LE(0) + 3) & ~3) + registersAt;
    for (const [name, value] of Object.entries(registers)) {
      const word = Buffer.alloc(8);
      word.writeBigUInt64LE(BigInt(value));
      const at = words.indexOf(name);
      if (at < 0) throw new Error(`a core file has no ${name}`);
      fs.writeSync(file, word, 0, 8, start + 8 * at);
    }
  } finally {
    fs.closeSync(file);
  }
};
