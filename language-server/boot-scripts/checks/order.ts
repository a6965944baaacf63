import { finding, type Finding } from '../../findings';
import { effective, has } from '../devices';
import type { ShellCommand } from '../script';
import { changeToMount, preloadInstead } from './order-fixes';
import { atTop, lineBefore, say, withoutCommand, type ScriptContext } from './state';

/** `reboot -r`, also behind exec: the kernel changes to another root. */
function reroots(command: ShellCommand): boolean {
  if (command.name !== 'reboot' && command.name !== 'exec') return false;
  const run = effective(command);
  return run.name === 'reboot' && has(run.args, 'r');
}

/** Commands that only wait for the end or say something. */
const harmless = new Set(['exit', 'sleep', 'wait', 'echo', 'printf', ':', 'true', 'false', 'return', 'logger', 'sync']);

/** Nothing runs after `exec program`, and what follows `reboot -r` races with its own end. */
export function afterTheEnd(context: ScriptContext): Finding[] {
  const { commands, unreached } = context.script;
  const after = (end: ShellCommand, next: ShellCommand, why: string, fix: boolean): Finding[] => [
    say(context, next, 'warning', 'after-the-end', `${why}.`, { related: [{ path: context.path, range: end.range, message: 'The script ends here' }], fixes: fix ? [{ title: 'Remove what never runs', changes: [withoutCommand(context, next)] }] : [] }),
  ];
  const reroot = commands.findIndex((command) => reroots(command) && command.name === 'reboot' && !command.conditional && command.inFunction === undefined);
  const end = commands[reroot];
  const racing = end === undefined ? undefined : commands.slice(reroot + 1).find((command) => command.inFunction === undefined && !harmless.has(command.name));
  if (end !== undefined && racing !== undefined) return after(end, racing, 'init ends all processes for the reroot: this may run in part, or not at all', false);
  // What stands behind an exec is advice on shell that shellcheck gives too.
  if (context.workspace.settings.shellcheck === true) return [];
  const never = unreached.find((one) => one.end.name === 'exec' && one.end.inFunction === undefined && one.command.inFunction === undefined && !harmless.has(one.command.name));
  return never === undefined ? [] : after(never.end, never.command, 'exec replaces the shell: this never runs', true);
}

/** A vnode-backed memory disk on the old root does not survive the forced unmount of a reroot. */
export function rerootWithBusyFile(context: ScriptContext): Finding[] {
  const { commands } = context.script;
  return commands.flatMap((reroot, at): Finding[] => {
    if (!reroots(reroot)) return [];
    return context.devices.disks.flatMap((disk): Finding[] => {
      const { attached } = disk;
      if (attached === undefined || disk.backing !== 'vnode' || disk.file === undefined || attached.conditional !== reroot.conditional || commands.indexOf(attached) > at) return [];
      // A file on a filesystem of its own, such as tmpfs, is another matter: that one is unmounted too, but says so.
      const { file } = disk;
      if (context.devices.mounts.some((mount) => mount.on !== '/' && file.startsWith(`${mount.on}/`))) return [];
      if (disk.detached !== undefined && commands.indexOf(disk.detached) < at) return [];
      return [
        say(context, reroot, 'error', 'reroot-busy-file', `${file} on the old root backs a memory disk here. The reroot unmounts the old root by force, and the disk loses its file: the new root fails or hangs. Preload the image by the loader (md_image), copy it to a swap-backed disk, or use init_chroot instead of a reroot.`, {
          related: [{ path: context.path, range: attached.range, message: 'The memory disk is attached here' }],
          fixes: preloadInstead(context, disk, attached),
        }),
      ];
    });
  });
}

/** The new init reads init_script again. */
export function scriptRunsAgain(context: ScriptContext): Finding[] {
  const reroot = context.script.commands.find(reroots);
  if (reroot === undefined || context.startedBy.length === 0) return [];
  if (context.kenv.some((one) => one.name === 'init_script' && one.kind !== 'use')) return [];
  return [
    say(context, reroot, 'warning', 'init-script-kept', 'init_script is still set: after the reroot init runs it again from the new root, or warns that it is not there.', {
      fixes: [{ title: 'Unset init_script first', changes: [lineBefore(context, reroot, 'kenv -u init_script')] }],
      related: context.startedBy.map((path) => ({ path, range: atTop, message: 'Sets init_script' })),
    }),
  ];
}

/** vfs.root.mountfrom is read when a root is mounted: set later, only a reroot reads it again. */
export function setAfterReader(context: ScriptContext): Finding[] {
  const sets = context.kenv.filter((one) => one.name === 'vfs.root.mountfrom' && one.kind === 'set');
  if (sets.length === 0 || context.workspace.of('boot-script').some((path) => /\breboot[ \t]+-r|\bvfs\.pivot/.test(context.workspace.files.read(path) ?? ''))) return [];
  return sets.map((one) => finding(context.path, one.range, 'warning', 'boot-script/set-after-reader', 'The kernel read vfs.root.mountfrom before this script ran, and no script here reroots (reboot -r): setting it changes nothing. A root that init changes to is set by init_chroot.', { fixes: changeToMount(context, one) }));
}

/** Failures of a boot script are only seen on the console. */
export function silenced(context: ScriptContext): Finding[] {
  return context.script.named('exec').flatMap((command): Finding[] => {
    if (command.args.length > 0 || command.inFunction !== undefined || command.conditional) return [];
    const errors = command.redirects.some((one) => /^(2>+|&>+|>&)\/dev\/null$/.test(one)) || (command.redirects.some((one) => /^1?>+\/dev\/null$/.test(one)) && command.redirects.includes('2>&1'));
    if (!errors) return [];
    const first = command.redirects.find((one) => one.endsWith('/dev/null')) ?? '';
    const line = context.text.split('\n')[command.range.start.line] ?? '';
    const at = line.indexOf('/dev/null', command.range.start.character);
    return [
      say(context, command, 'warning', 'silenced', `All messages go to /dev/null from here: ${context.script.stopsOnError ? 'with set -e the first failure ends the script, and all one sees is "Enter full pathname of shell"' : 'failures leave no trace'}. Keep standard error on the console.`, {
        fixes: at < 0 || first === '' ? [] : [{ title: 'Send it to /dev/console', changes: [{ range: { start: { line: command.range.start.line, character: at }, end: { line: command.range.start.line, character: at + '/dev/null'.length } }, text: '/dev/console' }] }],
      }),
    ];
  });
}

