import type { VariableInfo } from '../debug-info';
import { toAddress, toNumber } from '../bytes/address';
import type { SectionBytes } from '../bytes/section-bytes';
import { components, pathMatches } from '../demangle/path';
import { baseOfType, typeMatches } from '../demangle/type-path';
import type { Language, Type } from '../types';
import { LF } from './codeview';
import { genericArguments } from './generics';
import type { PdbFile } from './pdb-file';
import { symbolAt } from './symbol-records';
import { PdbTypedef } from './types';
import { enumInside, plainName, readUdt } from './udt';
import { storedVariables, variableTables } from './stored-names';
import type { VariableRow } from './stored-names';
import { staticVariable } from './variables';

const tableName = '::vtable$';
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
  const { languages } = pdb;
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
  if (word === undefined) found.push(...typedefs(pdb, name, last, language));
  const base = found.length > 0 ? undefined : baseOfType(name);
  if (base === undefined) return found;
  // What is asked for in short: its generic arguments' paths, or the last arguments, are left out.
  return types.udts.generic(base).filter((index) => (word === undefined || (kindsOf[word] ?? []).includes(types.stream.kind(index))) && typeMatches(readUdt(types.stream, index).name, name)).map((index) => types.at(index, language));
};

/** Typedefs that give another name than the type has by itself. */
const typedefs = (pdb: PdbFile, query: string, last: string, language: Language): Type[] => {
  const result: Type[] = [];
  for (const { name, type } of pdb.globals.typedefs(last)) {
    if (plainName(name) !== last || !(name === query || pathMatches(name, query))) continue;
    const target = pdb.types.at(type, language);
    if (target.qualifiedName !== name) result.push(new PdbTypedef(name, target, language));
  }
  return result;
};

interface Found {
  readonly variable: VariableInfo;
  readonly row: VariableRow;
}

/** Static variables of the program and of each module, once each. */
export class VariableIndex {
  private names: Map<string, Found[]> | undefined;

  constructor(private readonly pdb: PdbFile) {}

  named(query: string, near?: bigint): VariableInfo[] {
    const parts = components(query);
    const last = parts[parts.length - 1] ?? query;
    const named = this.names ? undefined : storedVariables(this.pdb.index, last)?.flatMap((row) => this.at(row) ?? []).filter(({ variable }) => variable.name === last);
    const found = (named ?? this.build().get(last) ?? []).filter(({ variable }) => parts.length === 1 || pathMatches(variable.qualifiedName, query));
    const module = near === undefined ? -1 : (this.pdb.moduleAt(toNumber(near))?.number ?? -1);
    const isNear = ({ row }: Found): boolean => row.module === module;
    return [...found.filter(isNear), ...found.filter((one) => !isNear(one))].map(({ variable }) => variable);
  }

  /** Types whose table for a trait is at an address, by the name of that table: `impl$<T, Trait>::vtable$` (compiler/rustc_codegen_ssa/src/debuginfo/type_names.rs, compute_debuginfo_vtable_name). */
  holdersOf(address: bigint): Type[] {
    this.vtables ??= this.collectVtables();
    const names = this.vtables.get(address) ?? new Set<string>();
    return [...names].flatMap((name) => genericArguments(this.pdb.types, name).slice(0, 1)).map(({ type }) => type);
  }

  private vtables: Map<bigint, Set<string>> | undefined;

  private collectVtables(): Map<bigint, Set<string>> {
    const { pdb } = this;
    const found = new Map<bigint, Set<string>>();
    const { section } = pdb.globals;
    const places = section ? pdb.damage.tolerate(() => pdb.globals.data(), [], { file: pdb.path, section: section.name, offset: 0 }) : [];
    for (const at of places) {
      const cursor = symbolAt(section as SectionBytes, at);
      cursor.skip(4);
      const offset = cursor.u32();
      const segment = cursor.u16();
      const name = cursor.string();
      const address = name.endsWith(tableName) ? pdb.segments.address(segment, offset) : undefined;
      if (address === undefined) continue;
      const key = toAddress(address);
      const known = found.get(key) ?? new Set<string>();
      found.set(key, known.add(name.slice(0, -tableName.length)));
    }
    return found;
  }

  /** What an index keeps of them. Reads all. */
  tables(): Record<string, Uint8Array> {
    return variableTables([...this.build()].flatMap(([name, found]) => found.map(({ row }) => ({ name, row }))));
  }

  /** The variable of a row. */
  private at(row: VariableRow): Found | undefined {
    const { pdb } = this;
    const module = row.module === undefined ? undefined : pdb.modules[row.module];
    const read = (): VariableInfo | undefined => {
      if (!module) {
        const records = pdb.globals.section;
        return records && staticVariable(pdb, records, row.at, languageOf(pdb, undefined));
      }
      const place = row.procedure === undefined ? undefined : module.procedures.find(({ at }) => at === row.procedure);
      return module.stream && staticVariable(pdb, module.stream, row.at, module.language, place && pdb.procedure(module, place)?.name);
    };
    const variable = module ? pdb.tolerate(module, read, undefined) : pdb.damage.tolerate(read, undefined, { file: pdb.path, section: pdb.globals.section?.name ?? 'PDB', offset: 0 });
    return variable && { variable, row };
  }

  private build(): Map<string, Found[]> {
    if (this.names) return this.names;
    const { pdb } = this;
    const names = new Map<string, Found[]>();
    const seen = new Set<string>();
    const offer = (found: Found | undefined): void => {
      if (!found) return;
      const { variable } = found;
      const key = `${variable.name} ${Buffer.from(variable.locationAt(0n)?.expression ?? []).toString('hex')}`;
      if (seen.has(key)) return;
      seen.add(key);
      const known = names.get(variable.name);
      if (known) known.push(found);
      else names.set(variable.name, [found]);
    };
    for (const module of pdb.modules) for (const { at, procedure } of pdb.tolerate(module, () => (module.stream ? module.data : []), [])) offer(this.at({ module: module.number, at, procedure }));
    const place = { file: pdb.path, section: pdb.globals.section?.name ?? 'PDB', offset: 0 };
    for (const at of pdb.damage.tolerate(() => pdb.globals.data(), [], place)) offer(this.at({ module: undefined, at, procedure: undefined }));
    return (this.names = names);
  }
}
