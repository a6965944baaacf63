import path from 'node:path';
import type { Image, Segment } from '../../debug-adapter/images/image';

/**
 * How far the image was moved, for each line of a log: as the log says it, or lets know by names beside its addresses; undefined where it
 * does neither. A program may run several times in one log: what a line tells of its place counts up to the next that does.
 */
export const offsetsIn = (image: Image, lines: readonly string[]): readonly (bigint | undefined)[] => {
  const kernel = kernelOffset(lines);
  if (kernel !== undefined || image.type !== 'dyn') return lines.map(() => kernel ?? 0n);
  const told = lines.map((line) => toldBy(image, line));
  const first = told.find((offset) => offset !== undefined) ?? programOffset(image, lines);
  let current = first;
  return told.map((offset) => (current = offset ?? current));
};

/** Whether a name in a log is that of the image's file; its debug file may stand for it. */
export const isNameOf = (image: Image, name: string): boolean => {
  const own = path.basename(image.path);
  const wanted = path.posix.basename(name);
  return wanted === own || `${wanted}.debug` === own;
};

/** As Linux prints it behind its panics (arch/x86/kernel/setup.c, dump_kernel_offset). */
const kernelOffset = (lines: readonly string[]): bigint | undefined => {
  const found = lines.map((line) => /Kernel Offset: (0x[0-9a-f]+) from 0x[0-9a-f]+/i.exec(line)?.[1]).find((text) => text !== undefined);
  return found === undefined ? undefined : BigInt(found);
};

/** `NAME(+0xOFFSET) [0xADDRESS]` of a C library's backtrace (glibc debug/backtracesyms.c): how far the address is from where the object was linked for. */
const cFrame = /(\S+)\(\+(0x[0-9a-f]+)\)\s*\[(0x[0-9a-f]+)\]/i;
/** A line of `/proc/PID/maps` (proc(5)): start, end, flags, offset in the file, device, inode, path. */
const mapping = /\b([0-9a-f]{6,16})-[0-9a-f]{6,16} [r-][w-][x-][ps] ([0-9a-f]{8,16}) [0-9a-f]+:[0-9a-f]+ \d+\s+(\S+)/i;
/** Of a fault in user code Linux tells the mapping: `ip 55… … in NAME[START+SIZE]`, later also what offset in the file it is (mm/memory.c, print_vma_addr). */
const fault = /\bip[ :]([0-9a-f]{6,16})\b.* in (\S+?)\[(?:([0-9a-f]+),)?([0-9a-f]{6,16})\+[0-9a-f]+\]/i;

const toldBy = (image: Image, line: string): bigint | undefined => {
  const frame = cFrame.exec(line);
  if (frame) return isNameOf(image, frame[1] ?? '') ? BigInt(frame[3] ?? 0) - BigInt(frame[2] ?? 0) : undefined;
  const map = mapping.exec(line);
  if (map) return isNameOf(image, map[3] ?? '') ? whole(hex(map[1]) - linkedAt(image, Number(hex(map[2])))) : undefined;
  const [, ip, name = '', inFile, start] = fault.exec(line) ?? [];
  if (ip === undefined || !isNameOf(image, name)) return undefined;
  if (inFile !== undefined) return whole(hex(ip) - linkedAt(image, Number(hex(inFile))));
  // The mapping is that of the one segment with code.
  const code = image.segments.filter(({ executable }) => executable);
  return code.length === 1 ? whole(hex(start) - pageOf((code[0] as Segment).virtualAddress)) : undefined;
};

const hex = (text: string | undefined): bigint => BigInt(`0x${text ?? '0'}`);
const pageSize = 4096n;
const pageOf = (address: bigint): bigint => address - (address % pageSize);
/** Programs are moved by whole pages; what says otherwise speaks of another file. */
const whole = (offset: bigint | undefined): bigint | undefined => (offset !== undefined && offset >= 0n && offset % pageSize === 0n ? offset : undefined);

/** Linked address of a byte of the file; pages are mapped whole. A byte of no segment gives one that no offset comes out of. */
const linkedAt = (image: Image, fileOffset: number): bigint => {
  const size = Number(pageSize);
  const within = ({ fileOffset: start, fileSize }: Segment): boolean => fileOffset >= start - (start % size) && fileOffset < start + fileSize;
  const segment = [...image.segments].sort((a, b) => Number(b.executable) - Number(a.executable)).find(within);
  return segment ? segment.virtualAddress + BigInt(fileOffset - segment.fileOffset) : 1n << 64n;
};

/** A frame of Rust's library with its address (library/std/src/../backtrace/src/print.rs, PrintFmt::Full). */
const rustFrame = /^\s*\d+:\s+0x([0-9a-f]{6,16}) - (.+?)\s*$/i;
/** Of a name with more places than that none tells anything. */
const mostPlaces = 16;

/**
 * The one offset, a multiple of a page, at which most frames of a program's backtrace lie in the functions that they name; undefined where
 * no or not a single one does.
 */
const programOffset = (image: Image, lines: readonly string[]): bigint | undefined => {
  const votes = new Map<bigint, number>();
  for (const line of lines) {
    const [, address = '', name = ''] = rustFrame.exec(line) ?? [];
    if (name === '') continue;
    const places = image.symbols.named(plainName(name)).filter(({ kind, size }) => kind === 'function' && size > 0);
    if (places.length > mostPlaces) continue;
    for (const { address: start, size } of places) {
      // A return address may be the one behind the function's last instruction.
      const last = BigInt(`0x${address}`) - start;
      for (let offset = last - (last % pageSize); offset >= 0n && last - offset <= BigInt(size); offset -= pageSize) votes.set(offset, (votes.get(offset) ?? 0) + 1);
    }
  }
  const [first, second] = [...votes].sort(([, a], [, b]) => b - a);
  return first && (second === undefined || second[1] < first[1]) ? first[0] : undefined;
};

/** Without what tells crates and instances apart: the hash behind a legacy name, the disambiguator of a crate in a v0 one. */
const plainName = (name: string): string => name.replace(/::h[0-9a-f]{16}$/, '').replace(/\[[0-9a-f]{8,16}\]/g, '');
