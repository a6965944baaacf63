import type { CallSite, FunctionInfo, Location, Range, Scope, VariableInfo } from '../debug-info';
import { toAddress, toNumber } from '../bytes/address';
import { components, withoutGenerics } from '../demangle/path';
import type { Language, SourcePlace, Type } from '../types';
import type { Module, ProcedurePlace } from './module';
import type { PdbFile } from './pdb-file';
import { covers } from './procedure';
import type { CodeRow, Procedure, ScopeNode } from './procedure';
import { inlinedIn } from './rows';
import { localVariable } from './variables';
import type { PdbVariable } from './variables';
import { storedInlineeModules, storedInlinees } from './stored-names';
import { argumentsOf } from './types';

/** What functions need beside the PDB. */
export interface FunctionSurroundings {
  readonly pdb: PdbFile;
  /** Linkage name of what starts at an address. */
  linkageName(address: number): string | undefined;
  /** Bytes of code that set up the frame at a function's entry; undefined where the image does not say. */
  prologueSize(entry: bigint): number | undefined;
  /** Behind the code at an address that stores registers on the stack, as a function does with its parameters. */
  afterStores(address: bigint): bigint;
}

const lastOf = (path: string): string => {
  const parts = components(path);
  return parts[parts.length - 1] ?? path;
};

const toRanges = (flat: readonly number[]): Range[] => {
  const result: Range[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) result.push({ start: toAddress(flat[i] as number), end: toAddress(flat[i + 1] as number) });
  return result;
};

/** Path without the generic arguments of its last part, as ids of inlined functions have it. */
export const idPath = (path: string): string => {
  const last = lastOf(path);
  return path.slice(0, path.length - last.length) + withoutGenerics(last);
};

/** A procedure: a function with code of its own. */
export class PdbFunction implements FunctionInfo {
  readonly name: string;
  readonly qualifiedName: string;
  readonly language: Language;
  readonly frameBase: undefined;

  constructor(
    private readonly around: FunctionSurroundings,
    readonly procedure: Procedure,
    readonly place: ProcedurePlace,
  ) {
    this.qualifiedName = procedure.name;
    this.name = lastOf(procedure.name);
    this.language = procedure.module.language;
  }

  get linkageName(): string | undefined {
    return this.around.linkageName(this.place.start);
  }
  /** Where its code begins in the source: CodeView keeps no declarations of functions with code. */
  get declared(): SourcePlace | undefined {
    const { pdb } = this.around;
    const { module } = this.procedure;
    const file = inlineeIds(pdb, module, this).map((id) => module.lines?.inlineeLines().get(id)).find((place) => place !== undefined);
    if (file) return { file: module.path(file.file), line: file.line };
    const first = pdb.ownRows(module, this.place)[0];
    return first && { file: first.file, line: first.line };
  }
  get returns(): Type {
    const { types } = this.around.pdb;
    return types.at(types.signature(this.procedure.signature)?.returns ?? 0, this.language);
  }
  get noReturn(): boolean {
    return this.procedure.noReturn;
  }
  get ranges(): readonly Range[] {
    return [{ start: toAddress(this.place.start), end: toAddress(this.place.end) }];
  }
  get entry(): bigint {
    return toAddress(this.place.start);
  }
  get afterPrologue(): bigint {
    return toAddress(afterPrologue(this.around, this.procedure.module, this.place));
  }
  get parameters(): readonly VariableInfo[] {
    return this.procedure.root.variables.flatMap((at) => localVariable(this.around.pdb, this.procedure, at) ?? []).filter(({ isParameter }) => isParameter);
  }
  get variadic(): boolean {
    return argumentsOf(this.around.pdb.types, this.procedure.signature).includes(0);
  }
  inlinedInstances(): readonly Scope[] {
    const { pdb } = this.around;
    const ids = new Set(storedIdsOf(pdb, this) ?? pdb.modules.flatMap((module) => inlineeIds(pdb, module, this)));
    return inlinedCopies(this.around, ids, this);
  }
}

/** What inlined copies and the code of one function have in common. */
export const inlineeKey = (path: string, signature: number): string => `${path} ${signature}`;

/** Inlined functions of all modules that are this procedure, from an index. */
const storedIdsOf = (pdb: PdbFile, { procedure }: PdbFunction): number[] | undefined => {
  const key = inlineeKey(idPath(procedure.name), procedure.signature);
  return storedInlinees(pdb.index, key)?.filter((id) => keyOfId(pdb, id) === key);
};

