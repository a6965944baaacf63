import type { Finding, Fix } from '../../findings';
import { effective, has, operands, type Mount } from '../devices';
import type { ShellCommand } from '../script';
import { aloneOnLines, lineBefore, say, withoutCommand, type ScriptContext } from './state';

/** Programs that need devices, or start others that do. */
const wantsDevices = /^(init|launchd|mount\w*|mdconfig|geom|gpart|newfs\w*|fsck\w*|efibootmgr|sh)$/;

/** Programs run inside the new root want their /dev there: nothing but init mounts it by itself. */
export function chrootWithoutDevfs(context: ScriptContext): Finding[] {
  return context.script.commands.flatMap((command): Finding[] => {
    if (command.name !== 'chroot' && command.name !== 'exec') return [];
    const run = effective(command);
    const { root } = run;
    if (root?.startsWith('/') !== true || !wantsDevices.test(run.name)) return [];
    return devfsFor(context, command, root, 'programs in the new root see no devices');
  });
}

/** A root that is changed to in the kernel keeps the /dev of its own tree, which is empty. */
export function pivotWithoutDevfs(context: ScriptContext): Finding[] {
  return context.script.named('sysctl').flatMap((command): Finding[] => {
    const root = command.args.map((word) => /^vfs\.pivot=(\/.+)$/.exec(word.value ?? word.text)?.[1]).find((one) => one !== undefined);
    return root === undefined ? [] : devfsFor(context, command, root.replace(/\/$/, ''), 'the next process 1 sees no devices; the kernel\'s own devfs stays with the old root');
  });
}

function devfsFor(context: ScriptContext, command: ShellCommand, root: string, result: string): Finding[] {
  const { commands } = context.script;
  const mounts = context.devices.mounts.filter((one) => one.command !== command);
  const filled = mounts.find((mount) => mount.on === root);
  const devfs = mounts.find((mount) => mount.on === `${root}/dev`);
  const late = devfs !== undefined && commands.indexOf(devfs.command) > commands.indexOf(command);
  if (filled === undefined || (devfs !== undefined && !late)) return [];
  // What mounts devfs itself is the cure.
  if (effective(command).name === 'mount' && command.args.some((word) => word.text === 'devfs')) return [];
  return [
    say(context, command, 'warning', 'chroot-without-devfs', `${root}/dev has no devfs ${late ? 'yet' : 'mounted'}: ${result}. mount -t devfs devfs ${root}/dev comes first.`, {
      related: [{ path: context.path, range: filled.command.range, message: 'The new root' }, ...(late ? [{ path: context.path, range: devfs.command.range, message: 'devfs is mounted only here' }] : [])],
      fixes: [{ title: `Mount devfs on ${root}/dev first`, changes: [lineBefore(context, command, `mount -t devfs devfs ${root}/dev`)] }],
    }),
  ];
}

/** A mount that a later one, nearer to the root, covers for every later lookup. */
export function mountCovered(context: ScriptContext): Finding[] {
  const { mounts } = context.devices;
  return mounts.flatMap((above, at): Finding[] => {
    if (above.command.conditional || !above.on.startsWith('/') || above.on === '/') return [];
    const below = mounts.slice(0, at).find((one) => one.on.startsWith(`${above.on}/`) && !one.command.conditional && one.unmounted === undefined);
    if (below === undefined || above.unmounted !== undefined || /^(nullfs|unionfs)$/.test(above.type ?? '')) return [];
    return [
      say(context, above.command, 'warning', 'mount-covered', `This covers ${below.on}, which was mounted before: lookups below ${above.on} now end in the new filesystem, and ${below.type ?? 'what is mounted there'} cannot be reached. Mount ${above.on} first.`, {
        related: [{ path: context.path, range: below.command.range, message: `Mounts ${below.on}` }],
        fixes: mountEarlier(context, below, above),
      }),
    ];
  });
}

/**
 * Mounts a filesystem before the one it would cover, when nothing but mounts stands between the two and it needs none of them.
 * Only a tmpfs, which is empty, is known not to have the mount points: they are made in it.
 */
