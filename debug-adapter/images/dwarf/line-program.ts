import { lastAtOrBelow, readAddress } from '../bytes/address';
import { leb, readUleb } from './forms';
import type { LineHeader } from './line-header';

export const rowFlags = { statement: 1, prologueEnd: 2, endSequence: 4 } as const;

const LNS = { copy: 1, advancePc: 2, advanceLine: 3, setFile: 4, setColumn: 5, negateStatement: 6, setBasicBlock: 7, constAddPc: 8, fixedAdvancePc: 9, setPrologueEnd: 10, setEpilogueBegin: 11, setIsa: 12 } as const;
const LNE = { endSequence: 1, setAddress: 2, defineFile: 3, setDiscriminator: 4 } as const;

/** Rows of one line number program as columns, sequences in ascending order of address. */
export interface LineRows {
  readonly count: number;
  /** Signed doubles, see bytes/address. */
  readonly address: Float64Array;
  readonly file: Uint32Array;
  readonly line: Uint32Array;
  readonly column: Uint16Array;
  readonly flags: Uint8Array;
}

class Columns {
  count = 0;
  address = new Float64Array(1024);
  file = new Uint32Array(1024);
  line = new Uint32Array(1024);
  column = new Uint16Array(1024);
  flags = new Uint8Array(1024);

  push(address: number, file: number, line: number, column: number, flags: number): void {
    const at = this.count++;
    if (at === this.address.length) this.grow();
    this.address[at] = address;
    this.file[at] = file;
    this.line[at] = line;
    this.column[at] = column;
    this.flags[at] = flags;
  }

  private grow(): void {
    const size = this.address.length * 2;
    const grown = <T extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    this.address = grown(this.address, new Float64Array(size));
    this.file = grown(this.file, new Uint32Array(size));
    this.line = grown(this.line, new Uint32Array(size));
    this.column = grown(this.column, new Uint16Array(size));
    this.flags = grown(this.flags, new Uint8Array(size));
  }
}

/**
 * Runs a line number program (DWARF 5, section 6.2). `dropped` tells addresses of code the linker left out.
 * As in gdb, rows that only tell blocks of one line apart (by discriminator) are not rows of their own.
 */
