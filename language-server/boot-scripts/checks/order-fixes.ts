import { isDiskType } from '../../../boot/languages/loader-conf';
import type { Fix } from '../../findings';
import { stagingLimit } from '../../loader-conf/checks/modules';
import { imageRoot, openConf } from '../../loader-conf/project';
import { kenvFlow, type Occurrence } from '../../kenv/flow';
import type { MemoryDisk } from '../devices';
import type { ShellCommand } from '../script';
import { aloneOnLines, withoutCommand, type ScriptContext } from './state';

/**
 * Has the loader preload the image of a memory disk, in place of mdconfig(8): such a disk has no file that a reroot could take
 * away. Only where the image lies in the tree of the one loader.conf that starts the script, fits the staging area, and becomes md0
 * there as it is here: the kernel numbers preloaded disks from 0 (sys/dev/md/md.c, g_md_init).
 */
export function preloadInstead(context: ScriptContext, disk: MemoryDisk, attached: ShellCommand): Fix[] {
  const [conf, more] = context.startedBy;
  const root = conf === undefined || more !== undefined ? undefined : imageRoot(conf);
  const { file } = disk;
  if (conf === undefined || root === undefined || file === undefined || !/^\/[\w./-]+$/.test(file)) return [];
  if (disk.name !== 'md0' || attached.conditional || attached.inFunction !== undefined || attached.name !== 'mdconfig') return [];
  const size = context.workspace.files.size(`${root}${file}`);
  const { modules, variables } = openConf(conf, context.workspace).state;
  if (size === undefined || size > stagingLimit || [...modules.values()].some((module) => isDiskType(module.type)) || !aloneOnLines(context, attached)) return [];
  const name = ['rootfs', 'livefs', 'image0'].find((one) => !variables.has(`${one}_load`) && !variables.has(`${one}_name`) && !variables.has(`${one}_type`));
  if (name === undefined) return [];
  const text = context.workspace.files.read(conf) ?? '';
  const lines = text.split('\n');
  const end = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
  const added = `${name}_load="YES"\n${name}_type="md_image"\n${name}_name="${file}"\n`;
  return [
    {
      title: `Have the loader preload ${file} as md0`,
      changes: [withoutCommand(context, attached), { path: conf, range: { start: end, end }, text: `${text === '' || text.endsWith('\n') ? '' : '\n'}${added}` }],
    },
  ];
}

/**
 * The root that was meant is one that the script has mounted: init changes to it by init_chroot. Where that is set already, the
 * line can go, as long as nobody reads the variable.
 */
export function changeToMount(context: ScriptContext, one: Occurrence): Fix[] {
  const command = context.script.named('kenv').find(({ range }) => range.start.line <= one.range.start.line && range.end.line >= one.range.end.line);
  if (command === undefined || command.inFunction !== undefined || !aloneOnLines(context, command) || command.args.length !== 1) return [];
  const all = kenvFlow(context.workspace);
  if (all.some((other) => other.name === one.name && other.kind === 'use')) return [];
  if (all.some((other) => other.name === 'init_chroot' && (other.kind === 'set' || other.kind === 'loader'))) return [{ title: 'Remove what changes nothing', changes: [withoutCommand(context, command)] }];
  const folder = /^\w+:(\/[\w./-]*\w)$/.exec(one.value ?? '')?.[1];
  const word = command.args[0];
  if (folder === undefined || word === undefined || !context.devices.mounts.some((mount) => mount.on === folder && mount.unmounted === undefined)) return [];
  return [{ title: `Have init change to ${folder} by init_chroot`, changes: [{ range: word.range, text: `init_chroot="${folder}"` }] }];
}
