import type { Range } from '../debug-info';
import { lastAtOrBelow, toAddress, toNumber } from '../bytes/address';
import { AT, FORM } from './constants';
import type { Die } from './die';
import { endsSequence, rowFlags } from './line-program';
import type { LineTables } from './line-tables';
import type { Unit } from './unit';

/**
 * Where a breakpoint on a function goes. As gdb places it (symtab.c skip_prologue_sal, amd64-tdep.c):
 * - optimised code of gcc, which describes variables by location lists from the first instruction on: at the entry;
 * - where the compiler marks the end of the prologue (clang, rustc): there;
 * - else after the first line's code, when the function sets up a frame pointer; at the entry when it does not.
 */
export const afterPrologue = (subprogram: Die, range: Range, lines: LineTables, codeAt: (address: bigint, length: number) => Uint8Array | undefined): bigint => {
  const { unit } = subprogram;
  const entry = range.start;
  if (unit.language === 'asm') return entry;
  const clang = /clang|LLVM/.test(unit.root.producer);
  if (!clang && hasLocationLists(unit)) return entry;
  const rows = lines.rowsOf(unit);
  if (!rows) return entry;
  const start = toNumber(entry);
  const end = toNumber(range.end);
  let first = lastAtOrBelow(rows.address, rows.count, start);
  // The code before may end just here, with a row of its own.
  while (first > 0 && rows.address[first - 1] === rows.address[first] && !endsSequence(rows, first - 1)) first--;
  if (first < 0) return entry;
  const inside = (row: number): boolean => row < rows.count && (rows.address[row] as number) < end && !endsSequence(rows, row);
  for (let row = first; inside(row); row++) if ((rows.flags[row] as number) & rowFlags.prologueEnd && (rows.address[row] as number) >= start) return toAddress(rows.address[row] as number);
  if (!clang && setsNoFrame(codeAt(entry, 16))) return entry;
  for (let row = first; inside(row); row++) {
    const address = rows.address[row] as number;
    if (address > start && rows.line[row] !== 0 && (rows.flags[row] as number) & rowFlags.statement) return toAddress(address);
  }
  return entry;
};

/** True when the code is known and does not begin by saving the frame pointer (after an endbr, or gcc's stack realignment). */
const setsNoFrame = (code: Uint8Array | undefined): boolean => {
  if (!code) return false;
  let at = 0;
  if (code[0] === 0xf3 && code[1] === 0x0f && code[2] === 0x1e) at = 4;
  // lea 8(%rsp),%r10 or lea 4(%esp),%ecx; and $-16,%rsp; push -8(%r10)
  const realigns = (code[at] === 0x4c && code[at + 1] === 0x8d && code[at + 2] === 0x54) || (code[at] === 0x8d && code[at + 1] === 0x4c && code[at + 2] === 0x24);
  return !(code[at] === 0x55 || (code[at] === 0x40 && code[at + 1] === 0x55) || realigns);
};

const listed = new WeakMap<Unit, boolean>();

/** Whether any variable of the unit has a location list: gdb's sign of optimised code with trustworthy locations. */
const hasLocationLists = (unit: Unit): boolean => {
  let answer = listed.get(unit);
  if (answer === undefined) {
    const table = unit.abbreviations;
    answer = false;
    for (let row = 0; row < table.count && !answer; row++) {
      const column = table.find(row, AT.location);
      const form = column < 0 ? 0 : table.forms[column];
      answer = form === FORM.sec_offset || form === FORM.loclistx;
    }
    listed.set(unit, answer);
  }
  return answer;
};
