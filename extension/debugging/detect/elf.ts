import type { ReadAt } from './read-at';

const x8664 = 62;
const noteSegment = 4;
/** Xen's note that gives a kernel's PVH entry; QEMU's `-kernel` starts such an ELF (hw/i386/x86.c, load_elfboot). */
const physicalEntryNote = 18;
const mostSections = 4096;

/** What is worth knowing of an executable ELF64 for x86-64; undefined for any other file. Layout: System V gABI, chapters 4 and 5. */
export async function elfFacts(read: ReadAt): Promise<{ debugInfo: boolean; pvh: boolean } | undefined> {
  const header = await read(0, 64);
  if (header.length < 64 || header[4] !== 2 || header[5] !== 1) return undefined;
  const type = header.readUInt16LE(16);
  if ((type !== 2 && type !== 3) || header.readUInt16LE(18) !== x8664) return undefined;
  return { debugInfo: await hasDebugInfo(header, read), pvh: await hasPvhEntry(header, read) };
}

async function hasDebugInfo(header: Buffer, read: ReadAt): Promise<boolean> {
  const [start, size, count, names] = [Number(header.readBigUInt64LE(40)), header.readUInt16LE(58), header.readUInt16LE(60), header.readUInt16LE(62)];
  if (start === 0 || size < 64 || count === 0 || count > mostSections || names >= count) return false;
  const table = await read(start, size * count);
  if (table.length < size * count) return false;
  const strings = await read(Number(table.readBigUInt64LE(names * size + 24)), Number(table.readBigUInt64LE(names * size + 32)));
  for (let at = 0; at < table.length; at += size) {
    const offset = table.readUInt32LE(at);
    const end = strings.indexOf(0, offset);
    const name = end < 0 ? '' : strings.toString('latin1', offset, end);
    if (name === '.debug_info' || name === '.zdebug_info') return true;
  }
  return false;
}

async function hasPvhEntry(header: Buffer, read: ReadAt): Promise<boolean> {
  const [start, size, count] = [Number(header.readBigUInt64LE(32)), header.readUInt16LE(54), header.readUInt16LE(56)];
  if (size < 56 || count > mostSections) return false;
  const table = await read(start, size * count);
  for (let at = 0; at + size <= table.length; at += size) {
    if (table.readUInt32LE(at) !== noteSegment) continue;
    const notes = await read(Number(table.readBigUInt64LE(at + 8)), Number(table.readBigUInt64LE(at + 32)));
    for (let note = 0; note + 12 <= notes.length; ) {
      const [nameSize, valueSize, type] = [notes.readUInt32LE(note), notes.readUInt32LE(note + 4), notes.readUInt32LE(note + 8)];
      if (type === physicalEntryNote && notes.toString('latin1', note + 12, note + 15) === 'Xen') return true;
      note += 12 + 4 * Math.ceil(nameSize / 4) + 4 * Math.ceil(valueSize / 4);
    }
  }
  return false;
}
