import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser/lib/esm/main.js';
import { usage } from '../exit';

export type Configuration = Record<string, unknown> & { readonly name: string; readonly request: 'launch' | 'attach' };

const systems: Readonly<Partial<Record<NodeJS.Platform, string>>> = { win32: 'windows', darwin: 'osx', linux: 'linux' };

/**
 * The debug configuration in a launch.json (comments and trailing commas as VS Code takes them), or in a file that holds one
 * alone. `name` picks among several. Variables are replaced as VS Code does; those that only an editor can answer end the command.
 */
export function readConfiguration(file: string, name?: string): Configuration {
  const found = candidates(file);
  const named = name === undefined ? found : found.filter((one) => one.name === name);
  const names = found.map((one) => String(one.name)).join(', ');
  const [only, ...others] = named;
  if (only === undefined) return usage(name === undefined || found.length === 0 ? `${file} holds no configuration of type "bootscope"` : `${file} holds no configuration "${name}" but: ${names}`);
  if (others.length > 0) return usage(`${file} holds several configurations; choose one by --name: ${names}`);
  const folder = path.dirname(path.resolve(file));
  const workspace = path.basename(folder) === '.vscode' ? path.dirname(folder) : folder;
  const own = only[systems[process.platform] ?? ''];
  const merged = { ...only, ...(typeof own === 'object' ? own : {}) };
  const replaced = replace(merged, variables(workspace), file) as Record<string, unknown>;
  const { request } = replaced;
  if (request !== 'launch' && request !== 'attach') return usage(`the configuration "${String(only.name)}" of ${file} needs "request": "launch" or "attach"`);
  return { ...replaced, name: String(only.name), request, cwd: path.resolve(workspace, typeof replaced.cwd === 'string' ? replaced.cwd : '.') };
}

function candidates(file: string): Record<string, unknown>[] {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    return usage(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const errors: ParseError[] = [];
  const value = parse(text, errors, { allowTrailingComma: true }) as unknown;
  const [first] = errors;
  if (first) return usage(`${file}:${text.slice(0, first.offset).split('\n').length}: not JSON: ${printParseErrorCode(first.error)}`);
  const { configurations = [value] } = (value ?? {}) as { configurations?: unknown };
  return (Array.isArray(configurations) ? configurations : []).filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null && (one as { type?: unknown }).type === 'bootscope');
}

/** Those of VS Code's variables that mean something without an editor. */
const variables = (workspace: string): ((name: string) => string | undefined) => {
  const fixed: Readonly<Record<string, string>> = {
    workspaceFolder: workspace,
    workspaceFolderBasename: path.basename(workspace),
    userHome: os.homedir(),
    pathSeparator: path.sep,
    '/': path.sep,
    cwd: process.cwd(),
  };
  return (name) => fixed[name] ?? (name.startsWith('env:') ? (process.env[name.slice(4)] ?? '') : undefined);
};

function replace(value: unknown, known: (name: string) => string | undefined, file: string): unknown {
  if (typeof value === 'string') return value.replace(/\$\{([^}]+)\}/g, (whole, name: string) => known(name) ?? usage(`${file}: ${whole} has no value outside the editor`));
  if (Array.isArray(value)) return value.map((one) => replace(one, known, file));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replace(one, known, file)]));
}
