import { failure } from '../../errors/catalogue';
import { imageErrors } from '../../errors/images';
import { asFault } from '../damage';
import type { UnwindRow, UnwindRule } from '../debug-info';
import type { UnwindTable } from '../dwarf/unwind';
import { epilogueAt } from './epilogue';
import type { PeFile } from './pe-file';

/** "x64 exception handling", learn.microsoft.com/cpp/build/exception-handling-x64: UNWIND_CODE operations. */
const operation = { push: 0, allocLarge: 1, allocSmall: 2, setFrame: 3, save: 4, saveFar: 5, epilog: 6, spare: 7, saveXmm: 8, saveXmmFar: 9, machineFrame: 10 } as const;
const chained = 4;

/** Windows numbers registers in encoding order; DWARF (psABI) has rcx and rdx, and rsp, rbp, rsi, rdi elsewhere. */
const dwarfRegister = [0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15];
const rsp = 7;
const returnAddress = 16;
const xmm0 = 17;

interface RuntimeFunction {
  readonly begin: number;
  readonly end: number;
  readonly info: number;
}

/** Unwind rows made from .pdata and .xdata of a PE for x86-64, true to the position in a prologue or epilogue. */
export class PeUnwind implements UnwindTable {
  private table: Buffer | undefined;

  constructor(
    private readonly pe: PeFile,
    /** Linked address of RVA 0. */
    private readonly base: bigint,
  ) {}

  at(address: bigint): UnwindRow | undefined {
    const { directories, machine, sections } = this.pe.headers;
    if (!directories.exceptions || machine !== 'x86-64') return undefined;
    const rva = Number(address - this.base);
    if (!sections.some((s) => s.executable && rva >= s.rva && rva < s.rva + s.virtualSize)) return undefined;
    const entry = this.find(rva, directories.exceptions.rva, directories.exceptions.size);
    // Code without an entry is a leaf: it moves no stack pointer and saves nothing.
    if (!entry) return row(address, rsp, 8, new Map(), false);
    const epilogue = epilogueAt((length) => this.pe.bytesAt(rva, length), rva, entry.end, (target) => this.leaves(entry, target));
    if (epilogue) {
      const registers = new Map<number, UnwindRule>();
      const total = epilogue.adjust + epilogue.pops.length * 8 + 8;
      epilogue.pops.forEach((register, i) => registers.set(dwarfRegister[register] ?? register, { kind: 'offset', offset: BigInt(epilogue.adjust + i * 8 - total) }));
      return row(address, rsp, total, registers, false);
    }
    return this.fromCodes(address, rva, entry);
  }

  /** Bytes of code that set up the frame of the function that begins at an address; 0 for a leaf, undefined where nothing says. */
  prologueSize(entry: bigint): number | undefined {
    const { directories, machine } = this.pe.headers;
    if (!directories.exceptions || machine !== 'x86-64') return undefined;
    const rva = Number(entry - this.base);
    const { rva: table, size } = directories.exceptions;
    try {
      const found = this.find(rva, table, size);
      if (!found) return 0;
      return found.begin === rva ? this.pe.bytesAt(found.info, 2)?.readUInt8(1) : undefined;
    } catch (error) {
      // Whoever unwinds by the table is told.
      if (asFault(error)) return undefined;
      throw error;
    }
  }

  /** Entries in order of address, as the format wants them: code that a damaged table leaves out would pass for a leaf. */
  private readTable(rva: number, size: number): Buffer {
    const whole = this.pe.bytesAt(rva, size);
    if (!whole) throw this.damaged('.pdata', 0, 'it lies outside the file');
    let end = whole.length;
    while (end > 0 && whole.readUInt32LE(end - 12) === 0) end -= 12;
    const table = whole.subarray(0, end);
    for (let at = 12; at < end; at += 12)
      if (table.readUInt32LE(at) < table.readUInt32LE(at - 12)) throw this.damaged('.pdata', at, `a function at 0x${table.readUInt32LE(at).toString(16)} does not follow the one before`);
    return table;
  }

  /** Unwind codes stand where their entry says, in .xdata or another section. */
  private damagedInfo(rva: number): Error {
    const section = this.pe.headers.sections.find((one) => rva >= one.rva && rva < one.rva + one.virtualSize);
    return this.damaged(section?.name ?? '.xdata', section ? rva - section.rva : rva, 'no unwind codes are there');
  }

  private damaged(section: string, offset: number, reason: string): Error {
    return failure(imageErrors.damagedSection, { file: this.pe.path, section, offset: `0x${offset.toString(16)}`, reason });
  }

