import { failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import type { FileBytes } from '../bytes/file';
import { SectionBytes } from '../bytes/section-bytes';

/** Layout: "The MSF File Format", llvm.org/docs/PDB/MsfFile.html. */
const magic = 'Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0';
const nil = 0xffff_ffff;
const superBlockSize = 56;

export const isMsf = (start: Uint8Array): boolean => Buffer.from(start).toString('latin1').startsWith('Microsoft C/C++ ');

/** The container of a PDB: numbered streams, each a list of blocks of the file, read when first asked for. */
export class Msf {
  private readonly blockSize: number;
  private readonly blockCount: number;
  private readonly directory: Buffer;
  /** Of each stream: size in bytes, and where its block list starts in the directory. */
  private readonly sizes: Uint32Array;
  private readonly lists: Uint32Array;
  private readonly opened = new Map<number, SectionBytes>();

  /** Errors: BS204 for a damaged container, BS209 for another version of the format or a file that has just begun. */
  constructor(readonly file: FileBytes) {
    const header = file.read(0, Math.min(superBlockSize, file.size)) ?? Buffer.alloc(0);
    if (header.toString('latin1', 0, magic.length) !== magic)
      throw failure(imageErrors.pdbUnsupported, { symbols: file.path, reason: 'it is not in the MSF 7.00 format' });
    if (header.length < superBlockSize) throw failure(imageErrors.pdbUnsupported, { symbols: file.path, reason: 'its first block is cut off' });
    this.blockSize = header.readUInt32LE(32);
    if (this.blockSize < 512 || this.blockSize > 65536 || (this.blockSize & (this.blockSize - 1)) !== 0) throw this.damaged(32, `block size ${this.blockSize}`);
    this.blockCount = Math.min(header.readUInt32LE(40), Math.ceil(file.size / this.blockSize));
    const directorySize = header.readUInt32LE(44);
    if (directorySize > file.size || directorySize < 4) throw this.damaged(44, `stream directory of ${directorySize} bytes`);
    const mapAt = header.readUInt32LE(52) * this.blockSize;
    const map = file.read(mapAt, Math.ceil(directorySize / this.blockSize) * 4);
    if (!map) throw this.damaged(52, 'the block map lies outside the file');
    this.directory = this.gather(directorySize, map, 0, mapAt);
    const count = this.directory.readUInt32LE(0);
    if (4 + count * 4 > directorySize) throw this.damaged(mapAt, `a directory of ${count} streams does not fit`);
    this.sizes = new Uint32Array(count);
    this.lists = new Uint32Array(count);
    let at = 4 + count * 4;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const size = this.directory.readUInt32LE(4 + i * 4);
      this.sizes[i] = size === nil ? 0 : size;
      this.lists[i] = at;
      total += this.sizes[i] as number;
      at += Math.ceil((this.sizes[i] as number) / this.blockSize) * 4;
    }
    // A block belongs to one stream only, so together they are no larger than the file.
    if (at > directorySize || total > file.size) throw this.damaged(mapAt, 'the streams do not fit in the file');
  }

  get streamCount(): number {
    return this.sizes.length;
  }

  /** A stream; undefined where there is none or it is empty. `label` says what it holds, for error messages. */
  stream(index: number, label: string): SectionBytes | undefined {
    const size = this.sizes[index] ?? 0;
    if (size === 0) return undefined;
    let stream = this.opened.get(index);
    if (!stream) {
      const list = this.lists[index] ?? 0;
      stream = SectionBytes.made(this.file.path, `PDB stream ${index} (${label})`, size, () => this.gather(size, this.directory, list, 0));
      this.opened.set(index, stream);
    }
    return stream;
  }

  missing(index: number, label: string): Error {
    return failure(imageErrors.pdbUnsupported, { symbols: this.file.path, reason: `it has no stream ${index} (${label})` });
  }

  /** Reads blocks in order; runs of neighbouring blocks in one go. */
  private gather(size: number, list: Buffer, at: number, origin: number): Buffer {
    const result = Buffer.allocUnsafeSlow(size);
    const count = Math.ceil(size / this.blockSize);
    for (let i = 0; i < count; ) {
      const first = list.readUInt32LE(at + i * 4);
      let run = 1;
      while (i + run < count && list.readUInt32LE(at + (i + run) * 4) === first + run) run++;
      const length = Math.min(run * this.blockSize, size - i * this.blockSize);
      const position = first * this.blockSize;
      if (first + run > this.blockCount || position + length > this.file.size) throw this.damaged(origin + at + i * 4, `block ${first} lies outside the file`);
      this.file.readInto(result, i * this.blockSize, position, length);
      i += run;
    }
    return result;
  }

  private damaged(offset: number, reason: string): Error {
    return failure(imageErrors.damagedHeader, { file: this.file.path, offset: `0x${offset.toString(16)}`, reason });
  }
}