export const runLineProgram = (header: LineHeader, dropped: (address: number) => boolean): LineRows => {
  const { section, minimumInstruction, lineBase, lineRange, opcodeBase, operandCounts, programEnd: end } = header;
  const buffer = section.range(header.programStart, end);
  const view = section.view();
  const columns = new Columns();
  const sequences: { from: number; to: number; start: number }[] = [];
  const constAdvance = Math.floor((255 - opcodeBase) / lineRange) * minimumInstruction;
  let at = header.programStart;
  while (at < end) {
    const from = columns.count;
    let address = 0;
    let file = 1;
    let line = 1;
    let column = 0;
    let flags = header.defaultIsStatement ? rowFlags.statement : 0;
    let open = true;
    let discriminator = 0;
    /** Whether any row since the line last changed had a discriminator. */
    let discriminated = false;
    let lastLine = -1;
    let lastFile = -1;
    /** The last row's address, and whether any row there, also one left out, is a statement. */
    let lastAddress = -1;
    let statementThere = false;
    const emit = (): void => {
      const here = address === lastAddress;
      const isStatement = (flags & rowFlags.statement) !== 0;
      const before = here && statementThere;
      statementThere = before || isStatement;
      lastAddress = address;
      // Code of another file that does not begin a statement, where one begins: what the debugger shows is the statement.
      if (file !== lastFile && before && !isStatement) {
        discriminator = 0;
        flags &= ~rowFlags.prologueEnd;
        return;
      }
      if (line !== lastLine || file !== lastFile || !discriminated || flags & rowFlags.prologueEnd) columns.push(address, file, line, column, flags);
      lastLine = line;
      lastFile = file;
      discriminator = 0;
      flags &= ~rowFlags.prologueEnd;
    };
    const advanceLine = (delta: number): void => {
      if (delta !== 0) discriminated = discriminator !== 0;
      line += delta;
    };
    while (open && at < end) {
      const opcode = buffer[at++] as number;
      if (opcode >= opcodeBase) {
        const adjusted = opcode - opcodeBase;
        const advance = (adjusted / lineRange) | 0;
        address += advance * minimumInstruction;
        advanceLine(lineBase + (adjusted - advance * lineRange));
        emit();
        continue;
      }
      switch (opcode) {
        case 0: {
          const length = readUleb(buffer, at);
          const start = leb.next;
          at = start + length;
          if (length === 0 || at > end) throw section.damaged(start, 'extended opcode runs past the program');
          const extended = buffer[start];
          if (extended === LNE.endSequence) {
            columns.push(address, file, line, column, flags | rowFlags.endSequence);
            open = false;
          } else if (extended === LNE.setAddress) {
            if (length - 1 !== 4 && length - 1 !== 8) throw section.damaged(start, `address of ${length - 1} bytes`);
            address = readAddress(view, start + 1, length - 1);
          } else if (extended === LNE.setDiscriminator) {
            discriminator = readUleb(buffer, start + 1);
            discriminated ||= discriminator !== 0;
          } else if (extended === LNE.defineFile) {
            const nameEnd = buffer.indexOf(0, start + 1);
            if (nameEnd < 0 || nameEnd >= at) throw section.damaged(start, 'file name without end');
            header.defineFile(buffer.toString('utf8', start + 1, nameEnd), readUleb(buffer, nameEnd + 1));
          }
          break;
        }
        case LNS.copy:
          emit();
          break;
        case LNS.advancePc:
          address += readUleb(buffer, at) * minimumInstruction;
          at = leb.next;
          break;
        case LNS.advanceLine: {
          let shift = 1;
          let delta = 0;
          let byte: number;
          do {
            byte = buffer[at++] ?? 0;
            delta += (byte & 0x7f) * shift;
            shift *= 128;
          } while (byte >= 0x80 && at < end);
          advanceLine(byte & 0x40 ? delta - shift : delta);
          break;
        }
        case LNS.setFile:
          file = readUleb(buffer, at);
          at = leb.next;
          break;
        case LNS.setColumn:
          column = readUleb(buffer, at);
          at = leb.next;
          break;
        case LNS.negateStatement:
          flags ^= rowFlags.statement;
          break;
        case LNS.setBasicBlock:
        case LNS.setEpilogueBegin:
          break;
        case LNS.constAddPc:
          address += constAdvance;
          break;
        case LNS.fixedAdvancePc:
          address += view.getUint16(at, true);
          at += 2;
          break;
        case LNS.setPrologueEnd:
          flags |= rowFlags.prologueEnd;
          break;
        default:
          for (let n = opcode === LNS.setIsa ? 1 : (operandCounts[opcode - 1] ?? 0); n > 0; n--) {
            readUleb(buffer, at);
            at = leb.next;
          }
      }
    }
    const start = columns.address[from] as number;
    const last = columns.address[columns.count - 1] as number;
    // A sequence without end or without length says nothing.
    if (open || columns.count === from || !(last > start) || dropped(start)) columns.count = from;
    else sequences.push({ from, to: columns.count, start });
  }
  return inOrder(columns, sequences);
};

const inOrder = (columns: Columns, sequences: { from: number; to: number; start: number }[]): LineRows => {
  const { count } = columns;
  const sorted = sequences.every((s, i) => i === 0 || s.start >= (sequences[i - 1] as { start: number }).start);
  if (sorted)
    return { count, address: columns.address.slice(0, count), file: columns.file.slice(0, count), line: columns.line.slice(0, count), column: columns.column.slice(0, count), flags: columns.flags.slice(0, count) };
  sequences.sort((a, b) => a.start - b.start);
  const result = { count, address: new Float64Array(count), file: new Uint32Array(count), line: new Uint32Array(count), column: new Uint16Array(count), flags: new Uint8Array(count) };
  let at = 0;
  for (const { from, to } of sequences) {
    result.address.set(columns.address.subarray(from, to), at);
    result.file.set(columns.file.subarray(from, to), at);
    result.line.set(columns.line.subarray(from, to), at);
    result.column.set(columns.column.subarray(from, to), at);
    result.flags.set(columns.flags.subarray(from, to), at);
    at += to - from;
  }
  return result;
};

/**
 * Row that holds at an address: the last one at or below it, preferring a statement among rows of one address; -1 if none.
 * Rows of line 0 are code the compiler made up; as in gdb they continue the row before them.
 */
export const rowAt = (rows: LineRows, address: number): number => {
  let last = lastAtOrBelow(rows.address, rows.count, address);
  if (last < 0 || endsSequence(rows, last)) return -1;
  while (rows.line[last] === 0 && last > 0 && !endsSequence(rows, last - 1)) last--;
  for (let i = last; i >= 0 && rows.address[i] === rows.address[last] && !endsSequence(rows, i); i--)
    if ((rows.flags[i] as number) & rowFlags.statement && rows.line[i] !== 0) return i;
  return last;
};

export const endsSequence = (rows: LineRows, row: number): boolean => ((rows.flags[row] as number) & rowFlags.endSequence) !== 0;
