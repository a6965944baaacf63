import { isDiskType } from '../../../boot/languages/loader-conf';
import { finding, type Finding } from '../../findings';
import { openConf } from '../../loader-conf/project';
import type { ShellCommand } from '../script';
import { has, inner, mountsOf, operands, option, type ScriptContext } from './state';

const say = (context: ScriptContext, command: ShellCommand, severity: 'error' | 'warning' | 'information', code: string, message: string, extra: Parameters<typeof finding>[5] = {}): Finding =>
  finding(context.path, command.range, severity, `boot-script/${code}`, message, extra);

/** A unit number given twice, or one that a preloaded image has. */
export function unitTaken(context: ScriptContext): Finding[] {
  const taken = new Map<string, ShellCommand | string>();
  for (const path of context.startedBy) {
    const disks = [...openConf(path, context.workspace).state.modules.values()].filter((module) => module.loaded && isDiskType(module.type));
    for (const [unit, disk] of disks.entries()) taken.set(String(unit), disk.file);
  }
  return context.script.commands.flatMap((command): Finding[] => {
    if (command.name !== 'mdconfig') return [];
    const unit = option(command, 'u')?.value?.replace(/^md/, '');
    if (unit === undefined || !/^\d+$/.test(unit)) return [];
    if (command.args.some((word) => /^-d/.test(word.text))) {
      taken.delete(unit);
      return [];
    }
    const before = taken.get(unit);
    if (!command.conditional) taken.set(unit, command);
    if (before === undefined || command.conditional || command.tolerated || (typeof before !== 'string' && before.conditional)) return [];
    return [
      say(context, command, 'error', 'unit-taken', `md${unit} is taken ${typeof before === 'string' ? `by ${before}, which the loader preloads` : 'already'}: mdconfig fails with "File exists". Choose another unit, or leave -u away and use the name mdconfig prints.`, typeof before === 'string' ? {} : { related: [{ path: context.path, range: before.range, message: 'Taken here' }] }),
    ];
  });
}

