import type { Finding } from '../../findings';
import { imageRoot, openConf } from '../../loader-conf/project';
import { has, operands } from '../devices';
import type { ShellCommand } from '../script';
import { atTop, say, type ScriptContext } from './state';

/** What a command needs in the kernel, the module that brings it, and the kernel option that has it built in. */
interface Need {
  readonly command: ShellCommand;
  readonly module: string;
  readonly option: string;
  readonly what: string;
  /** mount(8) and geom(8) load the module themselves, from where kern.module_path leads. */
  readonly loadsItself: boolean;
}

/** Filesystems that GENERIC does not have (sys/amd64/conf/GENERIC). */
const optional: Readonly<Record<string, string>> = { unionfs: 'UNIONFS', nullfs: 'NULLFS', tarfs: 'TARFS', fusefs: 'FUSEFS', ext2fs: 'EXT2FS', udf: 'UDF' };

function needsOf(context: ScriptContext): Need[] {
  const needs: Need[] = [];
  const uzip = context.script.commands.find((command) => command.args.some((word) => /\bmd[\w${}]*\.uzip\b/.test(word.text)));
  if (uzip !== undefined) needs.push({ command: uzip, module: 'geom_uzip', option: 'GEOM_UZIP', what: 'without it no …uzip device appears', loadsItself: false });
  for (const union of context.devices.unions) needs.push({ command: union.command, module: 'geom_union', option: 'GEOM_UNION', what: 'geom prints "Unknown command"', loadsItself: true });
  for (const mount of context.devices.mounts) {
    const option = optional[mount.type ?? ''];
    if (option !== undefined) needs.push({ command: mount.command, module: mount.type ?? '', option, what: `mount prints "Operation not supported by device"`, loadsItself: true });
  }
  return needs.filter((one, at) => needs.findIndex((other) => other.module === one.module) === at);
}

/** A `_load` line that the script needs and nobody wrote: the module is neither loaded, nor built in, nor to be found at run time. */
export function moduleNotLoaded(context: ScriptContext): Finding[] {
  const { workspace, script } = context;
  if (context.startedBy.length === 0) return [];
  const loadedByScript = script.named('kldload').flatMap((command) => command.args.map((word) => (word.value ?? word.text).replace(/^.*\/|\.ko$/g, '')));
  if (loadedByScript.some((name) => name.includes('$'))) return [];
  return needsOf(context).flatMap((need): Finding[] => {
    if (loadedByScript.includes(need.module)) return [];
    const missing = context.startedBy.filter((path) => !modulesOf(context, path).some((module) => module.loaded && new RegExp(`(^|/)${need.module}(\\.ko)?$`).test(module.file)));
    if (missing.length === 0 || builtIn(context, need.option) || (need.loadsItself && missing.some((path) => mayBeFound(context, path, need.module)))) return [];
    return [
      say(context, need.command, 'warning', 'module-not-loaded', `Nothing loads ${need.module}: ${need.what}. ${need.module}_load="YES" in loader.conf, unless the kernel has it built in.`, {
        related: missing.map((path) => ({ path, range: atTop, message: `Starts this script and does not load ${need.module}` })),
        fixes: missing.slice(0, 1).map((path) => {
          const text = workspace.files.read(path) ?? '';
          const lines = text.split('\n');
          const end = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
          return { title: `Load ${need.module} in ${path.split('/').slice(-2).join('/')}`, changes: [{ path, range: { start: end, end }, text: `${text === '' || text.endsWith('\n') ? '' : '\n'}${need.module}_load="YES"\n` }] };
        }),
      }),
    ];
  });
}

const modulesOf = (context: ScriptContext, conf: string): { loaded: boolean; file: string; type?: string }[] => [...openConf(conf, context.workspace).state.modules.values()];

/** Whether the module may lie in the image: unless the tree holds a kernel folder with other modules, that cannot be told. */
function mayBeFound(context: ScriptContext, conf: string, module: string): boolean {
  const root = imageRoot(conf);
  const names = root === undefined ? undefined : context.workspace.files.list(`${root}/boot/kernel`)?.map((entry) => entry.name);
  const modules = names?.filter((name) => /\.ko(\.gz)?$/.test(name)) ?? [];
  return modules.length === 0 || modules.some((name) => name.replace(/\.ko(\.gz)?$/, '') === module);
}

/** Whether a kernel configuration or build script of the workspace names an option. */
const builtIn = (context: ScriptContext, option: string): boolean =>
  context.workspace.of('build-script').some((path) => new RegExp(`\\b${option}\\b`, 'i').test(context.workspace.files.read(path) ?? ''));

/** With set -e a kldload of what the loader has loaded ends the script. */
export function loadedTwice(context: ScriptContext): Finding[] {
  return context.script.named('kldload').flatMap((command): Finding[] => {
    if (!command.stops || command.conditional || has(command.args, 'n')) return [];
    const names = operands(command.args, '').map((word) => (word.value ?? word.text).replace(/^.*\/|\.ko$/g, ''));
    const twice = context.startedBy.find((path) => modulesOf(context, path).some((module) => module.loaded && module.type === undefined && names.includes(module.file)));
    if (twice === undefined) return [];
    return [
      say(context, command, 'error', 'loaded-twice', 'The loader has loaded this module: kldload fails ("module already loaded"), and set -e ends the script. Use kldload -n.', {
        fixes: [{ title: 'Use kldload -n', changes: [{ range: { start: command.program.range.end, end: command.program.range.end }, text: ' -n' }] }],
        related: [{ path: twice, range: atTop, message: 'Loads it' }],
      }),
    ];
  });
}

/** The geom in /rescue is linked statically and cannot load the library of a class. */
export function rescueGeom(context: ScriptContext): Finding[] {
  const path = context.script.assignments.find((one) => one.name === 'PATH')?.value;
  return context.devices.unions.flatMap(({ command, effective: run }): Finding[] => {
    const program = run.program.value ?? run.program.text;
    if (!program.startsWith('/rescue/') && (program.includes('/') || path !== '/rescue')) return [];
    return [
      say(context, command, 'error', 'rescue-geom', '/rescue/geom is linked statically and cannot load geom_union.so: it prints "geom: Unknown command". Ship the dynamic /sbin/geom with its libraries and /lib/geom, and call it by its path.', {
        fixes: [{ title: `Call /sbin/${run.name}`, changes: [{ range: run.program.range, text: `/sbin/${run.name}` }] }],
      }),
    ];
  });
}
