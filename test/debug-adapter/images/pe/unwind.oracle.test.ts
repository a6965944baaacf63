import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { UnwindRow } from '../../../../debug-adapter/images/debug-info';
import { openImage } from '../../../../debug-adapter/images/open';
import { lldLink } from '../pdb/support';
import { clang, scratch } from '../support';
import { dumpedEntries, dumpedInstructions, objdump, readobj } from './readobj';
import type { DumpedEntry, Instruction, Operation } from './readobj';

/** By DWARF number (psABI for x86-64, figure 3.36). */
const names = ['rax', 'rdx', 'rcx', 'rbx', 'rsi', 'rdi', 'rbp', 'rsp', ...[8, 9, 10, 11, 12, 13, 14, 15].map((n) => `r${n}`), 'rip', ...Array.from({ length: 16 }, (_, n) => `xmm${n}`)];

/** A processor in a function: what its registers hold, and what it has put on the stack. A caller's value is the register's name. */
class Processor {
  readonly memory = new Map<number, string>();
  readonly registers = new Map<string, number>();
  readonly saved = new Set<string>();
  private readonly pushed = new Set<string>();
  rsp = 0x1000000;
  private frame: { readonly register: string; readonly bytes: number } | undefined;

  constructor(machineFrame: Operation | undefined) {
    if (machineFrame) for (const value of ['ss', 'rsp', 'rflags', 'cs', 'rip']) this.push(value);
    else this.push('rip');
    if (machineFrame?.errorCode) this.push('code');
  }

  private push(value: string): void {
    this.memory.set((this.rsp -= 8), value);
  }

  private save(register: string, at: number): void {
    this.memory.set(at, register);
    this.saved.add(register);
  }

  /** "x64 exception handling", learn.microsoft.com/cpp/build/exception-handling-x64: what ran when an operation is listed. */
  operate({ kind, register, bytes }: Operation): void {
    if (kind === 'PUSH_NONVOL') {
      this.save(register, (this.rsp -= 8));
      this.pushed.add(register);
    } else if (kind.startsWith('ALLOC_')) this.rsp -= bytes;
    else if (kind === 'SET_FPREG') {
      this.frame = { register, bytes };
      this.registers.set(register, this.rsp + bytes);
    } else if (kind.startsWith('SAVE_')) this.save(register, (this.frame ? (this.registers.get(this.frame.register) ?? 0) - this.frame.bytes : this.rsp) + bytes);
    else if (kind !== 'PUSH_MACHFRAME') throw new Error(`what is ${kind}?`);
  }

  /** What is not pushed was restored before an epilogue begins. */
  restore(): void {
    for (const register of this.saved) if (!this.pushed.has(register)) this.saved.delete(register);
  }

  /** Runs an instruction of an epilogue. False for any other. */
  run({ name, operands }: Instruction): boolean {
    const [, amount = '', base = ''] = /^\$?(-?\w+)?(?:\(?%(\w+)\)?)?, %rsp$/.exec(operands) ?? [];
    if (name === 'addq' && amount !== '') this.rsp += Number(amount);
    else if ((name === 'leaq' || name === 'movq') && this.registers.has(base)) this.rsp = (this.registers.get(base) ?? 0) + signed(amount);
    else if (name === 'popq') {
      const register = operands.slice(1);
      this.registers.delete(register);
      if (this.memory.get(this.rsp) === register) this.saved.delete(register);
      this.rsp += 8;
    } else return false;
    return true;
  }

  /** What a row says wrongly. */
  judge(row: UnwindRow | undefined, top: number): string[] {
    if (row?.cfa.kind !== 'register') return ['no row'];
    const base = names[row.cfa.register] ?? '';
    const cfa = (base === 'rsp' ? this.rsp : (this.registers.get(base) ?? NaN)) + Number(row.cfa.offset);
    const wrong = cfa === top ? [] : [`frame at ${cfa - top} by ${base}`];
    for (const register of ['rip', ...this.saved]) {
      const rule = row.registers.get(names.indexOf(register));
      const found = rule?.kind === 'offset' ? this.memory.get(cfa + Number(rule.offset)) : undefined;
      if (found !== register) wrong.push(`${register}: ${rule?.kind === 'offset' ? `at ${rule.offset}, which is ${found}` : 'no place'}`);
    }
    return wrong;
  }
}

const signed = (text: string): number => (text.startsWith('-') ? -Number(text.slice(1)) : Number(text));

