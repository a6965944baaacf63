import { failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import { inflate } from '../bytes/compression';
import type { FileBytes } from '../bytes/file';
import { SectionBytes } from '../bytes/section-bytes';
import { SHF, SHT } from './headers';
import { isRelocated, relocated } from './relocate';
import type { ElfHeaders, ElfSection } from './headers';

/** Where a DWARF reader finds its sections, whatever the file format. */
export interface SectionSource {
  readonly path: string;
  /** By ELF name (`.debug_info`); undefined when the file has none, or none with content. */
  section(name: string): SectionBytes | undefined;
  /** Linked address of a section, as the readers' signed double. */
  addressOf(name: string): number | undefined;
  /** Sections of debug information that are not in the file as they are used: compressed, or to be relocated. */
  packed?(): readonly SectionBytes[];
}

/** Sections that debug information and unwinding read. */
const isForDebugging = (name: string): boolean => /^\.z?debug_|^\.eh_frame$/.test(name);

/** Sections of which a file that is not linked has several of one name, a group for each type unit; what refers into one does so from itself. */
const hasUnits = /^\.debug_(info|types)(\.dwo)?$/;

/** Sections of an ELF file by name, decompressed on first use: SHF_COMPRESSED (gABI) and GNU's older `.zdebug_*`. */
export class ElfSections implements SectionSource {
  private readonly made = new Map<string, SectionBytes | undefined>();

  constructor(
    private readonly file: FileBytes,
    private readonly headers: ElfHeaders,
    /** Where a relocatable object's sections are laid out. */
    private readonly place: (section: number) => number = () => 0,
  ) {}

  get path(): string {
    return this.file.path;
  }

  section(name: string): SectionBytes | undefined {
    if (!this.made.has(name)) this.made.set(name, this.make(name));
    return this.made.get(name);
  }

  addressOf(name: string): number | undefined {
    const found = this.headers.sections.find((s) => s.name === name);
    return found && (this.headers.type === 'rel' ? this.place(found.index) : found.address);
  }

  packed(): readonly SectionBytes[] {
    const names = this.headers.sections.filter(({ name }) => isForDebugging(name)).map(({ name }) => name.replace(/^\.z/, '.'));
    return [...new Set(names)].flatMap((name) => {
      const section = this.section(name);
      return section?.isUnmade ? [section] : [];
    });
  }

  /** Raw content of one section, not decompressed. */
  content(section: ElfSection): SectionBytes | undefined {
    if (section.type === SHT.nobits) return undefined;
    // In an object by LLVM a damaged string table takes the names of all sections with it.
    const name = section.name === '' ? `number ${section.index}` : section.name;
    if (section.offset + section.size > this.file.size)
      throw failure(imageErrors.outOfSection, { file: this.path, section: name, offset: `0x${Math.max(0, this.file.size - section.offset).toString(16)}` });
    return SectionBytes.ofFile(this.file, name, section.offset, section.size);
  }

  private make(name: string): SectionBytes | undefined {
    const { sections } = this.headers;
    const plain = sections.filter((s) => s.name === name && s.type !== SHT.nobits && s.size > 0).slice(0, hasUnits.test(name) ? Infinity : 1);
    const parts = plain.flatMap((section) => this.used(section) ?? []);
    if (parts.length > 1) return SectionBytes.made(this.path, name, parts.reduce((sum, { size }) => sum + size, 0), () => Buffer.concat(parts.map((part) => part.whole())));
    if (plain.length > 0) return parts[0];
    const old = name.startsWith('.debug_') ? sections.find((s) => s.name === `.z${name.slice(1)}` && s.type !== SHT.nobits) : undefined;
    const content = old && this.content(old);
    return content && this.oldCompressed(content);
  }

  /** One section as it is used: decompressed, relocated. */
  private used(section: ElfSection): SectionBytes | undefined {
    const content = this.content(section);
    const bytes = content && (section.flags & SHF.compressed) !== 0n ? this.compressed(content) : content;
    if (!bytes || !isRelocated(this.headers, section)) return bytes;
    return SectionBytes.made(this.path, section.name, bytes.size, () => relocated(this.headers, section, bytes.whole(), (s) => this.content(s), this.place));
  }

  private compressed(content: SectionBytes): SectionBytes {
    const length = this.headers.wide ? 24 : 12;
    const header = content.peek(0, length);
    const method = header.readUInt32LE(0);
    const size = this.headers.wide ? Number(header.readBigUInt64LE(8)) : header.readUInt32LE(4);
    return SectionBytes.made(this.path, content.name, size, () => inflate(this.path, content.name, method, content.whole().subarray(length), size));
  }

  private oldCompressed(content: SectionBytes): SectionBytes {
    const header = content.peek(0, 12);
    if (header.toString('latin1', 0, 4) !== 'ZLIB') return content;
    const size = Number(header.readBigUInt64BE(4));
    return SectionBytes.made(this.path, content.name, size, () => inflate(this.path, content.name, 1, content.whole().subarray(12), size));
  }
}
