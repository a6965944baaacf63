import { failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import { Cursor } from '../bytes/cursor';
import type { SectionBytes } from '../bytes/section-bytes';
import { FORM } from './constants';
import type { DwarfFile } from './dwarf-file';
import { joinPath } from './paths';

/** DW_LNCT_* of DWARF 5, section 6.2.4.1. */
const LNCT = { path: 1, directory: 2 } as const;

/** A file or directory name that is looked up only when asked for: an offset in .debug_line_str, or -1 - an offset in .debug_str. A kernel has half a million. */
type Name = string | number;

/** The fixed part of one line number program: how to run it, and its files. Versions 2 to 5. */
export class LineHeader {
  readonly version: number;
  readonly addressSize: number;
  readonly minimumInstruction: number;
  readonly maximumOperations: number;
  readonly defaultIsStatement: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  readonly operandCounts: Uint8Array;
  readonly programStart: number;
  readonly programEnd: number;
  private readonly directories: Name[] = [];
  private readonly fileNames: Name[] = [];
  private readonly fileDirectories: number[] = [];
  private readonly paths: (string | undefined)[] = [];

  constructor(
    private readonly file: DwarfFile,
    readonly section: SectionBytes,
    offset: number,
    unitAddressSize: number,
    private readonly compilationDirectory: string,
    private readonly stringOffsetsBase: number,
    private readonly unitOffsetSize: 4 | 8,
  ) {
    const cursor = new Cursor(section, offset);
    let offsetSize: 4 | 8 = 4;
    let length = cursor.u32();
    if (length === 0xffffffff) {
      offsetSize = 8;
      length = cursor.size64();
    }
    this.programEnd = cursor.position + length;
    if (this.programEnd > section.size) throw section.damaged(offset, `length ${length}`);
    cursor.end = this.programEnd;
    this.version = cursor.u16();
    if (this.version < 2 || this.version > 5)
      throw failure(imageErrors.unsupportedDwarf, { file: section.file, version: this.version, section: section.name, offset: `0x${offset.toString(16)}` });
    this.addressSize = unitAddressSize;
    if (this.version >= 5) {
      this.addressSize = cursor.u8();
      cursor.u8();
    }
    const headerLength = cursor.offset(offsetSize);
    this.programStart = cursor.position + headerLength;
    if (this.programStart > this.programEnd) throw section.damaged(offset, `header length ${headerLength}`);
    this.minimumInstruction = cursor.u8();
    this.maximumOperations = this.version >= 4 ? Math.max(1, cursor.u8()) : 1;
    this.defaultIsStatement = cursor.u8() !== 0;
    this.lineBase = cursor.i8();
    this.lineRange = cursor.u8();
    this.opcodeBase = cursor.u8();
    if (this.lineRange === 0) throw section.damaged(offset, 'line range 0');
    this.operandCounts = Uint8Array.from(cursor.bytes(Math.max(0, this.opcodeBase - 1)));
    cursor.end = this.programStart;
    if (this.version >= 5) this.readTables(cursor, offsetSize);
    else this.readOldTables(cursor);
  }

  /** Number of file entries; in version 5 they count from 0, before that from 1 (entry 0 is unused). */
  get fileCount(): number {
    return this.fileNames.length;
  }

  /** Absolute normalised path of a file entry; '' when there is none. */
  path(index: number): string {
    const known = this.paths[index];
    if (known !== undefined) return known;
    const name = this.fileNames[index];
    let result = '';
    if (name !== undefined) {
      const directoryIndex = this.fileDirectories[index] ?? 0;
      const directory = this.directories[directoryIndex];
      const text = directory === undefined ? '' : this.text(directory);
      result = joinPath(this.baseDirectory(), this.version >= 5 && directoryIndex === 0 ? '' : text, this.text(name));
    }
    this.paths[index] = result;
    return result;
  }

  /** Version 5 names the compilation directory again as directory 0, maybe relative like the unit's own. */
  private baseDirectory(): string {
    const first = this.version >= 5 ? this.directories[0] : undefined;
    const text = first === undefined ? '' : this.text(first);
    return this.compilationDirectory === text || this.compilationDirectory.endsWith(`/${text}`) ? this.compilationDirectory : joinPath(this.compilationDirectory, text);
  }

  /** Last component of a file entry's name, without building its path. */
  baseName(index: number): string {
    const name = this.fileNames[index];
    if (name === undefined) return '';
    const text = this.text(name);
    return text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1);
  }

  /** Adds a file that the program itself defines (DW_LNE_define_file). */
  defineFile(name: string, directory: number): void {
    this.fileNames.push(name);
    this.fileDirectories.push(directory);
  }

  private text(name: Name): string {
    if (typeof name === 'string') return name;
    return name >= 0 ? this.file.string('.debug_line_str', name) : this.file.string('.debug_str', -1 - name);
  }

  private readOldTables(cursor: Cursor): void {
    this.directories.push('');
    for (let name = cursor.string(); name !== ''; name = cursor.string()) this.directories.push(name);
    this.fileNames.push('');
    this.fileDirectories.push(0);
    for (let name = cursor.string(); name !== ''; name = cursor.string()) {
      this.fileNames.push(name);
      this.fileDirectories.push(cursor.uleb());
      cursor.uleb();
      cursor.uleb();
    }
  }

  private readTables(cursor: Cursor, offsetSize: 4 | 8): void {
    for (const directories of [true, false]) {
      const formats: { content: number; form: number }[] = [];
      for (let n = cursor.u8(); n > 0; n--) formats.push({ content: cursor.uleb(), form: cursor.uleb() });
      const count = cursor.uleb();
      if (formats.length === 0 && count > 0) throw cursor.section.damaged(cursor.position, 'entries without a format');
      for (let i = 0; i < count; i++) {
        let name: Name = '';
        let directory = 0;
        for (const { content, form } of formats) {
          if (content === LNCT.path) name = this.readName(cursor, form, offsetSize);
          else if (content === LNCT.directory) directory = this.readNumber(cursor, form, offsetSize);
          else this.readNumber(cursor, form, offsetSize);
        }
        if (directories) this.directories.push(name);
        else {
          this.fileNames.push(name);
          this.fileDirectories.push(directory);
        }
      }
    }
  }

  private readName(cursor: Cursor, form: number, offsetSize: 4 | 8): Name {
    const indexed = (index: number): Name => -1 - this.file.stringOffset(this.stringOffsetsBase, index, this.unitOffsetSize);
    switch (form) {
      case FORM.string:
        return cursor.string();
      case FORM.line_strp:
        return cursor.offset(offsetSize);
      case FORM.strp:
        return -1 - cursor.offset(offsetSize);
      case FORM.strx:
        return indexed(cursor.uleb());
      case FORM.strx1:
        return indexed(cursor.u8());
      case FORM.strx2:
        return indexed(cursor.u16());
      case FORM.strx3:
        return indexed(cursor.u24());
      case FORM.strx4:
        return indexed(cursor.u32());
      default:
        throw cursor.section.damaged(cursor.position, `form ${form} of a file name`);
    }
  }

  /** A number, or 0 for what is passed over: checksums and, in vendors' columns, text. */
  private readNumber(cursor: Cursor, form: number, offsetSize: 4 | 8): number {
    switch (form) {
      case FORM.udata:
        return cursor.uleb();
      case FORM.data1:
        return cursor.u8();
      case FORM.data2:
        return cursor.u16();
      case FORM.data4:
        return cursor.u32();
      case FORM.data8:
        return cursor.size64();
      case FORM.data16:
        cursor.skip(16);
        return 0;
      case FORM.block:
        cursor.skip(cursor.uleb());
        return 0;
      default:
        this.readName(cursor, form, offsetSize);
        return 0;
    }
  }
}
