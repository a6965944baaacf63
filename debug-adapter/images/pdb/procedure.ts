import type { SectionBytes } from '../bytes/section-bytes';
import { readAnnotations } from './annotations';
import { closesScope, opensScope, S } from './codeview';
import type { Module } from './module';
import { frameRegister } from './registers';
import { forEachSymbol, symbolAt } from './symbol-records';

/** A run of code of one source line. Addresses are linked ones, as the readers' signed doubles. */
export interface CodeRow {
  readonly start: number;
  readonly end: number;
  /** Path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A procedure, a block in it, or an inlined copy. */
export interface ScopeNode {
  readonly kind: 'procedure' | 'block' | 'inline';
  /** Where its record stands. */
  readonly at: number;
  /** Flat pairs of start and end, ascending. */
  readonly ranges: readonly number[];
  /** IPI record of an inlined function. */
  readonly inlinee: number;
  /** Own code's lines of an inlined copy. */
  readonly rows: readonly CodeRow[];
  readonly children: ScopeNode[];
  /** Records of variables that stand directly in it. */
  readonly variables: number[];
}

/** S_FRAMEPROC. */
export interface Frame {
  /** DWARF registers that frame offsets of locals and of parameters count from. */
  readonly locals: number | undefined;
  readonly parameters: number | undefined;
  /** Without and of the registers saved by pushes. */
  readonly bytes: number;
  readonly savedBytes: number;
  /** Optimised for speed. */
  readonly optimised: boolean;
}

/** Head of a procedure and the scopes in it. */
export interface Procedure {
  readonly module: Module;
  readonly stream: SectionBytes;
  readonly at: number;
  /** With its path. */
  readonly name: string;
  readonly signature: number;
  readonly start: number;
  readonly end: number;
  readonly noReturn: boolean;
  readonly root: ScopeNode;
  readonly frame: Frame;
}

/** cvinfo.h, CV_PROCFLAGS: never returns. */
const neverReturns = 0x08;
/** cvinfo.h, FRAMEPROCSYM: optimised for speed. */
const forSpeed = 0x100000;
const deepest = 1000;

const isVariable = (kind: number): boolean =>
  kind === S.local || kind === S.regRel32 || kind === S.bpRel32 || kind === S.register || kind === S.constant || kind === S.localData32 || kind === S.globalData32;

/** Reads a procedure's record and everything up to its end. `start` and `end`: what it covers. */
export const readProcedure = (module: Module, stream: SectionBytes, at: number, start: number, end: number, addressSize: 4 | 8): Procedure => {
  const head = symbolAt(stream, at);
  head.skip(24);
  const signature = head.u32();
  const offset = head.u32();
  head.skip(2);
  const flags = head.u8();
  const name = head.string();
  const root: ScopeNode = { kind: 'procedure', at, ranges: [start, end], inlinee: 0, rows: [], children: [], variables: [] };
  const stack: ScopeNode[] = [root];
  let frame: Frame = { locals: undefined, parameters: undefined, bytes: 0, savedBytes: 0, optimised: false };
  forEachSymbol(stream, at, module.record.symbolBytes, (kind, here) => {
    const top = stack[stack.length - 1];
    if (here === at || !top) return top ? undefined : module.record.symbolBytes;
    if (kind === S.frameProc) {
      const cursor = symbolAt(stream, here);
      const bytes = cursor.u32();
      cursor.skip(8);
      const savedBytes = cursor.u32();
      cursor.skip(6);
      const flags = cursor.u32();
      frame = { locals: frameRegister(flags >>> 14, addressSize), parameters: frameRegister(flags >>> 16, addressSize), bytes, savedBytes, optimised: (flags & forSpeed) !== 0 };
    } else if (isVariable(kind)) top.variables.push(here);
    else if (opensScope(kind)) {
      if (stack.length > deepest) throw stream.damaged(here, 'scopes nested too deep');
      const node = kind === S.inlineSite || kind === S.inlineSite2 ? readInlineSite(module, stream, here, kind, start, end) : readBlock(stream, here, start - offset, start, end);
      top.children.push(node);
      stack.push(node);
    } else if (closesScope(kind)) {
      stack.pop();
      if (stack.length === 0) return module.record.symbolBytes;
    }
    return undefined;
  });
  return { module, stream, at, name, signature, start, end, noReturn: (flags & neverReturns) !== 0, root, frame };
};

/** A block lies in its procedure's segment; `origin` is the address of that segment. */
const readBlock = (stream: SectionBytes, at: number, origin: number, start: number, end: number): ScopeNode => {
  const node = { kind: 'block' as const, at, inlinee: 0, rows: [], children: [], variables: [] };
  const cursor = symbolAt(stream, at);
  if (cursor.end - cursor.position < 18) return { ...node, ranges: [] };
  cursor.skip(8);
  const length = cursor.u32();
  const from = origin + cursor.u32();
  return { ...node, ranges: length > 0 && from >= start && from + length <= end ? [from, from + length] : [] };
};

const readInlineSite = (module: Module, stream: SectionBytes, at: number, kind: number, start: number, end: number): ScopeNode => {
  const cursor = symbolAt(stream, at);
  cursor.skip(8);
  const inlinee = cursor.u32();
  if (kind === S.inlineSite2) cursor.skip(4);
  const place = module.lines?.inlineeLines().get(inlinee);
  const rows: CodeRow[] = [];
  for (const row of readAnnotations(cursor, place?.file ?? 0, place?.line ?? 0, end - start))
    rows.push({ start: start + row.start, end: Math.min(end, start + row.end), file: place ? module.path(row.file) : '', line: row.line, column: 0 });
  return { kind: 'inline', at, inlinee, rows, ranges: mergedRanges(rows), children: [], variables: [] };
};

const mergedRanges = (rows: readonly CodeRow[]): number[] => {
  const ranges: number[] = [];
  for (const { start, end } of rows) {
    if (end <= start) continue;
    if (ranges.length > 0 && start <= (ranges[ranges.length - 1] as number)) ranges[ranges.length - 1] = Math.max(end, ranges[ranges.length - 1] as number);
    else ranges.push(start, end);
  }
  return ranges;
};

export const covers = (ranges: readonly number[], address: number): boolean => {
  for (let i = 0; i < ranges.length; i += 2) if (address >= (ranges[i] as number) && address < (ranges[i + 1] as number)) return true;
  return false;
};
