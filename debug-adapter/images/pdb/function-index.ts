import type { FunctionInfo } from '../debug-info';
import { demangle } from '../demangle/demangle';
import { lastComponent, pathMatches } from '../demangle/path';
import { matchesGlob } from '../symbols/glob';
import { symbolAt } from './symbol-records';
import { idPath, inlineeKey, PdbFunction, PdbInlinedFunction } from './functions';
import type { FunctionSurroundings } from './functions';
import type { Module, ProcedurePlace } from './module';
import { functionTables, storedFunctions, storedFunctionsWith } from './stored-names';
import type { FunctionRow } from './stored-names';

interface WithCode {
  readonly name: string;
  readonly signature: number;
  readonly module: Module;
  readonly place: ProcedurePlace;
}

interface Inlined {
  readonly id: number;
  readonly name: string;
  readonly signature: number;
  readonly module: Module;
  readonly line: number;
}

interface Lists {
  readonly withCode: readonly WithCode[];
  readonly inlined: readonly Inlined[];
}

const withName = (module: Module, place: ProcedurePlace): WithCode | undefined => {
  const { stream } = module;
  if (!stream) return undefined;
  const cursor = symbolAt(stream, place.at);
  cursor.skip(24);
  const signature = cursor.u32();
  cursor.skip(7);
  return { name: cursor.string(), signature, module, place };
};

const proceduresOf = (module: Module): WithCode[] => (module.stream ? module.procedures.flatMap((place) => withName(module, place) ?? []) : []);

/** All functions by name: procedures, and those that are only inlined. From an index; else made on the first query by name. */
export class FunctionIndex {
  private lists: Lists | undefined;

  constructor(private readonly around: FunctionSurroundings) {}

  /** Whether all names were read. */
  get isRead(): boolean {
    return this.lists !== undefined;
  }

  named(query: string): FunctionInfo[] {
    if (query === '') return [];
    const { withCode, inlined } = this.stored(() => storedFunctions(this.around.pdb.index, [query, lastComponent(query).at(-1) ?? query])) ?? this.all();
    // Every name that answers contains this text, mangled ones too; comparing paths is for those few.
    const key = lastComponent(query)[0] ?? query;
    return this.result(
      withCode.filter((one) => this.answers(one, query, key)),
      inlined.filter(({ name }) => name.includes(key) && (name === query || pathMatches(name, query))),
    );
  }

  matching(glob: string): FunctionInfo[] {
    const { withCode, inlined } = this.stored(() => storedFunctionsWith(this.around.pdb.index, (text) => matchesGlob(glob, text))) ?? this.all();
    return this.result(
      withCode.filter((one) => matchesGlob(glob, one.name) || matchesGlob(glob, demangle(this.linkage(one) ?? ''))),
      inlined.filter((one) => matchesGlob(glob, one.name)),
    );
  }

  private answers(one: WithCode, query: string, key: string): boolean {
    if (one.name.includes(key) && (one.name === query || pathMatches(one.name, query))) return true;
    const linkage = this.linkage(one);
    return linkage !== undefined && (linkage === query || (linkage.includes(key) && pathMatches(demangle(linkage), query)));
  }

  private linkage({ place }: WithCode): string | undefined {
    return this.around.linkageName(place.start);
  }

  private result(withCode: readonly WithCode[], inlined: readonly Inlined[]): FunctionInfo[] {
    const result: FunctionInfo[] = [];
    for (const { module, place } of withCode) {
      const procedure = this.around.pdb.tolerate(module, () => this.around.pdb.procedure(module, place), undefined);
      if (procedure) result.push(new PdbFunction(this.around, procedure, place));
    }
    // One function under several ids is one answer.
    const groups = new Map<string, Inlined[]>();
    for (const one of inlined) {
      const key = `${one.name} ${one.signature} ${one.line}`;
      const group = groups.get(key);
      if (group) group.push(one);
      else groups.set(key, [one]);
    }
    for (const [{ name, signature, module }, ids] of [...groups.values()].flatMap((group) => (group[0] ? [[group[0], group] as const] : [])))
      result.push(new PdbInlinedFunction(this.around, name, signature, new Set(ids.map(({ id }) => id)), module));
    return result;
  }

  /** What an index keeps of them. Reads all. */
  tables(): Record<string, Uint8Array> {
    const { withCode, inlined } = this.all();
    const numbers = new Map<Module, Map<ProcedurePlace, number>>();
    const numberOf = ({ module, place }: WithCode): number => {
      let known = numbers.get(module);
      if (!known) numbers.set(module, (known = new Map(module.procedures.map((one, i) => [one, i]))));
      return known.get(place) ?? 0;
    };
    return functionTables([
      ...withCode.map((one) => {
        const linkage = this.linkage(one);
        const texts = new Set(linkage === undefined ? [one.name] : [one.name, demangle(linkage)]);
        return { row: { code: true as const, module: one.module.number, procedure: numberOf(one) }, texts, keys: new Set([...[...texts].flatMap((text) => [text, ...lastComponent(text)]), ...(linkage === undefined ? [] : [linkage])]) };
      }),
      ...inlined.map(({ name, module, id, line }) => ({ row: { code: false as const, module: module.number, id, line }, texts: new Set([name]), keys: new Set([name, ...lastComponent(name)]) })),
    ]);
  }

  /** What rows of an index mean; undefined where there is no index, or all is read already. */
  private stored(find: () => readonly FunctionRow[] | undefined): Lists | undefined {
    const rows = this.lists ? undefined : find();
    if (!rows) return undefined;
    const { pdb } = this.around;
    const withCode: WithCode[] = [];
    const inlined: Inlined[] = [];
    for (const row of rows) {
      const module = pdb.modules[row.module];
      if (!module) continue;
      if (row.code) {
        const place = pdb.tolerate(module, () => module.procedures[row.procedure], undefined);
        const one = place && pdb.tolerate(module, () => withName(module, place), undefined);
        if (one) withCode.push(one);
      } else {
        const found = pdb.tolerate(module, () => pdb.ids.function(row.id), undefined);
        if (found) inlined.push({ id: row.id, name: found.qualifiedName, signature: found.signature, module, line: row.line });
      }
    }
    return { withCode, inlined };
  }

  private all(): Lists {
    if (this.lists) return this.lists;
    const { pdb } = this.around;
    const withCode: WithCode[] = [];
    for (const module of pdb.modules) pdb.tolerate(module, () => { withCode.push(...proceduresOf(module)); }, undefined);
    // One that has code of its own too answers by that.
    const coded = new Set(withCode.map(({ name, signature }) => inlineeKey(idPath(name), signature)));
    const inlined: Inlined[] = [];
    const seen = new Set<number>();
    for (const module of pdb.modules) {
      for (const [id, { line }] of pdb.tolerate(module, () => module.lines?.inlineeLines() ?? [], [])) {
        if (seen.has(id)) continue;
        seen.add(id);
        const found = pdb.tolerate(module, () => pdb.ids.function(id), undefined);
        if (found && !coded.has(inlineeKey(found.qualifiedName, found.signature))) inlined.push({ id, name: found.qualifiedName, signature: found.signature, module, line });
      }
    }
    return (this.lists = { withCode, inlined });
  }
}
