import { execFileSync } from 'node:child_process';
import { tool } from '../support';

export const readobj = tool('llvm-readobj-19', 'llvm-readobj');
export const objdump = tool('llvm-objdump-19', 'llvm-objdump');

/** One operation of a prologue; `at` is where the instruction behind it begins, bytes from the function's start. */
export interface Operation {
  readonly at: number;
  readonly kind: string;
  readonly register: string;
  /** Bytes of room, or bytes above the frame's base. */
  readonly bytes: number;
  readonly errorCode: boolean;
}

/** An entry of .pdata: linked addresses, and its operations in the order they run. */
export interface DumpedEntry {
  readonly start: bigint;
  readonly end: bigint;
  readonly operations: readonly Operation[];
  readonly primary?: bigint;
}

const run = (program: string | undefined, ...args: string[]): string => execFileSync(program ?? '', args, { maxBuffer: 1 << 28 }).toString();

/** What llvm-readobj reads out of .pdata and .xdata. */
export const dumpedEntries = (file: string): DumpedEntry[] =>
  run(readobj, '--unwind', file)
    .split('RuntimeFunction {')
    .slice(1)
    .map((text) => {
      const [start, ...others] = [...text.matchAll(/StartAddress: .*?\(?(0x[0-9A-F]+)\)?$/gm)].map((found) => BigInt(found[1] ?? 0));
      const operations = [...text.matchAll(/^ *0x([0-9A-F]+): (\w+)(.*)$/gm)].map(([, at = '', kind = '', rest = '']) => ({
        at: parseInt(at, 16),
        kind,
        register: /reg=(\w+)/.exec(rest)?.[1]?.toLowerCase() ?? '',
        bytes: Number(/(?:size|offset)=(\w+)/.exec(rest)?.[1] ?? 0),
        errorCode: rest.includes('errcode=yes'),
      }));
      const end = BigInt(/EndAddress: .*?\(?(0x[0-9A-F]+)\)?$/m.exec(text)?.[1] ?? 0);
      return { start: start ?? 0n, end, operations: operations.reverse(), ...(others[0] !== undefined && { primary: others[0] }) };
    });

export interface Instruction {
  readonly address: bigint;
  readonly name: string;
  readonly operands: string;
}

/** Instructions in AT&T syntax, by llvm-objdump. */
export const dumpedInstructions = (file: string): Instruction[] =>
  run(objdump, '-d', '--no-show-raw-insn', file)
    .split('\n')
    .flatMap((line) => {
      const [, address, name, operands] = /^ *([0-9a-f]+):\s+((?:rex\S+ )?\S+)\s*([^#<]*)/.exec(line) ?? [];
      return address === undefined ? [] : [{ address: BigInt(`0x${address}`), name: name ?? '', operands: operands?.trim() ?? '' }];
    });