const keyOfId = (pdb: PdbFile, id: number): string | undefined => {
  const found = pdb.ids.function(id);
  return found && inlineeKey(found.qualifiedName, found.signature);
};

/** Inlined functions of a module that are this procedure. */
const inlineeIds = (pdb: PdbFile, module: Module, one: PdbFunction): number[] => {
  const listed = module.lines?.inlineeLines();
  if (!listed) return [];
  const stored = storedIdsOf(pdb, one);
  if (stored) return stored.filter((id) => listed.has(id));
  const key = inlineeKey(idPath(one.procedure.name), one.procedure.signature);
  return [...listed.keys()].filter((id) => keyOfId(pdb, id) === key);
};

/** A function that exists in inlined copies only. */
export class PdbInlinedFunction implements FunctionInfo {
  readonly name: string;
  readonly ranges: readonly Range[] = [];
  readonly noReturn = false;
  readonly linkageName: undefined;
  readonly entry: undefined;
  readonly afterPrologue: undefined;
  readonly frameBase: undefined;

  constructor(
    private readonly around: FunctionSurroundings,
    readonly qualifiedName: string,
    private readonly signature: number,
    /** Its IPI records and a module that lists them. */
    readonly ids: ReadonlySet<number>,
    private readonly module: Module,
  ) {
    this.name = lastOf(qualifiedName);
  }

  get language(): Language {
    return this.module.language;
  }
  get declared(): SourcePlace | undefined {
    for (const id of this.ids) {
      const place = this.module.lines?.inlineeLines().get(id);
      if (place) return { file: this.module.path(place.file), line: place.line };
    }
    return undefined;
  }
  get returns(): Type {
    const { types } = this.around.pdb;
    return types.at(types.signature(this.signature)?.returns ?? 0, this.language);
  }
  get parameters(): readonly VariableInfo[] {
    const [first] = this.inlinedInstances();
    return first instanceof PdbScope ? first.parameters() : [];
  }
  get variadic(): boolean {
    return argumentsOf(this.around.pdb.types, this.signature).includes(0);
  }
  inlinedInstances(): readonly Scope[] {
    return inlinedCopies(this.around, this.ids, this);
  }
}

const inlinedCopies = (around: FunctionSurroundings, ids: ReadonlySet<number>, known: FunctionInfo): PdbScope[] => {
  const { pdb } = around;
  const result: PdbScope[] = [];
  for (const module of storedInlineeModules(pdb.index, ids)?.flatMap((number) => pdb.modules[number] ?? []) ?? pdb.modules) {
    const places = new Set([...ids].flatMap((id) => module.proceduresInlining(id)));
    for (const place of module.procedures) {
      if (!places.has(place.at)) continue;
      const procedure = pdb.procedure(module, place);
      if (procedure) for (const path of inlinedPaths(procedure.root, ids, [procedure.root])) result.push(new PdbScope(around, procedure, place, path, known));
    }
  }
  return result;
};

/** Ways from a procedure to the copies of a function; those without code are left out. */
function* inlinedPaths(node: ScopeNode, ids: ReadonlySet<number>, path: readonly ScopeNode[]): Generator<readonly ScopeNode[], void> {
  for (const child of inlinedIn(node)) {
    const next = [...path, child];
    if (ids.has(child.inlinee) && child.ranges.length > 0) yield next;
    yield* inlinedPaths(child, ids, next);
  }
}

const variablesOfNodes = new WeakMap<ScopeNode, readonly PdbVariable[]>();

/** A body at an address: the procedure, or an inlined copy at the end of a way from it. */
export class PdbScope implements Scope {
  readonly ranges: readonly Range[];
  readonly entry: bigint;
  readonly inlined: boolean;
  readonly frameBase: Location | undefined;
  private lazyFunction: FunctionInfo | undefined;
  private readonly node: ScopeNode;

  constructor(
    private readonly around: FunctionSurroundings,
    private readonly procedure: Procedure,
    private readonly place: ProcedurePlace,
    private readonly path: readonly ScopeNode[],
    known?: FunctionInfo,
  ) {
    this.node = path[path.length - 1] ?? procedure.root;
    this.lazyFunction = known;
    this.inlined = this.node.kind === 'inline';
    this.ranges = toRanges(this.node.ranges);
    this.entry = toAddress(this.node.ranges[0] ?? place.start);
  }