/** Memory disks have sectors of 4096 bytes: a size in bytes has to be a multiple. */
export function sizeInBytes(context: ScriptContext): Finding[] {
  return context.script.commands.flatMap((command): Finding[] => {
    const size = command.name === 'mdconfig' && /^(swap|malloc)$/.test(option(command, 't')?.text ?? '') ? option(command, 's') : undefined;
    const bytes = size === undefined ? undefined : /^(.*[\d}\w"')])"?b"?$/.exec(size.text);
    if (size === undefined || bytes === undefined || bytes === null) return [];
    const value = size.value === undefined ? undefined : /^(\d+)b$/.exec(size.value)?.[1];
    if (value !== undefined && BigInt(value) % 4096n === 0n) return [];
    const variable = /\$\{?(\w+)/.exec(size.text)?.[1];
    const computed = context.script.assignments.filter((one) => one.name === variable).map((one) => one.text);
    if (value === undefined && (variable === undefined || computed.some((text) => /4096|1048576|1024|<<|%/.test(text)))) return [];
    return [say(context, command, value === undefined ? 'warning' : 'error', 'size-not-aligned', `A size in bytes has to be a multiple of 4096, the sector size of memory disks${value === undefined ? '; nothing here rounds it' : ''}: mdconfig fails with EDOM ("Numerical argument out of domain"). Round up to MiB and write …m.`)];
  });
}

/** The geom in /rescue is linked statically and cannot load the library of a class. */
export function rescueGeom(context: ScriptContext): Finding[] {
  const path = context.script.assignments.find((one) => one.name === 'PATH')?.value;
  return context.script.commands.flatMap((command): Finding[] => {
    const union = (command.name === 'geom' && command.args[0]?.text === 'union') || command.name === 'gunion';
    const program = command.program.value ?? command.program.text;
    const rescue = program.startsWith('/rescue/') || (!program.includes('/') && path === '/rescue');
    if (!union || !rescue) return [];
    return [say(context, command, 'error', 'rescue-geom', '/rescue/geom is linked statically and cannot load geom_union.so: it prints "geom: Unknown command". Ship the dynamic /sbin/geom with its libraries and /lib/geom, and call it by its path.')];
  });
}

/** unionfs refuses MNT_UPDATE, and a gunion root is writable already. */
export function remountUnion(context: ScriptContext): Finding[] {
  const mounts = mountsOf(context.script);
  const union = mounts.find((mount) => mount.type === 'unionfs' || /\.union$/.test(mount.from));
  if (union === undefined) return [];
  return context.script.commands
    .filter((command) => command.name === 'mount' && has(command, 'u') && operands(command, 'to').at(-1) === '/')
    .map((command) =>
      say(context, command, 'warning', 'remount-union', 'mount -u on / is refused here: a unionfs takes no update (EOPNOTSUPP), and in a chroot the kernel looks its own / up, which is the medium. The union is writable as it is; say root_rw_mount="NO" in rc.conf.', {
        related: [{ path: context.path, range: union.command.range, message: 'The union' }],
      }),
    );
}

/** efibootmgr cuts the mount point's length off a path that does not have it. */
export function efibootmgrInChroot(context: ScriptContext): Finding[] {
  return context.script.commands.flatMap((command): Finding[] => {
    const run = inner(command);
    if (run?.chroot === undefined || run.name !== 'efibootmgr') return [];
    const at = run.words.findIndex((word) => /^-l|^--loader/.test(word.text));
    const loader = at < 0 ? undefined : run.words[at]?.text === '-l' || run.words[at]?.text === '--loader' ? run.words[at + 1] : undefined;
    if (loader === undefined || /^"?\w+:/.test(loader.value ?? loader.text)) return [];
    return [say(context, command, 'error', 'efibootmgr-in-chroot', `In a chroot efibootmgr stores a damaged path and says nothing: it cuts off as many characters as the mount point has outside of the chroot. Run it outside, or name the partition: -l ada0p1:/EFI/… (${loader.value ?? loader.text}).`)];
  });
}

/** A compressed image appears as mdN.uzip only when geom_uzip is there. */
export function moduleForUzip(context: ScriptContext): Finding[] {
  const use = context.script.commands.find((command) => command.args.some((word) => /\bmd[\w${}]*\.uzip\b/.test(word.text)));
  if (use === undefined || context.startedBy.length === 0) return [];
  if (context.script.commands.some((command) => command.name === 'kldload' && command.args.some((word) => word.text.includes('uzip')))) return [];
  const missing = context.startedBy.filter((path) => ![...openConf(path, context.workspace).state.modules.values()].some((module) => module.loaded && /(^|\/)geom_uzip(\.ko)?$/.test(module.file)));
  if (missing.length === 0 || builtIn(context, 'GEOM_UZIP')) return [];
  return [
    say(context, use, 'warning', 'module-not-loaded', 'Nothing loads geom_uzip: without it no …uzip device appears. geom_uzip_load="YES" in loader.conf, unless the kernel has it built in.', {
      related: missing.map((path) => ({ path, range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, message: 'Starts this script and does not load geom_uzip' })),
    }),
  ];
}

/** Whether a kernel configuration or build script of the workspace names an option. */
const builtIn = (context: ScriptContext, option_: string): boolean =>
  context.workspace.of('build-script').some((path) => new RegExp(`\\b${option_}\\b`).test(context.workspace.files.read(path) ?? ''));

/** With set -e a kldload of what the loader has loaded ends the script. */
export function loadedTwice(context: ScriptContext): Finding[] {
  if (!context.script.stopsOnError) return [];
  return context.script.commands.flatMap((command): Finding[] => {
    if (command.name !== 'kldload' || command.tolerated || command.conditional || has(command, 'n')) return [];
    const names = operands(command, '').map((name) => name.replace(/^.*\/|\.ko$/g, ''));
    const twice = context.startedBy.find((path) => [...openConf(path, context.workspace).state.modules.values()].some((module) => module.loaded && module.type === undefined && names.includes(module.file)));
    if (twice === undefined) return [];
    return [
      say(context, command, 'error', 'loaded-twice', 'The loader has loaded this module: kldload fails ("module already loaded"), and set -e ends the script. Use kldload -n.', {
        fixes: [{ title: 'Use kldload -n', changes: [{ range: { start: command.program.range.end, end: command.program.range.end }, text: ' -n' }] }],
        related: [{ path: twice, range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, message: 'Loads it' }],
      }),
    ];
  });
}

/** Failures of a boot script are only seen on the console. */
export function silenced(context: ScriptContext): Finding[] {
  return context.script.commands.flatMap((command): Finding[] => {
    if (command.name !== 'exec' || command.args.length > 0 || command.inFunction !== undefined || command.conditional) return [];
    const errors = command.redirects.some((one) => /^(2>+|&>+|>&)\/dev\/null$/.test(one)) || (command.redirects.some((one) => /^1?>+\/dev\/null$/.test(one)) && command.redirects.includes('2>&1'));
    if (!errors) return [];
    return [say(context, command, 'warning', 'silenced', `All messages go to /dev/null from here: ${context.script.stopsOnError ? 'with set -e the first failure ends the script, and all one sees is "Enter full pathname of shell"' : 'failures leave no trace'}. Keep standard error on the console.`)];
  });
}
