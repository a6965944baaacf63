import { endsWithPath } from '../dwarf/paths';
import type { IndexHandle } from '../index/handle';
import { filedTables, forEachText, hasNames, placesOf, textTables } from '../index/names';
import type { FiledText } from '../index/names';
import { bytesOfColumn, words } from '../index/tables';
import type { Tables } from '../index/tables';

/** A function's row: whether it has code, its module, its number there or its id, and the line where an inlined one begins. */
const functionWords = 4;
/** A variable's row: its module (`globalModule` for one of the whole program), its record, that of the procedure around it + 1. */
const variableWords = 3;
const globalModule = 0xffff_ffff;
const any = 1;

export type FunctionRow =
  | { readonly code: true; readonly module: number; /** Number among the module's procedures. */ readonly procedure: number }
  | { readonly code: false; readonly module: number; readonly id: number; readonly line: number };

export interface VariableRow {
  /** Undefined for a record among those of the whole program. */
  readonly module: number | undefined;
  readonly at: number;
  /** Record of the procedure around it. */
  readonly procedure: number | undefined;
}

/** A function with all that it is found by: keys for names, texts for patterns. */
export interface NamedFunction {
  readonly row: FunctionRow;
  readonly keys: ReadonlySet<string>;
  readonly texts: ReadonlySet<string>;
}

/** What an index keeps of functions, in the order of their answers. */
export const functionTables = (functions: readonly NamedFunction[]): Record<string, Uint8Array> => {
  const rows = functions.flatMap(({ row }) => (row.code ? [1, row.module, row.procedure, 0] : [0, row.module, row.id, row.line]));
  const keys: FiledText[] = functions.flatMap((one, place) => [...one.keys].map((text) => ({ text, place, kind: any })));
  const texts = new Map<string, number[]>();
  for (const [place, one] of functions.entries()) {
    for (const text of one.texts) {
      const places = texts.get(text);
      if (places) places.push(place);
      else texts.set(text, [place]);
    }
  }
  return { functionRows: bytesOfColumn(Uint32Array.from(rows)), ...filedTables(keys, 'function'), ...textTables(texts, 'functionText') };
};

const functionRows = (tables: Tables, places: Iterable<number>): FunctionRow[] =>
  [...new Set(places)].sort((a, b) => a - b).map((place) => {
    const [code = 0, module = 0, value = 0, line = 0] = words(tables, 'functionRows', place * functionWords, functionWords);
    return code === 1 ? { code: true, module, procedure: value } : { code: false, module, id: value, line };
  });

/** Functions that may answer to a key, from an index. */
export const storedFunctions = (index: IndexHandle | undefined, keys: readonly string[]): FunctionRow[] | undefined =>
  index?.ask((tables) => (hasNames(tables, 'function') ? functionRows(tables, keys.flatMap((key) => placesOf(tables, key, any, false, 'function'))) : undefined));

/** Functions with a text that `matches` accepts, from an index. */
export const storedFunctionsWith = (index: IndexHandle | undefined, matches: (text: string) => boolean): FunctionRow[] | undefined =>
  index?.ask((tables) => {
    if (!hasNames(tables, 'function')) return undefined;
    const found: number[] = [];
    forEachText(tables, (text, places) => { if (matches(text)) found.push(...places()); }, 'functionText');
    return functionRows(tables, found);
  });

/** What an index keeps of static variables, each with its plain name. */
export const variableTables = (variables: readonly { readonly name: string; readonly row: VariableRow }[]): Record<string, Uint8Array> => ({
  variableRows: bytesOfColumn(Uint32Array.from(variables.flatMap(({ row: { module, at, procedure } }) => [module ?? globalModule, at, procedure === undefined ? 0 : procedure + 1]))),
  ...filedTables(variables.map(({ name }, place) => ({ text: name, place, kind: any })), 'variable'),
});