function mountEarlier(context: ScriptContext, below: Mount, above: Mount): Fix[] {
  const { commands } = context.script;
  const between = commands.slice(commands.indexOf(below.command), commands.indexOf(above.command));
  const moved = context.devices.mounts.filter((mount) => between.includes(mount.command));
  if (moved.length !== between.length || moved.some((mount) => above.from.startsWith(`${mount.on}/`) || above.on.startsWith(`${mount.on}/`))) return [];
  const involved = [...between, above.command];
  if (involved.some((command) => command.conditional || command.tolerated || command.inFunction !== undefined || command.range.start.line !== command.range.end.line || !aloneOnLines(context, command))) return [];
  const lines = context.text.split('\n');
  const [first, last] = [below.command.range.start.line, above.command.range.start.line];
  // Other text between them, as an assignment or the end of a block, may matter to the command.
  const own = new Set(involved.map((command) => command.range.start.line));
  if (lines.slice(first, last).some((line, at) => !own.has(first + at) && !/^\s*(#.*)?$/.test(line)) || last + 1 >= lines.length) return [];
  const mount = lines[last] ?? '';
  const program = above.command.program.text.replace(/mount\w*$/, 'mkdir');
  const indent = /^\s*/.exec(mount)?.[0] ?? '';
  const points = above.type === 'tmpfs' ? moved.filter((one) => one.on.startsWith(`${above.on}/`) && /^[\w./-]+$/.test(one.on)).map((one) => `${indent}${program} -p ${one.on}\n`) : [];
  const at = { line: first, character: 0 };
  return [
    {
      title: `Mount ${above.on} first`,
      changes: [
        { range: { start: at, end: at }, text: `${mount}\n${points.join('')}` },
        { range: { start: { line: last, character: 0 }, end: { line: last + 1, character: 0 } }, text: '' },
      ],
    },
  ];
}

/** unionfs refuses MNT_UPDATE, and a gunion root is writable already. */
export function remountUnion(context: ScriptContext): Finding[] {
  const union = context.devices.mounts.find((mount) => mount.type === 'unionfs' || mount.from.endsWith('.union'));
  if (union === undefined) return [];
  return context.script.commands.flatMap((command): Finding[] => {
    if (command.name !== 'mount' && command.name !== 'chroot') return [];
    const run = effective(command);
    if (run.name !== 'mount' || !has(run.args, 'u') || operands(run.args, 'to').at(-1)?.text !== '/') return [];
    return [
      say(context, command, 'warning', 'remount-union', 'mount -u on / is refused here: a unionfs takes no update (EOPNOTSUPP), and in a chroot the kernel looks its own / up, which is the medium. The union is writable as it is; say root_rw_mount="NO" in rc.conf.', {
        related: [{ path: context.path, range: union.command.range, message: 'The union' }],
        fixes: [{ title: 'Remove the remount', changes: [withoutCommand(context, command)] }],
      }),
    ];
  });
}

/** efibootmgr cuts the mount point's length off a path that does not have it. */
export function efibootmgrInChroot(context: ScriptContext): Finding[] {
  return context.script.commands.flatMap((command): Finding[] => {
    if (command.name !== 'chroot' && command.name !== 'exec') return [];
    const run = effective(command);
    if (run.root === undefined || run.name !== 'efibootmgr') return [];
    const at = run.args.findIndex((word) => /^-l|^--loader/.test(word.text));
    const loader = at < 0 ? undefined : run.args[at]?.text === '-l' || run.args[at]?.text === '--loader' ? run.args[at + 1] : undefined;
    const path = loader === undefined ? undefined : (loader.value ?? loader.text);
    if (loader === undefined || path === undefined || /^"?\w+:/.test(path)) return [];
    return [
      say(context, command, 'error', 'efibootmgr-in-chroot', `In a chroot efibootmgr stores a damaged path and says nothing: it cuts off as many characters as the mount point has outside of the chroot. Run it outside, or name the partition: -l ada0p1:/EFI/… (${path}).`, {
        fixes: path.startsWith('/')
          ? [{ title: 'Run it outside of the chroot', changes: [{ range: { start: command.range.start, end: run.program.range.end }, text: 'efibootmgr' }, { range: loader.range, text: `${run.root}${path}` }] }]
          : [],
      }),
    ];
  });
}
