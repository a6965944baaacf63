import type { Stage } from '../../boot/languages/init-units/graph';
import type { Range } from '../findings';
import type { Workspace } from '../workspace/workspace';
import { get, readToml, type Table, type TomlResult } from './toml';

export interface Reference {
  readonly id: string;
  readonly range: Range;
}

/** One unit, a file of its own or embedded in a system's configuration. Ranges are those of the file at `path`. */
export interface Unit {
  readonly id: string;
  readonly path: string;
  /** The line of `path` at which the unit's text begins. */
  readonly firstLine: number;
  readonly stage: Stage;
  readonly kind: 'service' | 'target' | 'script';
  readonly toml?: TomlResult;
  readonly text: string;
  readonly requires: readonly Reference[];
  readonly defaultDependencies: boolean;
  readonly description?: string;
  readonly command?: string;
  readonly args: readonly string[];
  /** Scheme it registers, by its type. */
  readonly scheme?: string;
  /** `etc` directories are read after `lib` ones, and their files replace those of the same name. */
  readonly directory: 'lib' | 'etc';
  /** Its name in the `path` of a configuration that embeds it. */
  readonly pathRange?: Range;
  /** Conditions under which init starts it, in words. */
  readonly conditions: readonly string[];
}

const idOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

const stageOf = (path: string, workspace: Workspace): Stage => (/initfs/.test(folderOf(path).split('/').slice(-3).join('/')) || workspace.files.exists(`${folderOf(path)}/90_initfs.target`) ? 1 : 2);

/** Reads one unit; `target` is where the file lies in the running system, when that is not `path`. */
export function readUnit(path: string, text: string, stage: Stage, id = idOf(path), firstLine = 0, target = path): Unit {
  const directory = /(^|\/)etc\/init(\.initfs)?\.d\//.test(target) ? 'etc' : 'lib';
  const kind = id.endsWith('.service') ? 'service' : id.endsWith('.target') ? 'target' : 'script';
  if (kind === 'script') return { id, path, firstLine, stage, kind, text, requires: scriptRequires(text, firstLine), defaultDependencies: true, args: [], directory, conditions: [] };
  const toml = shift(readToml(text), firstLine);
  const unit = tableOf(toml.table, 'unit');
  const service = tableOf(toml.table, 'service');
  const required = get(unit, 'requires_weak')?.value;
  const requires = required?.kind === 'array' ? required.items.flatMap((item) => (item.kind === 'string' ? [{ id: item.value, range: item.range }] : [])) : [];
  const type = get(service, 'type')?.value;
  const scheme = type?.kind === 'table' ? stringOf(type.table, 'scheme') : undefined;
  const args = get(service, 'args')?.value;
  const description = stringOf(unit, 'description');
  const command = stringOf(service, 'cmd');
  const defaults = get(unit, 'default_dependencies')?.value;
  return {
    id,
    path,
    firstLine,
    stage,
    kind,
    toml,
    text,
    requires,
    defaultDependencies: !(defaults?.kind === 'boolean' && defaults.value === false),
    args: args?.kind === 'array' ? args.items.flatMap((item) => (item.kind === 'string' ? [item.value] : [])) : [],
    directory,
    conditions: ['architecture', 'board'].flatMap((one) => {
      const words = get(unit, `condition_${one}`)?.value;
      return words?.kind === 'array' ? [`${one} ${words.items.flatMap((item) => (item.kind === 'string' ? [item.value] : [])).join(' or ')}`] : [];
    }),
    ...(description === undefined ? {} : { description }),
    ...(command === undefined ? {} : { command }),
    ...(scheme === undefined ? {} : { scheme }),
  };
}

const tableOf = (table: Table, key: string): Table => {
  const value = get(table, key)?.value;
  return value?.kind === 'table' ? value.table : [];
};
const stringOf = (table: Table, key: string): string | undefined => {
  const value = get(table, key)?.value;
  return value?.kind === 'string' ? value.value : undefined;
};

function scriptRequires(text: string, firstLine: number): Reference[] {
  return text.split('\n').flatMap((line, index) => {
    const head = /^\s*requires_weak\s/.exec(line);
    if (head === null) return [];
    return [...line.matchAll(/\S+/g)].slice(1).map((match) => ({ id: match[0], range: { start: { line: firstLine + index, character: match.index }, end: { line: firstLine + index, character: match.index + match[0].length } } }));
  });
}

/** Moves all ranges down, for a text that is a part of another. */
function shift(result: TomlResult, lines: number): TomlResult {
  if (lines === 0) return result;
  const range = (one: Range): Range => ({ start: { ...one.start, line: one.start.line + lines }, end: { ...one.end, line: one.end.line + lines } });
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, key === 'range' || key === 'keyRange' ? range(inner as Range) : walk(inner)]));
  };
  return { table: walk(result.table) as Table, ...(result.error === undefined ? {} : { error: { ...result.error, line: result.error.line + lines } }) };
}

/** Units in `[[files]]` of a Redox configuration: `path = "/etc/init.d/X"`, `data = """…"""`. */
export function embeddedUnits(path: string, text: string): Unit[] {
  const files = get(readToml(text).table, 'files')?.value;
  if (files?.kind !== 'array') return [];
  return files.items.flatMap((item): Unit[] => {
    if (item.kind !== 'table') return [];
    const target = stringOf(item.table, 'path');
    const data = get(item.table, 'data')?.value;
    if (target === undefined || data?.kind !== 'string') return [];
    const found = /(^|\/)init(?:\.initfs)?\.d\/([^/]+)$/.exec(target);
    const id = found?.[2] ?? '';
    if (found === null || !(/\.(service|target)$/.test(id) || /^\d\d_[\w@-]+$/.test(id))) return [];
    // Places can be told only where the text stands there as it is, from the line after the quotes.
    const plain = (data.raw.startsWith('"""\n') || data.raw.startsWith("'''\n")) && data.raw.slice(4, -3) === data.value;
    if (!plain) return [];
    const place = get(item.table, 'path')?.value.range;
    const unit = readUnit(path, data.value, /initfs/.test(target) ? 1 : 2, id, data.range.start.line + 1, target);
    return [place === undefined ? unit : { ...unit, pathRange: { start: { line: place.end.line, character: place.end.character - 1 - id.length }, end: { line: place.end.line, character: place.end.character - 1 } } }];
  });
}

/** Units read before, as long as their text stays the same. */
const kept = new WeakMap<Workspace, Map<string, { readonly text: string; readonly units: readonly Unit[] }>>();

/** Units of a file: one, or those a configuration embeds. */
export function unitsIn(path: string, workspace: Workspace, text = workspace.files.read(path) ?? ''): readonly Unit[] {
  const all = kept.get(workspace) ?? new Map<string, { text: string; units: readonly Unit[] }>();
  kept.set(workspace, all);
  const known = all.get(path);
  if (known?.text === text) return known.units;
  const units = parseUnits(path, workspace, text);
  all.set(path, { text, units });
  return units;
}

function parseUnits(path: string, workspace: Workspace, text: string): Unit[] {
  const kind = workspace.kind(path);
  if (kind === 'redox-config') return embeddedUnits(path, text);
  if (kind !== 'init-unit' && kind !== 'line-script') return [];
  return /\.rc$/.test(path) ? [] : [readUnit(path, text, stageOf(path, workspace))];
}
