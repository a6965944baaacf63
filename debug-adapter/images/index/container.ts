import fs from 'node:fs';
import { crc32 } from '../bytes/crc32';
import { DamagedIndex } from './tables';
import type { Tables } from './tables';

/**
 * A file of named tables, checked block by block as it is read: a look-up touches a few kilobytes of many megabytes.
 *
 * Header: magic, block size, length of the directory, its checksum; directory (JSON): identity, tables, checksum of each
 * block; then the tables, each beginning at a block.
 */
const magic = 0x58495342; // "BSIX"
const headerSize = 16;
const blockSize = 1 << 14;
const largestDirectory = 1 << 24;
/** Blocks kept in memory. */
const mostBlocks = 64;

interface Directory {
  readonly identity: string;
  readonly tables: Readonly<Record<string, { readonly block: number; readonly size: number }>>;
  readonly checksums: readonly number[];
}

/** The bytes of a container, in pieces to write one after another. */
export const containerPieces = (identity: string, tables: Readonly<Record<string, Uint8Array>>): Uint8Array[] => {
  const places: Record<string, { block: number; size: number }> = {};
  const checksums: number[] = [];
  const pieces: Uint8Array[] = [];
  for (const [name, content] of Object.entries(tables)) {
    places[name] = { block: checksums.length, size: content.length };
    for (let at = 0; at < content.length; at += blockSize) checksums.push(crc32(content.subarray(at, at + blockSize)));
    const rest = content.length % blockSize;
    pieces.push(content);
    if (rest > 0) pieces.push(new Uint8Array(blockSize - rest));
  }
  const directory = Buffer.from(JSON.stringify({ identity, tables: places, checksums } satisfies Directory));
  const header = Buffer.alloc(headerSize);
  header.writeUInt32LE(magic, 0);
  header.writeUInt32LE(blockSize, 4);
  header.writeUInt32LE(directory.length, 8);
  header.writeUInt32LE(crc32(directory), 12);
  return [header, directory, ...pieces];
};

/** Whether the user's own: what another wrote into a shared cache could lead look-ups anywhere. Systems without user numbers keep caches apart. */
const isOwn = (descriptor: number): boolean => process.getuid === undefined || fs.fstatSync(descriptor).uid === process.getuid();

const isDirectory = (value: unknown): value is Directory => {
  if (typeof value !== 'object' || value === null) return false;
  const { identity, tables, checksums } = value as Partial<Directory>;
  return typeof identity === 'string' && typeof tables === 'object' && Array.isArray(checksums);
};

export class Container implements Tables {
  private readonly blocks = new Map<number, Buffer>();

  private constructor(
    private readonly descriptor: number,
    private readonly directory: Directory,
    private readonly start: number,
  ) {}

  /** Opens a container of that identity and of this user; undefined where there is none. Throws DamagedIndex. */
  static open(path: string, identity: string): Container | undefined {
    let descriptor: number;
    try {
      descriptor = fs.openSync(path, 'r');
    } catch {
      return undefined;
    }
    try {
      if (!isOwn(descriptor)) throw new DamagedIndex('owner');
      const header = readExactly(descriptor, 0, headerSize);
      const length = header.readUInt32LE(8);
      if (header.readUInt32LE(0) !== magic || header.readUInt32LE(4) !== blockSize || length > largestDirectory) throw new DamagedIndex('header');
      const bytes = readExactly(descriptor, headerSize, length);
      if (crc32(bytes) !== header.readUInt32LE(12)) throw new DamagedIndex('directory');
      const directory: unknown = JSON.parse(bytes.toString('utf8'));
      if (!isDirectory(directory) || directory.identity !== identity) throw new DamagedIndex('identity');
      return new Container(descriptor, directory, headerSize + length);
    } catch (error) {
      fs.closeSync(descriptor);
      throw error;
    }
  }

  size(table: string): number {
    return this.directory.tables[table]?.size ?? 0;
  }

  read(table: string, at: number, length: number): Buffer {
    const place = this.directory.tables[table];
    if (!place || at < 0 || length < 0 || at + length > place.size) throw new DamagedIndex(`${table} ends before ${at + length}`);
    if (length > blockSize * 2) return this.span(place, at, length);
    const result = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const index = Math.floor((at + done) / blockSize);
      const block = this.block(place.block + index, Math.min(blockSize, place.size - index * blockSize));
      const from = (at + done) % blockSize;
      done += block.copy(result, done, from, Math.min(block.length, from + length - done));
    }
    return result;
  }

  close(): void {
    fs.closeSync(this.descriptor);
  }

  /** Much of a table in one go; blocks read so are not kept. */
  private span(place: { readonly block: number; readonly size: number }, at: number, length: number): Buffer {
    const first = Math.floor(at / blockSize);
    const from = first * blockSize;
    const until = Math.min(place.size, Math.ceil((at + length) / blockSize) * blockSize);
    const bytes = readExactly(this.descriptor, this.start + place.block * blockSize + from, until - from);
    for (let i = 0; i * blockSize < bytes.length; i++)
      if (crc32(bytes.subarray(i * blockSize, (i + 1) * blockSize)) !== this.directory.checksums[place.block + first + i]) throw new DamagedIndex(`block ${place.block + first + i}`);
    return bytes.subarray(at - from, at - from + length);
  }

  private block(index: number, length: number): Buffer {
    const known = this.blocks.get(index);
    if (known) return known;
    const bytes = readExactly(this.descriptor, this.start + index * blockSize, length);
    if (crc32(bytes) !== this.directory.checksums[index]) throw new DamagedIndex(`block ${index}`);
    if (this.blocks.size >= mostBlocks) this.blocks.clear();
    this.blocks.set(index, bytes);
    return bytes;
  }
}

const readExactly = (descriptor: number, position: number, length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const got = fs.readSync(descriptor, bytes, done, length - done, position + done);
    if (got === 0) throw new DamagedIndex(`ends at ${position + done}`);
    done += got;
  }
  return bytes;
};
