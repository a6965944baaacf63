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
  readonly locals: DumpedLocal[];
  /** Of an inlined copy: its LF_FUNC_ID, and where each row of its lines begins, bytes from the start of the procedure, with the lines from the inlined function's own, and whether they are in its file. */
  readonly inlinee?: string;
  readonly lines: (readonly [at: number, line: number, ownFile: boolean])[];
}

export interface DumpedLocal {
  readonly name: string;
  /** Segment offsets of the S_BLOCK32 around it. */
  readonly block: readonly [number, number] | undefined;
  readonly places: DumpedPlace[];
}

/** One S_DEFRANGE_* record. */
export interface DumpedPlace {
  /** As DWARF's registers are named; undefined: from the register that the frame's locals count from. */
  readonly register: string | undefined;
  /** Distance from the register in memory; undefined: in the register. */
  readonly offset: number | undefined;
  /** Byte of the variable; undefined: all of it. */
  readonly part: number | undefined;
  /** Segment offsets. */
  readonly start: number;
  readonly end: number;
  readonly gaps: (readonly [number, number])[];
  /** How many gaps the record has by its size. */
  readonly recorded: number;
}

/** Whether a place holds at a segment offset. */
export const isLive = ({ start, end, gaps }: DumpedPlace, at: number): boolean => at >= start && at < end && !gaps.some(([from, to]) => at >= start + from && at < start + to);

/** `ECX`, `CL` and `CX` are parts of rcx. */
const wholeRegister = (name: string): string => {
  const numbered = /^(R\d+)[BWD]?$/.exec(name)?.[1];
  if (numbered !== undefined) return numbered.toLowerCase();
  const letters = /^[RE]?([ABCD]X|[SD]I|[SB]P)$|^([ABCD])L$|^([SD]I|[SB]P)L$/.exec(name);
  if (!letters) return name.toLowerCase();
  return `r${(letters[1] ?? (letters[2] === undefined ? letters[3] : `${letters[2]}X`) ?? '').toLowerCase()}`;
};

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
  let line = 0;
  let ownFile = true;
  let frame: string | undefined;
  let blocks: (readonly [number, number])[] = [];
  let current: Omit<DumpedPlace, 'start' | 'end' | 'gaps' | 'recorded'> | undefined;
  let recorded = 0;
  const number = (text: string | undefined): number => Number(text ?? 0);
  for (const text of lines) {
    const procedure = /S_[GL]PROC32 \[.*\] `(.*)`$/.exec(text)?.[1];
    if (procedure !== undefined) procedureName = procedure;
    const place = /addr = (\d+):(\d+), code size = (\d+)/.exec(text);
    if (place) {
      size = Number(place[3]);
      const node = { name: procedureName, segment: Number(place[1]), offset: Number(place[2]), size, ranges: [[0, size] as const], children: [], locals: [], lines: [] };
      result.push(node);
      stack = [node];
      blocks = [];
    }
    const site = stack[stack.length - 1];
    const base = /local fp reg = (\w+)/.exec(text)?.[1];
    if (base !== undefined) frame = base === 'NONE' ? undefined : wholeRegister(base);
    const block = /code size = (\d+), addr = \d+:(\d+)/.exec(text);
    if (block) blocks.push([number(block[2]), number(block[2]) + number(block[1])]);
    if (/\| S_END \[/.test(text)) blocks.pop();
    const local = /S_LOCAL \[.*\] `(.*)`$/.exec(text)?.[1];
    if (local !== undefined) site?.locals.push({ name: local, block: blocks.at(-1), places: [] });
    readPlace(text);
    const [, id, inlinee] = /inlinee = (0x[0-9A-F]+) \((.*)\), parent = /.exec(text) ?? [];
    if (inlinee !== undefined && id !== undefined) {
      close(size);
      line = 0;
      ownFile = true;
      const node: Site = { name: inlinee, inlinee: id, ranges: [], children: [], locals: [], lines: [] };
      site?.children.push(node);
      stack.push(node);
    }
    line = number(/ line (-?\d+) \(/.exec(text)?.[1] ?? String(line));
    // Which file it is stands in a number only.
    if (text.includes(' setfile ')) ownFile = false;
    const code = / code (end )?0x([0-9A-F]+)/.exec(text);
    if (code && stack.length > 1) {
      close(parseInt(code[2] ?? '', 16));
      if (code[1] === undefined) {
        start = parseInt(code[2] ?? '', 16);
        stack[stack.length - 1]?.lines.push([start, line, ownFile]);
      }
    } else if (/^ *\d+ \| S_/.test(text) && !text.includes('S_INLINESITE [')) close(size);
    if (text.includes('S_INLINESITE_END')) stack.pop();
  }
  return result;

  /** A place's register and offset are in one line, its range in the same or the next, its gaps there or in the next. */
  function readPlace(text: string): void {
    const [, kind = '', bytes] = /S_DEFRANGE_(\w+) \[size = (\d+)\]/.exec(text) ?? [];
    if (bytes !== undefined) recorded = (number(bytes) - (/SUBFIELD|REGISTER_REL/.test(kind) ? 20 : 16)) / 4;
    const register = /register = (\w+),/.exec(text)?.[1];
    const offset = /offset = (-?\d+),/.exec(text)?.[1];
    const part = /offset in parent = (\d+)/.exec(text)?.[1];
    const spilled = /has spilled udt = (\w+)/.exec(text)?.[1];
    if (register !== undefined) current = { register: wholeRegister(register), offset: spilled === undefined ? undefined : number(offset), part: part !== undefined && spilled !== 'false' ? number(part) : undefined };
    else if (offset !== undefined && text.includes('range = [')) current = { register: frame, offset: number(offset), part: undefined };
    const places = stack[stack.length - 1]?.locals.at(-1)?.places;
    const [, from, length] = /range start = \d+:(\d+), length = (\d+)/.exec(text) ?? /range = \[\d+:(\d+),\+(\d+)\)/.exec(text) ?? [];
    if (current && from !== undefined) places?.push({ ...current, start: number(from), end: number(from) + number(length), gaps: [], recorded });
    const gaps = /gaps = \[(.*)\]/.exec(text)?.[1] ?? '';
    for (const [, at, length] of gaps.matchAll(/\((\d+),(\d+)\)/g)) places?.at(-1)?.gaps.push([number(at), number(at) + number(length)]);
  }
};

/** First line of each function that is inlined somewhere, by its LF_FUNC_ID, and its file. */
export const dumpedInlinees = (pdb: string): Map<string, { readonly line: number; readonly file: string }> =>
  new Map(run(pdbutil ?? '', 'dump', '-il', pdb).flatMap((text) => {
    const [, id, line, file] = /^ +(0x[0-9A-F]+) \| +(\d+) \| (.*?)(?: \((?:SHA-256|MD5|SHA-1|no checksum).*)?$/.exec(text) ?? [];
    return id === undefined ? [] : [[id, { line: Number(line), file: file ?? '' }] as const];
  }));

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
