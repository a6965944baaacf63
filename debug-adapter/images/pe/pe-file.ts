import type { SectionSource } from '../elf/sections';
import { toNumber } from '../bytes/address';
import type { FileBytes } from '../bytes/file';
import { SectionBytes } from '../bytes/section-bytes';
import { readPeHeaders } from './headers';
import type { PeDirectory, PeHeaders } from './headers';

export interface PdbReference {
  readonly guid: string;
  readonly age: number;
  readonly path: string;
}

/** One PE file. */
export class PeFile implements SectionSource {
  readonly headers: PeHeaders;
  readonly pdb: PdbReference | undefined;
  private readonly made = new Map<string, SectionBytes | undefined>();

  constructor(readonly file: FileBytes) {
    this.headers = readPeHeaders(file);
    this.pdb = this.headers.directories.debug && this.readPdbReference(this.headers.directories.debug);
  }

  get path(): string {
    return this.file.path;
  }
  get hasDebugInfo(): boolean {
    return this.section('.debug_info') !== undefined;
  }

  /** The GUID and age that its linker gave this build, as one number in hex; undefined where it gave none. */
  get buildId(): string | undefined {
    return this.pdb && `${this.pdb.guid.replaceAll('-', '').toLowerCase()}${this.pdb.age.toString(16)}`;
  }

  section(name: string): SectionBytes | undefined {
    if (!this.made.has(name)) {
      const found = this.headers.sections.find((s) => s.name === name && s.fileSize > 0);
      // File sections are padded to the file alignment; what counts is the smaller size.
      this.made.set(name, found && SectionBytes.ofFile(this.file, name, found.fileOffset, Math.min(found.virtualSize, found.fileSize)));
    }
    return this.made.get(name);
  }

  addressOf(name: string): number | undefined {
    const found = this.headers.sections.find((s) => s.name === name);
    return found && toNumber(this.headers.imageBase) + found.rva;
  }

  /** File bytes at an address relative to the image base. */
  bytesAt(rva: number, length: number): Buffer | undefined {
    for (const s of this.headers.sections)
      if (rva >= s.rva && rva + length <= s.rva + Math.min(s.fileSize, Math.max(s.virtualSize, 1))) return this.file.read(s.fileOffset + rva - s.rva, length);
    return undefined;
  }

  /** CodeView entry (type 2) of the debug directory: `RSDS`, GUID, age, path. Damaged ones are taken as missing. */
  private readPdbReference(directory: PeDirectory): PdbReference | undefined {
    const table = this.bytesAt(directory.rva, Math.min(directory.size, 28 * 32));
    for (let at = 0; table && at + 28 <= table.length; at += 28) {
      if (table.readUInt32LE(at + 12) !== 2) continue;
      const content = this.file.read(table.readUInt32LE(at + 24), Math.min(table.readUInt32LE(at + 16), 4096));
      if (!content || content.length < 25 || content.toString('latin1', 0, 4) !== 'RSDS') continue;
      const hex = (from: number, to: number, swap: boolean): string => {
        const bytes = Buffer.from(content.subarray(from, to));
        return (swap ? bytes.reverse() : bytes).toString('hex').toUpperCase();
      };
      const guid = [hex(4, 8, true), hex(8, 10, true), hex(10, 12, true), hex(12, 14, false), hex(14, 20, false)].join('-');
      const end = content.indexOf(0, 24);
      return { guid, age: content.readUInt32LE(20), path: content.toString('utf8', 24, end < 0 ? content.length : end) };
    }
    return undefined;
  }
}