  private find(rva: number, tableRva: number, size: number): RuntimeFunction | undefined {
    const table = (this.table ??= this.readTable(tableRva, size - (size % 12)));
    let low = 0;
    let high = table.length / 12;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (table.readUInt32LE(middle * 12) <= rva) low = middle + 1;
      else high = middle;
    }
    const at = (low - 1) * 12;
    if (at < 0 || rva >= table.readUInt32LE(at + 4)) return undefined;
    return { begin: table.readUInt32LE(at), end: table.readUInt32LE(at + 4), info: table.readUInt32LE(at + 8) };
  }

  /** Whether a jump ends the function of an entry: it leads to its beginning or out of all of its parts. */
  private leaves(entry: RuntimeFunction, target: number): boolean {
    const { begin } = this.primary(entry);
    if (target === begin) return true;
    if (target >= entry.begin && target < entry.end) return false;
    const { exceptions } = this.pe.headers.directories;
    const other = exceptions && this.find(target, exceptions.rva, exceptions.size);
    return other === undefined || this.primary(other).begin !== begin;
  }

  /** The entry that a chain of entries ends at. */
  private primary(entry: RuntimeFunction): RuntimeFunction {
    let found = entry;
    for (let level = 0; level < 32; level++) {
      const parent = this.unwindInfo(found.info)?.parent;
      if (!parent) break;
      found = parent;
    }
    return found;
  }

  private fromCodes(address: bigint, rva: number, entry: RuntimeFunction): UnwindRow | undefined {
    /** Where registers were saved, in bytes above the frame's base, and how far the base is below the return address. */
    const saved = new Map<number, number>();
    const pushed = new Map<number, number>();
    let frame = rsp;
    let frameOffset = 0;
    let depth = 0;
    let machine: { errorCode: boolean } | undefined;
    let current: RuntimeFunction | undefined = entry;
    // A chain ends at the primary entry; its codes all ran before.
    for (let level = 0; current && level < 32; level++) {
      const info = this.unwindInfo(current.info);
      if (!info) throw this.damagedInfo(current.info);
      const position = level === 0 ? rva - current.begin : Infinity;
      const { codes } = info;
      for (let i = 0; i < info.count; ) {
        const at: number = codes.readUInt8(i * 2);
        const op: number = codes.readUInt8(i * 2 + 1) & 15;
        const detail: number = codes.readUInt8(i * 2 + 1) >> 4;
        const slots = slotsOf(op, detail);
        if (i + slots > info.count) throw this.damagedInfo(current.info);
        const small = slots > 1 ? codes.readUInt16LE(i * 2 + 2) : 0;
        const large = slots > 2 ? codes.readUInt32LE(i * 2 + 2) : 0;
        i += slots;
        if (at > position) continue;
        switch (op) {
          case operation.push:
            saved.set(dwarfRegister[detail] ?? detail, depth);
            pushed.set(dwarfRegister[detail] ?? detail, depth);
            depth += 8;
            break;
          case operation.allocLarge:
            depth += detail === 0 ? small * 8 : large;
            break;
          case operation.allocSmall:
            depth += detail * 8 + 8;
            break;
          case operation.setFrame:
            // What was pushed after it was measured from the stack pointer, which is so far below the base that counts from here.
            for (const [register, at] of pushed) saved.set(register, at - depth);
            pushed.clear();
            frame = dwarfRegister[info.frameRegister] ?? rsp;
            frameOffset = info.frameOffset;
            depth = 0;
            break;
          case operation.save:
            saved.set(dwarfRegister[detail] ?? detail, small * 8);
            break;
          case operation.saveFar:
            saved.set(dwarfRegister[detail] ?? detail, large);
            break;
          case operation.saveXmm:
            saved.set(xmm0 + detail, small * 16);
            break;
          case operation.saveXmmFar:
            saved.set(xmm0 + detail, large);
            break;
          case operation.machineFrame:
            machine = { errorCode: detail === 1 };
            break;
          default:
            break;
        }
      }
      current = info.parent;
    }
    const above = machine ? (machine.errorCode ? 8 : 0) + 40 : 8;
    const cfa = depth + above;
    const registers = new Map<number, UnwindRule>();
    for (const [register, at] of saved) registers.set(register, { kind: 'offset', offset: BigInt(at - cfa) });
    if (machine) {
      // rip, cs, rflags, rsp, ss
      registers.set(returnAddress, { kind: 'offset', offset: -40n });
      registers.set(rsp, { kind: 'offset', offset: -16n });
    }
    return row(address, frame, cfa - frameOffset, registers, machine !== undefined);
  }

  private unwindInfo(rva: number): { codes: Buffer; count: number; frameRegister: number; frameOffset: number; parent: RuntimeFunction | undefined } | undefined {
    const header = this.pe.bytesAt(rva, 4);
    if (!header) return undefined;
    const version = header.readUInt8(0) & 7;
    if (version !== 1 && version !== 2) return undefined;
    const count = header.readUInt8(2);
    const codes = this.pe.bytesAt(rva + 4, count * 2);
    if (!codes) return undefined;
    let parent: RuntimeFunction | undefined;
    if ((header.readUInt8(0) >> 3) & chained) {
      const entry = this.pe.bytesAt(rva + 4 + Math.ceil(count / 2) * 4, 12);
      if (entry) parent = { begin: entry.readUInt32LE(0), end: entry.readUInt32LE(4), info: entry.readUInt32LE(8) };
    }
    return { codes, count, frameRegister: header.readUInt8(3) & 15, frameOffset: (header.readUInt8(3) >> 4) * 16, parent };
  }
}

const slotsOf = (op: number, detail: number): number => {
  switch (op) {
    case operation.allocLarge:
      return detail === 0 ? 2 : 3;
    case operation.save:
    case operation.saveXmm:
    case operation.epilog:
      return op === operation.epilog ? 1 : 2;
    case operation.saveFar:
    case operation.saveXmmFar:
      return 3;
    default:
      return 1;
  }
};

/** A row for one address: the next instruction may already be in an epilogue. */
const row = (address: bigint, register: number, offset: number, registers: Map<number, UnwindRule>, signalFrame: boolean): UnwindRow => {
  if (!registers.has(returnAddress)) registers.set(returnAddress, { kind: 'offset', offset: -8n });
  return { start: address, end: address + 1n, cfa: { kind: 'register', register, offset: BigInt(offset) }, registers, returnRegister: returnAddress, signalFrame };
};