  get function(): FunctionInfo {
    if (!this.lazyFunction) {
      const { pdb } = this.around;
      const { module } = this.procedure;
      const id = this.inlined ? pdb.ids.function(this.node.inlinee) : undefined;
      this.lazyFunction = this.inlined
        ? new PdbInlinedFunction(this.around, id?.qualifiedName ?? '', id?.signature ?? 0, new Set([this.node.inlinee]), module)
        : new PdbFunction(this.around, this.procedure, this.place);
    }
    return this.lazyFunction;
  }

  /** The line that the function around it has where the copy begins. */
  get callSite(): SourcePlace | undefined {
    if (!this.inlined) return undefined;
    const outer = this.path[this.path.length - 2];
    const rows: readonly CodeRow[] = outer?.kind === 'inline' ? outer.rows : this.around.pdb.ownRows(this.procedure.module, this.place);
    const entry = toNumber(this.entry);
    const row = rows.find(({ start, end }) => entry >= start && entry < end);
    return row && { file: row.file, line: row.line };
  }

  variablesAt(address: bigint): readonly VariableInfo[] {
    const wanted = toNumber(address);
    const blocks: ScopeNode[] = [this.node];
    for (let i = 0; i < blocks.length && i < 256; i++) for (const child of blocks[i]?.children ?? []) if (child.kind === 'block' && covers(child.ranges, wanted)) blocks.push(child);
    return blocks.reverse().flatMap((block) => located(this.variablesOf(block).filter((variable) => !variable.isAhead(wanted)), address));
  }

  parameters(): VariableInfo[] {
    return this.variablesOf(this.node).filter(({ isParameter }) => isParameter);
  }

  private variablesOf(node: ScopeNode): readonly PdbVariable[] {
    let variables = variablesOfNodes.get(node);
    if (!variables) {
      variables = node.variables.flatMap((at) => localVariable(this.around.pdb, this.procedure, at) ?? []);
      variablesOfNodes.set(node, variables);
    }
    return variables;
  }

  /** CodeView does not say what a call's arguments were. */
  callSiteAt(): CallSite | undefined {
    return undefined;
  }
}

/** Blocks that are not contiguous are dissolved into the one around: of namesakes the later one that is somewhere comes first. */
const located = (variables: readonly VariableInfo[], address: bigint): VariableInfo[] => {
  const names = new Map<string, number>();
  for (const { name } of variables) names.set(name, (names.get(name) ?? 0) + 1);
  if (names.size === variables.length) return [...variables];
  const live = (variable: VariableInfo): boolean => variable.constant !== undefined || variable.locationAt(address) !== undefined;
  const done = new Set<string>();
  return variables.flatMap((variable) => {
    if (names.get(variable.name) === 1) return [variable];
    if (done.has(variable.name)) return [];
    done.add(variable.name);
    const alike = variables.filter(({ name }) => name === variable.name).reverse();
    return [...alike.filter(live), ...alike.filter((other) => !live(other))];
  });
};

/** Scopes at an address in a procedure, innermost first. */
export const scopesWithin = (around: FunctionSurroundings, procedure: Procedure, place: ProcedurePlace, address: number): PdbScope[] => {
  const path: ScopeNode[] = [procedure.root];
  const scopes = [new PdbScope(around, procedure, place, [procedure.root])];
  for (let node: ScopeNode | undefined = procedure.root; node; ) {
    node = inlinedIn(node).find((child) => covers(child.ranges, address));
    if (!node) break;
    path.push(node);
    scopes.unshift(new PdbScope(around, procedure, place, [...path]));
  }
  return scopes;
};

/**
 * Where a breakpoint on a function goes: behind the code that sets up the frame, which the image's unwind codes measure.
 * Where that is within the first line's code, optimised code has begun with its body there; other code still stores its
 * parameters, up to the next line.
 */
export const afterPrologue = (around: FunctionSurroundings, module: Module, place: ProcedurePlace): number => {
  const size = around.prologueSize(toAddress(place.start));
  if (size === 0) return place.start;
  const from = place.start + (size ?? 1);
  const rows = around.pdb.rowsOf(module, place);
  const [first] = rows;
  if (size !== undefined && first && from < first.end && around.pdb.procedure(module, place)?.frame.optimised) return from;
  const body = rows.find((row) => row.start >= from)?.start;
  if (body !== undefined) return body;
  return size === undefined ? place.start : toNumber(around.afterStores(toAddress(from)));
};
