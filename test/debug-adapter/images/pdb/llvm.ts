import { execFileSync } from 'node:child_process';
import { dwarfdump } from '../dwarfdump';
import { tool } from '../support';

export { dwarfdump };
export const pdbutil = tool('llvm-pdbutil-19', 'llvm-pdbutil');

const run = (program: string, ...args: string[]): string[] => execFileSync(program, args, { maxBuffer: 1 << 28 }).toString().split('\n');

export interface Site {
  readonly name: string;
  /** Pairs of start and end, bytes from the start of the procedure. */
  readonly ranges: (readonly [number, number])[];
  readonly children: Site[];
  readonly locals: string[];
}

export interface DumpedProcedure extends Site {
  readonly segment: number;
  readonly offset: number;
  readonly size: number;
}

/** Procedures with their inlined copies, as llvm-pdbutil decodes them. */
export const dumpedProcedures = (pdb: string): DumpedProcedure[] => {
  const result: DumpedProcedure[] = [];
  const lines = run(pdbutil ?? '', 'dump', '--symbols', pdb);
  let stack: Site[] = [];
  let procedureName = '';
  let start: number | undefined;
  const close = (end: number): void => {
    if (start !== undefined && end > start) stack[stack.length - 1]?.ranges.push([start, end]);
    start = undefined;
  };
  let size = 0;
  for (const line of lines) {
    const procedure = /S_[GL]PROC32 \[.*\] `(.*)`$/.exec(line)?.[1];
    if (procedure !== undefined) procedureName = procedure;
    const place = /addr = (\d+):(\d+), code size = (\d+)/.exec(line);
    if (place) {
      size = Number(place[3]);
      const node = { name: procedureName, segment: Number(place[1]), offset: Number(place[2]), size, ranges: [[0, size] as const], children: [], locals: [] };
      result.push(node);
      stack = [node];
    }
    const local = /S_LOCAL \[.*\] `(.*)`$/.exec(line)?.[1];
    if (local !== undefined) stack[stack.length - 1]?.locals.push(local);
    const inlinee = /inlinee = 0x[0-9A-F]+ \((.*)\), parent = /.exec(line)?.[1];
    if (inlinee !== undefined) {
      close(size);
      const node: Site = { name: inlinee, ranges: [], children: [], locals: [] };
      stack[stack.length - 1]?.children.push(node);
      stack.push(node);
    }
    const code = / code (end )?0x([0-9A-F]+)/.exec(line);
    if (code && stack.length > 1) {
      close(parseInt(code[2] ?? '', 16));
      if (code[1] === undefined) start = parseInt(code[2] ?? '', 16);
    } else if (/^ *\d+ \| S_/.test(line) && !line.includes('S_INLINESITE [')) close(size);
    if (line.includes('S_INLINESITE_END')) stack.pop();
  }
  return result;
};

/** Lines of the procedures' own code: segment offset → line. */
export const dumpedLines = (pdb: string): Map<number, number> => {
  const result = new Map<number, number>();
  for (const line of run(pdbutil ?? '', 'dump', '-l', pdb)) for (const [, number, offset] of line.matchAll(/(\d+) ([0-9A-F]{8}) !/g)) result.set(parseInt(offset ?? '', 16), Number(number));
  return result;
};

export interface DumpedType {
  readonly name: string;
  readonly size: number;
  readonly fields: number;
}

/** Defined structs and unions, and the field lists: name and offset of each member. */
export const dumpedTypes = (pdb: string): { readonly types: DumpedType[]; readonly fields: Map<number, [string, number][]> } => {
  const types: DumpedType[] = [];
  const fields = new Map<number, [string, number][]>();
  let name = '';
  let list = 0;
  let members: [string, number][] = [];
  for (const line of run(pdbutil ?? '', 'dump', '--types', pdb)) {
    const record = /^ +0x([0-9A-F]+) \| (LF_\w+)(?: \[size = \d+\] `(.*)`)?/.exec(line);
    if (record) {
      name = record[2] === 'LF_STRUCTURE' || record[2] === 'LF_UNION' ? (record[3] ?? '') : '';
      if (record[2] === 'LF_FIELDLIST') fields.set(parseInt(record[1] ?? '', 16), (members = []));
    }
    const member = /LF_MEMBER \[name = `(.*)`, Type = .*, offset = (\d+), attrs/.exec(line);
    if (member) members.push([member[1] ?? '', Number(member[2])]);
    list = parseInt(/field list: 0x([0-9A-F]+)/.exec(line)?.[1] ?? '', 16) || list;
    const size = /options: (.*)sizeof (\d+)/.exec(line);
    if (size && name !== '' && !size[1]?.includes('forward ref')) types.push({ name, size: Number(size[2]), fields: list });
  }
  return { types, fields };
};

/** Addresses of code that has no line in DWARF. */
export const linelessCode = (image: string): Set<bigint> => {
  const result = new Set<bigint>();
  let from: bigint | undefined;
  for (const line of run(dwarfdump ?? '', '--debug-line', image)) {
    const row = /^0x([0-9a-f]{16}) +(\d+) /.exec(line);
    if (!row) continue;
    const address = BigInt(`0x${row[1]}`);
    if (from !== undefined) for (let at = from; at < address; at++) result.add(at);
    from = row[2] === '0' && !line.includes('end_sequence') ? address : undefined;
  }
  return result;
};