/** Variables that may have a plain name, from an index. */
export const storedVariables = (index: IndexHandle | undefined, name: string): VariableRow[] | undefined =>
  index?.ask((tables) => {
    if (!hasNames(tables, 'variable')) return undefined;
    return placesOf(tables, name, any, false, 'variable').map((place) => {
      const [module = 0, at = 0, procedure = 0] = words(tables, 'variableRows', place * variableWords, variableWords);
      return { module: module === globalModule ? undefined : module, at, procedure: procedure === 0 ? undefined : procedure - 1 };
    });
  });

/** A function that is inlined somewhere: what it is known by, and the modules that have lines of it. */
export interface InlinedId {
  readonly id: number;
  readonly key: string;
  readonly modules: readonly number[];
}

/** What an index keeps of inlined functions. */
export const inlinedTables = (ids: readonly InlinedId[]): Record<string, Uint8Array> => ({
  ...filedTables(ids.map(({ key, id }) => ({ text: key, place: id, kind: any })), 'inlinee'),
  inlineeModules: bytesOfColumn(Uint32Array.from([...ids].sort((a, b) => a.id - b.id).flatMap(({ id, modules }) => modules.flatMap((module) => [id, module])))),
});

/** Ids that may have a key, from an index. */
export const storedInlinees = (index: IndexHandle | undefined, key: string): readonly number[] | undefined =>
  index?.ask((tables) => (hasNames(tables, 'inlinee') ? placesOf(tables, key, any, false, 'inlinee') : undefined));

/** Modules with copies or lines of some ids, ascending, from an index. */
export const storedInlineeModules = (index: IndexHandle | undefined, ids: ReadonlySet<number>): number[] | undefined =>
  index?.ask((tables) => {
    if (!hasNames(tables, 'inlinee')) return undefined;
    const pairs = words(tables, 'inlineeModules');
    const found = new Set<number>();
    for (let i = 0; i < pairs.length; i += 2) if (ids.has(pairs[i] as number)) found.add(pairs[i + 1] as number);
    return [...found].sort((a, b) => a - b);
  });

/** A procedure by its module and its number there. */
export interface ProcedureNumber {
  readonly module: number;
  readonly number: number;
}

/** What an index keeps of the files of the line tables: each with the procedures that have lines of it. */
export const fileTables = (files: ReadonlyMap<string, readonly ProcedureNumber[]>): Record<string, Uint8Array> =>
  textTables(new Map([...files].map(([file, procedures]) => [file, procedures.flatMap(({ module, number }) => [module, number])])), 'pdbFile');

/** All paths, in order, from an index. */
export const storedFiles = (index: IndexHandle | undefined): string[] | undefined =>
  index?.ask((tables) => {
    if (tables.size('pdbFiles') === 0) return undefined;
    const files: string[] = [];
    forEachText(tables, (text) => files.push(text), 'pdbFile');
    return files.sort();
  });

/** The full paths of a file by its path or trailing components, and the procedures with lines of it by module, from an index. */
export const storedPlacesOfFile = (index: IndexHandle | undefined, wanted: string): { readonly paths: ReadonlySet<string>; readonly procedures: ReadonlyMap<number, readonly number[]> } | undefined =>
  index?.ask((tables) => {
    if (tables.size('pdbFiles') === 0) return undefined;
    const paths = new Set<string>();
    const modules = new Map<number, Set<number>>();
    forEachText(tables, (text, places) => {
      if (!endsWithPath(text, wanted)) return;
      paths.add(text);
      const pairs = places();
      for (let i = 0; i + 1 < pairs.length; i += 2) {
        const numbers = modules.get(pairs[i] as number) ?? new Set();
        modules.set(pairs[i] as number, numbers.add(pairs[i + 1] as number));
      }
    }, 'pdbFile');
    return { paths, procedures: new Map([...modules].sort(([a], [b]) => a - b).map(([module, numbers]) => [module, [...numbers].sort((a, b) => a - b)])) };
  });
