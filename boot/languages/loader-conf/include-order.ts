import { readConf, type ConfFile } from './file';
import { expandValue, loads } from './value';
import type { LoaderRules, ModuleKey, Setting } from './rules';

/** The files of one boot tree, by the paths the loader knows (`/boot/loader.conf`). */
export interface BootTree {
  read(path: string): string | undefined;
  /** Names in a folder; undefined when there is none. */
  list(path: string): readonly string[] | undefined;
}

export interface ReadFile {
  readonly path: string;
  readonly conf: ConfFile;
}

/** One assignment that took effect when its line was read; a later one of the same name replaces it. */
export interface Assignment {
  readonly path: string;
  readonly line: number;
  readonly setting: Setting;
  readonly value: string;
}

export interface Module {
  readonly name: string;
  /** The assignment of each field that counts in the end. */
  readonly fields: ReadonlyMap<ModuleKey, Assignment>;
  readonly loaded: boolean;
  /** What is given to `load`: the `_name` field, else the module's own name. */
  readonly file: string;
  readonly type?: string;
}

export interface LoaderState {
  readonly files: readonly ReadFile[];
  /** All assignments in the order they are read. */
  readonly assignments: readonly Assignment[];
  /** The last one of each name. */
  readonly variables: ReadonlyMap<string, Assignment>;
  readonly modules: ReadonlyMap<string, Module>;
}

const lists = (value: string): string[] => value.split(/[^\x21-\x7e]+/).filter((word) => word !== '');

/** What /boot/defaults/loader.conf says of further files, for trees that do not hold it. */
const presets: Record<LoaderRules, { files: string; local: string; dirs: string }> = {
  'lua-15': { files: '/boot/device.hints /boot/loader.conf', local: '/boot/loader.conf.local', dirs: '/boot/loader.conf.d' },
  'lua-13': { files: '/boot/device.hints /boot/loader.conf /boot/loader.conf.local', local: '', dirs: '/boot/loader.conf.d' },
  forth: { files: '/boot/device.hints /boot/loader.conf /boot/loader.conf.local', local: '', dirs: '' },
};

const defaults = '/boot/defaults/loader.conf';

/**
 * Reads a boot tree as the loader does (config.lua: readConf, config.load): the defaults, their loader_conf_files depth
 * first, each file once; then the *.conf files of loader_conf_dirs, then the local files, then nextboot.conf. The order
 * inside a folder is the folder's own and not known here: names are taken in alphabetical order.
 */
export function readTree(tree: BootTree, rules: LoaderRules): LoaderState {
  const files: ReadFile[] = [];
  const assignments: Assignment[] = [];
  const environment = new Map<string, string>();
  const seen = new Set<string>();
  const preset = presets[rules];

  const readOne = (path: string): string | undefined => {
    if (seen.has(path)) return undefined;
    seen.add(path);
    const text = tree.read(path);
    if (text === undefined) return path === defaults ? preset.files : undefined;
    const conf = readConf(text, rules);
    files.push({ path, conf });
    let more: string | undefined;
    for (const line of conf.lines) {
      if (!line.reached || line.verdict.kind !== 'setting') continue;
      const setting = line.verdict;
      const value = setting.field === undefined ? expandValue(setting.raw, rules, (name) => environment.get(name)).value : setting.raw;
      if (value === undefined) continue;
      assignments.push({ path, line: line.index, setting, value });
      environment.set(setting.name, value);
      if (setting.name === 'loader_conf_files') more = value;
    }
    return more;
  };
  const readDeep = (path: string): void => {
    for (const next of lists(readOne(path) ?? '')) readDeep(next);
  };

  readDeep(defaults);
  if (rules !== 'forth') {
    for (const folder of lists(environment.get('loader_conf_dirs') ?? preset.dirs)) {
      for (const name of [...(tree.list(folder) ?? [])].sort()) if (name.endsWith('.conf')) readDeep(`${folder.replace(/\/$/, '')}/${name}`);
    }
    for (const path of lists(environment.get('local_loader_conf_files') ?? preset.local)) readDeep(path);
  }
  readDeep(environment.get('nextboot_conf') ?? '/boot/nextboot.conf');
  return { files, ...settle(assignments, rules) };
}

/** What counts in the end of a list of assignments. */
export function settle(assignments: readonly Assignment[], rules: LoaderRules): Omit<LoaderState, 'files'> {
  const variables = new Map<string, Assignment>();
  const fields = new Map<string, Map<ModuleKey, Assignment>>();
  for (const one of assignments) {
    variables.set(one.setting.name, one);
    const { field } = one.setting;
    if (field === undefined) continue;
    const known = fields.get(field.module) ?? new Map<ModuleKey, Assignment>();
    fields.set(field.module, known.set(field.key, one));
  }
  const modules = new Map<string, Module>();
  for (const [name, own] of fields) {
    const type = own.get('type')?.value;
    modules.set(name, { name, fields: own, loaded: loads(own.get('load')?.value ?? '', rules), file: own.get('name')?.value ?? name, ...(type === undefined ? {} : { type }) });
  }
  return { assignments, variables, modules };
}

/** Assignments of a single file that stands in no boot tree. */
export function assignmentsOf(path: string, conf: ConfFile): Assignment[] {
  return conf.lines.flatMap((line): Assignment[] => {
    if (!line.reached || line.verdict.kind !== 'setting') return [];
    const setting = line.verdict;
    const value = setting.field === undefined ? expandValue(setting.raw, conf.rules).value : setting.raw;
    return value === undefined ? [] : [{ path, line: line.index, setting, value }];
  });
}
