import type { FunctionInfo } from '../debug-info';
import { demangle } from '../demangle/demangle';
import { lastComponent, pathMatches } from '../demangle/path';
import { matchesGlob } from '../symbols/glob';
import { symbolAt } from './symbol-records';
import { idPath, PdbFunction, PdbInlinedFunction } from './functions';
import type { FunctionSurroundings } from './functions';
import type { Module, ProcedurePlace } from './module';

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

const proceduresOf = (module: Module): WithCode[] => {
  const { stream } = module;
  if (!stream) return [];
  return module.procedures.map((place) => {
    const cursor = symbolAt(stream, place.at);
    cursor.skip(24);
    const signature = cursor.u32();
    cursor.skip(7);
    return { name: cursor.string(), signature, module, place };
  });
};

/** All functions by name: procedures, and those that are only inlined. Made on the first query by name. */
export class FunctionIndex {
  private lists: Lists | undefined;

  constructor(private readonly around: FunctionSurroundings) {}

  named(query: string): FunctionInfo[] {
    if (query === '') return [];
    const { withCode, inlined } = this.all();
    // Every name that answers contains this text, mangled ones too; comparing paths is for those few.
    const key = lastComponent(query)[0] ?? query;
    return this.result(
      withCode.filter((one) => this.answers(one, query, key)),
      inlined.filter(({ name }) => name.includes(key) && (name === query || pathMatches(name, query))),
    );
  }

  matching(glob: string): FunctionInfo[] {
    const { withCode, inlined } = this.all();
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
    // One function under several ids is one answer; one that has code of its own too has answered already.
    const known = new Set(inlined.length > 0 ? this.all().withCode.map(({ name, signature }) => `${idPath(name)} ${signature}`) : []);
    const groups = new Map<string, Inlined[]>();
    for (const one of inlined) {
      if (known.has(`${one.name} ${one.signature}`)) continue;
      const key = `${one.name} ${one.signature} ${one.line}`;
      const group = groups.get(key);
      if (group) group.push(one);
      else groups.set(key, [one]);
    }
    for (const [{ name, signature, module }, ids] of [...groups.values()].flatMap((group) => (group[0] ? [[group[0], group] as const] : [])))
      result.push(new PdbInlinedFunction(this.around, name, signature, new Set(ids.map(({ id }) => id)), module));
    return result;
  }

  private all(): Lists {
    if (this.lists) return this.lists;
    const { pdb } = this.around;
    const withCode: WithCode[] = [];
    for (const module of pdb.modules) pdb.tolerate(module, () => { withCode.push(...proceduresOf(module)); }, undefined);
    const inlined: Inlined[] = [];
    const seen = new Set<number>();
    for (const module of pdb.modules) {
      for (const [id, { line }] of pdb.tolerate(module, () => module.lines?.inlineeLines() ?? [], [])) {
        if (seen.has(id)) continue;
        seen.add(id);
        const found = pdb.tolerate(module, () => pdb.ids.function(id), undefined);
        if (found) inlined.push({ id, name: found.qualifiedName, signature: found.signature, module, line });
      }
    }
    return (this.lists = { withCode, inlined });
  }
}
