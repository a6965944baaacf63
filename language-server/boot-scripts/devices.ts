import type { ShellCommand, Script, Word } from './script';

/** A command as it runs, without the words that only start it. */
export interface Effective {
  readonly name: string;
  readonly program: Word;
  readonly args: readonly Word[];
  /** Folder it is run in by chroot(8), as written when it is not constant. */
  readonly root?: string;
  /** The shell is replaced by it. */
  readonly last: boolean;
}

const valueOf = (word: Word): string => word.value ?? word.text;
const base = (word: Word): string => valueOf(word).replace(/^.*\//, '');

const known = new WeakMap<ShellCommand, Effective>();

/** Looks through exec, chroot, nice and the like: `exec chroot /sysroot /sbin/init` runs init in /sysroot. */
export function effective(command: ShellCommand): Effective {
  let found = known.get(command);
  if (found === undefined) {
    found = lookThrough(command);
    known.set(command, found);
  }
  return found;
}

function lookThrough(command: ShellCommand): Effective {
  let { name, program, args } = command as { name: string; program: Word; args: readonly Word[] };
  let root: string | undefined;
  let last = false;
  for (let depth = 0; depth < 5; depth++) {
    let next: number;
    if (name === 'exec' && args.length > 0) {
      last = true;
      next = 0;
    } else if (name === 'chroot') {
      const from = args.findIndex((word, index) => !word.text.startsWith('-') && !/^-[ugG]$/.test(args[index - 1]?.text ?? ''));
      const folder = args[from];
      if (folder === undefined || args[from + 1] === undefined) break;
      root = `${root ?? ''}${valueOf(folder).replace(/\/$/, '')}`;
      next = from + 1;
    } else if (name === 'command' || name === 'nohup') next = 0;
    else break;
    const inner = args[next];
    if (inner === undefined || inner.text.startsWith('-')) break;
    program = inner;
    name = base(inner);
    args = args.slice(next + 1);
  }
  return { name, program, args, last, ...(root === undefined ? {} : { root }) };
}

/** The word behind a flag, `-u 1` or `-u1`. */
export function option(args: readonly Word[], flag: string): { text: string; value?: string; word: Word } | undefined {
  for (const [index, word] of args.entries()) {
    if (word.text === `-${flag}`) {
      const next = args[index + 1];
      return next === undefined ? undefined : { text: next.text, word: next, ...(next.value === undefined ? {} : { value: next.value }) };
    }
    if (word.text.startsWith(`-${flag}`) && word.text.length > 2) return { text: word.text.slice(2), value: (word.value ?? word.text).slice(2), word };
  }
  return undefined;
}

export const has = (args: readonly Word[], flag: string): boolean => args.some((word) => new RegExp(`^-[A-Za-z]*${flag}`).test(word.text));

/** Words that are no flags and not the value of one of these flags. */
export function operands(args: readonly Word[], valued: string): Word[] {
  const words: Word[] = [];
  for (let index = 0; index < args.length; index++) {
    const word = args[index];
    if (word === undefined) continue;
    if (/^-[A-Za-z]/.test(word.text)) {
      if (word.text.length === 2 && valued.includes(word.text.charAt(1))) index++;
    } else words.push(word);
  }
  return words;
}

export interface MemoryDisk {
  /** `md0` */
  readonly name: string;
  readonly backing: 'preload' | 'vnode' | 'swap' | 'malloc' | 'null';
  /** What it holds: the file of a vnode-backed or preloaded disk. */
  readonly file?: string;
  /** As written: `64m`. */
  readonly size?: Word;
  /** None for one that the loader has preloaded. */
  readonly attached?: ShellCommand;
  readonly detached?: ShellCommand;
}

export interface UnionDisk {
  /** `md1-md0.uzip.union` */
  readonly name: string;
  readonly upper: string;
  readonly lower: string;
  readonly command: ShellCommand;
  readonly effective: Effective;
}

export interface Mount {
  readonly command: ShellCommand;
  readonly type?: string;
  readonly from: string;
  /** Path outside of any chroot. */
  readonly on: string;
  readonly unmounted?: ShellCommand;
}

/** Devices and mounts that a script makes, each with the commands that begin and end its life. */
export interface Devices {
  readonly disks: readonly MemoryDisk[];
  readonly unions: readonly UnionDisk[];
  readonly mounts: readonly Mount[];
}

const device = (text: string): string => text.replace(/^\/dev\//, '');
const clean = (path: string): string => (path === '/' ? path : path.replace(/\/+$/, ''));

/** Follows the devices and mounts of a script; `preloaded` are the images the loader makes memory disks of. */
export function follow(script: Script, preloaded: readonly string[]): Devices {
  const disks: MemoryDisk[] = preloaded.map((file, unit) => ({ name: `md${unit}`, backing: 'preload', file }));
  const unions: UnionDisk[] = [];
  const mounts: Mount[] = [];
  const end = <T extends { detached?: ShellCommand } | { unmounted?: ShellCommand }>(list: T[], matches: (one: T) => boolean, key: 'detached' | 'unmounted', by: ShellCommand): void => {
    for (let at = list.length - 1; at >= 0; at--) {
      const one = list[at];
      if (one !== undefined && !(key in one) && matches(one)) {
        list[at] = { ...one, [key]: by };
        return;
      }
    }
  };
  for (const command of script.commands) {
    if (!relevant.has(command.name) && !command.name.startsWith('mount_')) continue;
    const run = effective(command);
    const prefix = run.root ?? '';
    switch (run.name) {
      case 'mdconfig': {
        const unit = option(run.args, 'u')?.value?.replace(/^md/, '');
        if (run.args.some((word) => /^-d/.test(word.text))) {
          if (unit !== undefined) end(disks, (one) => one.name === `md${unit}`, 'detached', command);
          break;
        }
        const file = option(run.args, 'f');
        const backing = option(run.args, 't')?.text ?? (file === undefined ? 'swap' : 'vnode');
        if (!/^(vnode|swap|malloc|null)$/.test(backing)) break;
        const size = option(run.args, 's')?.word;
        disks.push({ name: unit === undefined || !/^\d+$/.test(unit) ? 'md?' : `md${unit}`, backing: backing as MemoryDisk['backing'], attached: command, ...(file === undefined ? {} : { file: file.value ?? file.text }), ...(size === undefined ? {} : { size }) });
        break;
      }
      case 'geom':
      case 'gunion': {
        const [first, ...rest] = run.args;
        const args = run.name === 'gunion' ? run.args : first?.text === 'union' ? rest : [];
        if (args[0]?.text !== 'create') break;
        const [upper, lower] = operands(args.slice(1), 'osSZ').map((word) => device(valueOf(word)));
        if (upper !== undefined && lower !== undefined) unions.push({ name: `${upper}-${lower}.union`, upper, lower, command, effective: run });
        break;
      }
      case 'umount': {
        const [on] = operands(run.args, 'tF');
        if (on !== undefined) end(mounts, (one) => one.on === clean(`${prefix}${valueOf(on)}`), 'unmounted', command);
        break;
      }
      default: {
        const mount = mountOf(command, run);
        if (mount !== undefined) mounts.push(mount);
      }
    }
  }
  return { disks, unions, mounts };
}

const read = new WeakMap<ShellCommand, Mount>();

/** mount(8) and mount_TYPE(8) with a place and a mount point; read once for each command. */
function mountOf(command: ShellCommand, run: Effective): Mount | undefined {
  const before = read.get(command);
  if (before !== undefined) return before;
  const typed = /^mount_(\w+)$/.exec(run.name)?.[1];
  if (run.name !== 'mount' && typed === undefined) return undefined;
  const [from, on] = operands(run.args, 'to');
  if (from === undefined || on === undefined) return undefined;
  const type = typed ?? option(run.args, 't')?.value ?? option(run.args, 't')?.text;
  const mount: Mount = { command, from: valueOf(from), on: clean(`${run.root ?? ''}${valueOf(on)}`), ...(type === undefined ? {} : { type }) };
  read.set(command, mount);
  return mount;
}

const relevant = new Set(['mdconfig', 'geom', 'gunion', 'umount', 'mount', 'chroot', 'exec', 'command', 'nohup']);

const line = (command: ShellCommand | undefined): string => (command === undefined ? '' : `, line ${command.range.start.line + 1}`);

/** The life of a device, from what it is made of to where it is mounted, a step a line; empty when nothing is known of it. */
export function deviceLife(devices: Devices, path: string, depth = 0): string[] {
  const name = device(path);
  if (depth > 6) return [];
  const steps: string[] = [];
  const union = devices.unions.find((one) => one.name === name);
  const disk = devices.disks.find((one) => one.name === name);
  const layer = /^(.+)\.(uzip|eli|zlib|ulzma|bde)$/.exec(name);
  if (union !== undefined) {
    steps.push(...deviceLife(devices, union.lower, depth + 1), ...deviceLife(devices, union.upper, depth + 1));
    steps.push(`${name}: ${union.upper} takes what is written over ${union.lower}${line(union.command)}`);
  } else if (disk !== undefined) {
    const what = disk.backing === 'preload' ? `${disk.file ?? ''}, preloaded by the loader` : disk.file === undefined ? `${disk.backing}${disk.size === undefined ? '' : `, ${disk.size.value ?? disk.size.text}`}` : `${disk.file} (${disk.backing})`;
    steps.push(`${name}: ${what}${line(disk.attached)}${disk.detached === undefined ? '' : `; detached${line(disk.detached)}`}`);
  } else if (layer !== null) {
    const below = deviceLife(devices, layer[1] ?? '', depth + 1);
    if (below.length === 0) return [];
    steps.push(...below, `${name}: made by geom_${layer[2] ?? ''}`);
  } else return [];
  if (depth === 0) for (const mount of devices.mounts) if (device(mount.from) === name) steps.push(`mounted on ${mount.on}${line(mount.command)}${mount.unmounted === undefined ? '' : `; unmounted${line(mount.unmounted)}`}`);
  return steps;
}

/** What is mounted on a path, in order. */
export const mountLife = (devices: Devices, path: string): string[] =>
  devices.mounts.filter((one) => one.on === clean(path)).map((one) => `${one.type ?? 'ufs'} from ${one.from}${line(one.command)}${one.unmounted === undefined ? '' : `; unmounted${line(one.unmounted)}`}`);
