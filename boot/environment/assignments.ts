import { readConf } from '../languages/loader-conf';

/** Where boot files set variables of the kernel environment: loader.conf and its kin, and kenv(1) in scripts. Pure. */
export interface BootFile {
  readonly path: string;
  readonly text: string;
}

export interface FileAssignment {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly kind: 'loader' | 'script';
}

const isScript = (path: string): boolean => /(?:\.sh|(?:^|\/)(?:init_script|init|rc|rc\.local))$/.test(path);
const isConf = (path: string): boolean => /(?:^|\/)(?:device\.hints|loader\.conf(?:\.local)?|loader\.conf\.d\/[^/]*\.conf|loader\.[\w.-]*\.d\/[^/]*\.conf)$/.test(path);
/** Files in which boot variables are set, by their names: stand/defaults/loader.conf (loader_conf_files, loader_conf_dirs) and scripts. */
export const isBootFile = (path: string): boolean => isConf(path) || isScript(path);

/** `kenv NAME=VALUE` as a command of its own; values with substitutions are left out, since only the shell knows them. */
const kenvCommand = /(?:^|[\s;&|({])(?:\/[\w./-]*\/)?kenv\s+(?:-q\s+)?([A-Za-z0-9][\w.-]*)=("[^"$`\\]*"|'[^']*'|[^\s"'$`\\;&|)}]*)(?=$|[\s;&|)}])/g;

/** All assignments, in the order of files and lines. */
export const assignmentsIn = (files: readonly BootFile[]): FileAssignment[] =>
  files.flatMap(({ path, text }): FileAssignment[] => {
    if (isConf(path)) {
      return readConf(text, 'lua-15').lines.flatMap(({ verdict, index }): FileAssignment[] =>
        // What the loader expands or unescapes is not known from the text alone.
        verdict.kind !== 'setting' || /[$\\]/.test(verdict.raw) ? [] : [{ name: verdict.name, value: verdict.raw, path, line: index + 1, kind: 'loader' }],
      );
    }
    if (!isScript(path)) return [];
    return text.split('\n').flatMap((line, index): FileAssignment[] =>
      /^\s*#/.test(line) ? [] : [...line.matchAll(kenvCommand)].map(([, name = '', value = '']) => ({ name, value: value.replace(/^(["'])(.*)\1$/, '$2'), path, line: index + 1, kind: 'script' as const })),
    );
  });

/** The one place in the files that gives this value; undefined when none or several files do. In one file the last one wins. */
export const originOf = (assignments: readonly FileAssignment[], value: string): FileAssignment | undefined => {
  const matching = assignments.filter((one) => one.value === value);
  return new Set(matching.map(({ path }) => path)).size === 1 ? matching.at(-1) : undefined;
};

/** What the files say of a variable, when one file alone speaks of it. */
export const onlyAssignment = (assignments: readonly FileAssignment[]): FileAssignment | undefined => (new Set(assignments.map(({ path }) => path)).size === 1 ? assignments.at(-1) : undefined);
