import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'smol-toml';
import type { UnitFile } from '../../../boot/languages/init-units/run';
import type { Src } from '../../api';

export interface FoundUnit extends UnitFile {
  /** Where it is written, in the workspace; left out for one that only the running image has. */
  readonly source?: Src;
  readonly text: string;
  /** Name of the scheme that init registers for it (`type = { scheme = "NAME" }`). */
  readonly scheme?: string;
}

const deepest = 10;
const mostEntries = 50_000;
const largest = 1 << 20;
const skipped = new Set(['node_modules', '.git', 'target', '.cache']);

/**
 * Unit files in the user's sources: files of folders `init.initfs.d`, `initfs`, `init.d` (base, Red Bear recipes/core/base), and those that
 * a configuration embeds as `[[files]]` with a path in init.d (Red Bear config/*.toml). A later folder's file of the same
 * name and stage counts, as /etc does over /usr. Files that are no unit are passed over: the language server tells of them.
 */
export const findUnitFiles = (folders: readonly string[]): FoundUnit[] => {
  const found = new Map<string, FoundUnit>();
  let entries = 0;
  const walk = (folder: string, depth: number): void => {
    let listed: fs.Dirent[];
    try {
      listed = fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch {
      return;
    }
    for (const entry of listed) {
      if (++entries > mostEntries) return;
      const at = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (depth < deepest && !skipped.has(entry.name)) walk(at, depth + 1);
      } else if (entry.isFile()) for (const unit of unitsIn(at)) found.set(`${unit.stage} ${unit.id}`, unit);
    }
  };
  for (const folder of folders) walk(folder, 0);
  return [...found.values()];
};

const unitsIn = (file: string): FoundUnit[] => {
  const name = path.basename(file);
  const isScript = isScriptName(name) && /(^|[\\/])init(\.initfs)?\.d$/.test(path.dirname(file));
  const isUnit = /\.(service|target)$/.test(name);
  if (!isUnit && !isScript && !name.endsWith('.toml')) return [];
  const text = read(file);
  if (text === undefined) return [];
  if (isScript) return [scriptUnit(name, text, stageOf(file), { path: file })];
  if (isUnit) {
    const unit = unitOf(name, text, stageOf(file), { path: file });
    return unit === undefined ? [] : [unit];
  }
  return embedded(file, text);
};

const read = (file: string): string | undefined => {
  try {
    return fs.statSync(file).size > largest ? undefined : fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

/** Sources keep the units of the first stage in `init.initfs.d`; the image has them below /scheme/initfs. */
const stageOf = (place: string): 1 | 2 => (/initfs/.test(path.dirname(place).split(path.sep).slice(-3).join('/')) ? 1 : 2);

const embedded = (file: string, text: string): FoundUnit[] => {
  const files = tableOf(text)?.['files'];
  if (!Array.isArray(files)) return [];
  return files.flatMap((item: unknown) => {
    const { path: place, data } = (typeof item === 'object' && item !== null ? item : {}) as { path?: unknown; data?: unknown };
    if (typeof place !== 'string' || typeof data !== 'string') return [];
    const id = path.posix.basename(place);
    if (!/\/init\.d$/.test(path.posix.dirname(place)) || !(/\.(service|target)$/.test(id) || isScriptName(id))) return [];
    const line = text.slice(0, Math.max(0, text.indexOf(`"${place}"`))).split('\n').length;
    const unit = isScriptName(id) ? scriptUnit(id, data, stageOf(place), { path: file, line }) : unitOf(id, data, stageOf(place), { path: file, line });
    return unit === undefined ? [] : [unit];
  });
};

/** A legacy script of the new init has no extension (init/src/script.rs). */
const isScriptName = (name: string): boolean => /^\d\d_[\w@-]+$/.test(name);

/** A unit of one file's text; undefined for what init would not take as one. */
export const unitFromText = (id: string, text: string, stage: 1 | 2): FoundUnit | undefined => (isScriptName(id) ? scriptUnit(id, text, stage) : /\.(service|target)$/.test(id) ? unitOf(id, text, stage) : undefined);

const scriptUnit = (id: string, text: string, stage: 1 | 2, source?: Src): FoundUnit => ({
  id,
  stage,
  requires: text.split('\n').flatMap((line) => (/^\s*requires_weak\s/.test(line) ? line.trim().split(/\s+/).slice(1) : [])),
  defaultDependencies: true,
  text,
  ...(source === undefined ? {} : { source }),
});

type Table = Record<string, unknown>;

const tableOf = (text: string): Table | undefined => {
  try {
    return parse(text) as Table;
  } catch {
    return undefined;
  }
};

const asTable = (value: unknown): Table => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {});
const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const unitOf = (id: string, text: string, stage: 1 | 2, source?: Src): FoundUnit | undefined => {
  const document = tableOf(text);
  if (document?.['unit'] === undefined) return undefined;
  const unit = asTable(document['unit']);
  const service = asTable(document['service']);
  const requires = Array.isArray(unit['requires_weak']) ? unit['requires_weak'].filter((one): one is string => typeof one === 'string') : [];
  const description = asText(unit['description']);
  const command = asText(service['cmd']);
  const kind = service['type'];
  const scheme = asText(asTable(kind)['scheme']);
  const type = typeof kind === 'string' ? kind : 'scheme' in asTable(kind) ? 'scheme' : undefined;
  return {
    id,
    stage,
    requires,
    defaultDependencies: unit['default_dependencies'] !== false,
    text,
    ...(source === undefined ? {} : { source }),
    ...(description === undefined ? {} : { description }),
    ...(command === undefined ? {} : { command }),
    ...(type === undefined ? {} : { type }),
    ...(scheme === undefined ? {} : { scheme }),
  };
};
