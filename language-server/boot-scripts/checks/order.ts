import { finding, type Finding } from '../../findings';
import { inner, isReroot, mountsOf, option, replaced, type ScriptContext } from './state';
import type { ShellCommand } from '../script';

const say = (context: ScriptContext, command: ShellCommand, severity: 'error' | 'warning' | 'information', code: string, message: string, extra: Parameters<typeof finding>[5] = {}): Finding =>
  finding(context.path, command.range, severity, `boot-script/${code}`, message, extra);

const rerootBy = (command: ShellCommand): boolean => {
  if (isReroot(command)) return true;
  const run = inner(command);
  return command.name === 'exec' && run?.name === 'reboot' && run.words.some((word) => /^-\w*r/.test(word.text));
};

/** Commands that only wait for the end or say something. */
const harmless = new Set(['exit', 'sleep', 'wait', 'echo', 'printf', ':', 'true', 'false', 'return', 'logger', 'sync']);

/** Nothing runs after `exec program`, and what follows `reboot -r` races with its own end. */
export function afterTheEnd(context: ScriptContext): Finding[] {
  const { commands } = context.script;
  const at = commands.findIndex((command) => !command.conditional && command.inFunction === undefined && (replaced(command) !== undefined || isReroot(command)));
  const end = commands[at];
  if (end === undefined) return [];
  const next = commands.slice(at + 1).find((command) => command.inFunction === undefined && !harmless.has(command.name));
  if (next === undefined) return [];
  const why = replaced(end) === undefined ? 'init ends all processes for the reroot: this may run in part, or not at all' : 'exec replaces the shell: this never runs';
  return [say(context, next, 'warning', 'after-the-end', `${why}.`, { related: [{ path: context.path, range: end.range, message: 'The script ends here' }] })];
}

/** A vnode-backed memory disk on the old root does not survive the forced unmount of a reroot. */
export function rerootWithBusyFile(context: ScriptContext): Finding[] {
  const { commands } = context.script;
  const found: Finding[] = [];
  for (const [index, reroot] of commands.entries()) {
    if (!rerootBy(reroot)) continue;
    const before = commands.slice(0, index);
    for (const attach of before) {
      if (attach.name !== 'mdconfig' || option(attach, 't')?.text !== 'vnode' || attach.conditional !== reroot.conditional) continue;
      const file = option(attach, 'f');
      if (file === undefined) continue;
      const place = file.value ?? file.text;
      // A file on a filesystem of its own, such as tmpfs, is another matter: that one is unmounted too, but says so.
      const elsewhere = mountsOf(context.script).some((mount) => mount.on !== '/' && place.startsWith(`${mount.on}/`));
      const unit = option(attach, 'u')?.value;
      const detached = before.slice(before.indexOf(attach) + 1).some((command) => command.name === 'mdconfig' && command.args.some((word) => /^-d/.test(word.text)) && (unit === undefined || option(command, 'u')?.value?.replace(/^md/, '') === unit.replace(/^md/, '')));
      if (elsewhere || detached) continue;
      found.push(
        say(context, reroot, 'error', 'reroot-busy-file', `${place} on the old root backs a memory disk here. The reroot unmounts the old root by force, and the disk loses its file: the new root fails or hangs. Preload the image by the loader (md_image), copy it to a swap-backed disk, or use init_chroot instead of a reroot.`, {
          related: [{ path: context.path, range: attach.range, message: 'The memory disk is attached here' }],
        }),
      );
    }
  }
  return found;
}

/** The new init reads init_script again. */
export function scriptRunsAgain(context: ScriptContext): Finding[] {
  const reroot = context.script.commands.find(rerootBy);
  if (reroot === undefined || context.startedBy.length === 0) return [];
  if (context.kenv.some((one) => one.name === 'init_script' && one.kind !== 'use')) return [];
  return [
    say(context, reroot, 'warning', 'init-script-kept', 'init_script is still set: after the reroot init runs it again from the new root, or warns that it is not there.', {
      fixes: [{ title: 'Unset init_script first', changes: [{ range: { start: { line: reroot.range.start.line, character: 0 }, end: { line: reroot.range.start.line, character: 0 } }, text: 'kenv -u init_script\n' }] }],
      related: context.startedBy.map((path) => ({ path, range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, message: 'Sets init_script' })),
    }),
  ];
}

/** vfs.root.mountfrom is read when a root is mounted: set later, only a reroot reads it again. */
export function setAfterReader(context: ScriptContext): Finding[] {
  if (context.workspace.of('boot-script').some((path) => /\breboot[ \t]+-r|\bvfs\.pivot/.test(context.workspace.files.read(path) ?? ''))) return [];
  return context.kenv
    .filter((one) => one.name === 'vfs.root.mountfrom' && one.kind === 'set')
    .map((one) => finding(context.path, one.range, 'warning', 'boot-script/set-after-reader', 'The kernel read vfs.root.mountfrom before this script ran, and no script here reroots (reboot -r): setting it changes nothing.'));
}

/** Programs run inside the new root want their /dev there. */
export function chrootWithoutDevfs(context: ScriptContext): Finding[] {
  const mounts = mountsOf(context.script);
  return context.script.commands.flatMap((command) => {
    const run = inner(command);
    const root = run?.chroot?.replace(/\/$/, '');
    if (root === undefined || root === '' || !root.startsWith('/')) return [];
    const filled = mounts.some((mount) => mount.on.replace(/\/$/, '') === root);
    const devfs = mounts.find((mount) => mount.on.replace(/\/$/, '') === `${root}/dev`);
    const late = devfs !== undefined && context.script.commands.indexOf(devfs.command) > context.script.commands.indexOf(command);
    if (!filled || (devfs !== undefined && !late) || !/^(init|launchd|mount\w*|mdconfig|geom|gpart|newfs\w*|fsck\w*|efibootmgr|sh)$/.test(run?.name ?? '')) return [];
    return [say(context, command, 'warning', 'chroot-without-devfs', `${root}/dev has no devfs ${late ? 'yet' : 'mounted'}: programs in the new root see no devices. mount -t devfs devfs ${root}/dev comes first.`)];
  });
}
