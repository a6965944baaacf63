import type { VariableInfo } from '../debug-info';
import { toNumber } from '../bytes/address';
import type { SectionBytes } from '../bytes/section-bytes';
import { components, pathMatches } from '../demangle/path';
import type { Language, Type } from '../types';
import { LF } from './codeview';
import type { Module } from './module';
import type { PdbFile } from './pdb-file';
import { PdbTypedef } from './types';
import { enumInside, plainName, readUdt } from './udt';
import { staticVariable } from './variables';

const keyword = /^(struct|union|class|enum)\s+/;
const kindsOf: Readonly<Record<string, readonly number[]>> = {
  struct: [LF.structure, LF.class],
  class: [LF.structure, LF.class],
  union: [LF.union],
  enum: [LF.enum],
};

/** Language of types asked for by name: that of the code near, else Rust where any module is Rust. */
const languageOf = (pdb: PdbFile, near: bigint | undefined): Language => {
  const module = near === undefined ? undefined : pdb.moduleAt(toNumber(near));
  if (module) return module.language;
  const languages = new Set(pdb.modules.map((one) => pdb.tolerate(one, () => one.language, 'other')));
  return languages.has('rust') ? 'rust' : languages.has('c') ? 'c' : 'other';
};

/** `enum2$<core::option::Option<u64> >` answers to `Option<u64>` too. */
const matches = (path: string, query: string): boolean => {
  if (path === query || pathMatches(path, query)) return true;
  const inside = enumInside(path);
  return inside !== undefined && matches(inside, query);
};

export const typesNamed = (pdb: PdbFile, query: string, near?: bigint): Type[] => {
  const word = keyword.exec(query)?.[1];
  const name = word === undefined ? query : query.replace(keyword, '');
  const language = languageOf(pdb, near);
  const parts = components(name);
  const last = parts[parts.length - 1] ?? name;
  const { types } = pdb;
  const found: Type[] = [];
  for (const index of types.udts.named(last)) {
    if (word !== undefined && !(kindsOf[word] ?? []).includes(types.stream.kind(index))) continue;
    if (matches(readUdt(types.stream, index).name, name)) found.push(types.at(index, language));
  }
  return word === undefined ? [...found, ...typedefs(pdb, name, last, language)] : found;
};

/** Typedefs that give another name than the type has by itself. */
const typedefs = (pdb: PdbFile, query: string, last: string, language: Language): Type[] => {
  const result: Type[] = [];
  for (const [name, indexes] of pdb.globals.typedefs()) {
    if (!name.endsWith(last) || plainName(name) !== last || !(name === query || pathMatches(name, query))) continue;
    for (const index of indexes) {
      const target = pdb.types.at(index, language);
      if (target.qualifiedName !== name) result.push(new PdbTypedef(name, target, language));
    }
  }
  return result;
};

interface Found {
  readonly variable: VariableInfo;
  readonly module: number;
}

/** Static variables of the program and of each module, once each. */
export class VariableIndex {
  private names: Map<string, Found[]> | undefined;

  constructor(private readonly pdb: PdbFile) {}

  named(query: string, near?: bigint): VariableInfo[] {
    const parts = components(query);
    const last = parts[parts.length - 1] ?? query;
    const found = (this.build().get(last) ?? []).filter(({ variable }) => parts.length === 1 || pathMatches(variable.qualifiedName, query));
    const module = near === undefined ? undefined : this.pdb.moduleAt(toNumber(near))?.number;
    return [...found.filter((one) => one.module === module), ...found.filter((one) => one.module !== module)].map(({ variable }) => variable);
  }

  private build(): Map<string, Found[]> {
    if (this.names) return this.names;
    const { pdb } = this;
    const names = new Map<string, Found[]>();
    const seen = new Set<string>();
    const offer = (variable: VariableInfo | undefined, module: number): void => {
      if (!variable) return;
      const key = `${variable.name} ${Buffer.from(variable.locationAt(0n)?.expression ?? []).toString('hex')}`;
      if (seen.has(key)) return;
      seen.add(key);
      const known = names.get(variable.name);
      if (known) known.push({ variable, module });
      else names.set(variable.name, [{ variable, module }]);
    };
    const ofModule = (module: Module, stream: SectionBytes): void => {
      for (const { at, procedure } of module.data) {
        const place = procedure === undefined ? undefined : module.procedures.find((one) => one.at === procedure);
        const path = place && pdb.procedure(module, place)?.name;
        offer(staticVariable(pdb, stream, at, module.language, path), module.number);
      }
    };
    for (const module of pdb.modules) {
      const { stream } = module;
      if (stream) pdb.tolerate(module, () => { ofModule(module, stream); }, undefined);
    }
    const records = pdb.globals.section;
    const language = languageOf(pdb, undefined);
    const place = { file: pdb.path, section: records?.name ?? 'PDB', offset: 0 };
    if (records) for (const at of pdb.damage.tolerate(() => pdb.globals.data(), [], place)) pdb.damage.tolerate(() => { offer(staticVariable(pdb, records, at, language), -1); }, undefined, place);
    return (this.names = names);
  }
}