/** Compares the row at every instruction with a processor that ran what llvm-readobj lists and, at a function's end, what llvm-objdump shows. */
const compare = (file: string): { rows: number; epilogues: number; kinds: Set<string>; wrong: string[] } => {
  const image = openImage(file);
  const entries = dumpedEntries(file);
  const instructions = dumpedInstructions(file);
  const kinds = new Set(entries.flatMap(({ operations, primary }) => [...operations.map(({ kind }) => kind), ...(primary === undefined ? [] : ['chained'])]));
  const wrong: string[] = [];
  let rows = 0;
  let epilogues = 0;
  const before = (entry: DumpedEntry): Operation[] => {
    const primary = entries.find(({ start }) => start === entry.primary);
    return primary ? [...before(primary), ...primary.operations] : [];
  };
  for (const entry of entries) {
    const inside = instructions.filter(({ address }) => address >= entry.start && address < entry.end);
    const earlier = before(entry);
    const all = [...earlier, ...entry.operations];
    const at = (position: number): Processor => {
      const processor = new Processor(all.find(({ kind }) => kind === 'PUSH_MACHFRAME'));
      for (const operation of [...earlier, ...entry.operations.filter((one) => one.at <= position)]) processor.operate(operation);
      return processor;
    };
    const judge = (processor: Processor, { address }: Instruction): void => {
      rows++;
      for (const fault of processor.judge(image.debugInfo.unwindAt(address), 0x1000000)) wrong.push(`0x${address.toString(16)}: ${fault}`);
    };
    const last = Math.max(0, ...entry.operations.map((one) => one.at));
    const leaves = ({ name, operands }: Instruction): boolean => /^ret/.test(name) || (/^(?:rex64 )?jmp/.test(name) && (/^\*(?:%|0x\w+\(%rip)/.test(operands) || BigInt(operands) < entry.start || BigInt(operands) >= entry.end || BigInt(operands) === entry.start));
    for (let i = 0; i < inside.length; ) {
      const first = inside[i] as Instruction;
      const position = Number(first.address - entry.start);
      const processor = at(position);
      // As long as instructions only undo the frame and the function is left behind them, they are an epilogue.
      let end = i;
      const trial = at(position);
      while (position >= last && inside[end] && trial.run(inside[end] as Instruction)) end++;
      const epilogue = end > i && inside[end] !== undefined && leaves(inside[end] as Instruction);
      if (epilogue) processor.restore();
      judge(processor, first);
      if (epilogue) {
        epilogues++;
        for (let step = i; step < end; step++) {
          processor.run(inside[step] as Instruction);
          judge(processor, inside[step + 1] as Instruction);
        }
        i = end + 1;
      } else i++;
    }
  }
  image.close();
  return { rows, epilogues, kinds, wrong };
};

const programs = path.join(__dirname, 'programs');
const directory = scratch();

const build = (name: string, ...flags: string[]): string => {
  const output = path.join(directory, `${name}.efi`);
  const objects = ['frames.c', 'frames.s'].map((source) => {
    const object = path.join(directory, `${name}-${source}.obj`);
    execFileSync(clang ?? '', ['-target', 'x86_64-unknown-windows', ...(source.endsWith('.c') ? ['-ffreestanding', '-fasynchronous-unwind-tables', ...flags] : []), '-c', path.join(programs, source), '-o', object]);
    return object;
  });
  execFileSync(lldLink ?? '', ['/nodefaultlib', '/entry:main', '/subsystem:efi_application', '/force:unresolved', '/opt:noref', ...objects, `/out:${output}`], { stdio: 'ignore' });
  return output;
};

describe.skipIf(clang === undefined || lldLink === undefined || readobj === undefined || objdump === undefined)('unwind codes of a PE as llvm-readobj has them', () => {
  it.each(['-O0', '-O1', '-O2', '-Os'])('clang %s, and every code by hand', (level) => {
    const { rows, epilogues, kinds, wrong } = compare(build(`frames${level}`, level));
    expect(wrong).toEqual([]);
    expect([...kinds].sort()).toEqual(
      ['ALLOC_LARGE', 'ALLOC_SMALL', 'PUSH_MACHFRAME', 'PUSH_NONVOL', 'SAVE_NONVOL', 'SAVE_NONVOL_FAR', 'SAVE_XMM128', 'SAVE_XMM128_FAR', 'SET_FPREG', 'chained'].sort(),
    );
    expect(rows).toBeGreaterThan(200);
    expect(epilogues).toBeGreaterThan(8);
  });
});
