import { parseMountfrom } from './environment/freebsd';

/** What a boot configuration asks a kernel for. Pure. */
export interface Asked {
  readonly kind: 'filesystem' | 'class' | 'module';
  readonly name: string;
  /** The setting that asks: `vfs.root.mountfrom=ufs:/dev/md0.uzip`. */
  readonly by: string;
}

/** What a kernel has; undefined: not known. */
export interface Has {
  readonly filesystems?: readonly string[];
  readonly classes?: readonly string[];
  readonly modules?: readonly string[];
}

/** GEOM classes that make the providers of a device name: suffixes (sys/geom/uzip/g_uzip.c, …) and directories (sys/geom/label/g_label.c). */
const classOfSuffix: Readonly<Record<string, string>> = { uzip: 'UZIP', union: 'UNION', eli: 'ELI', ulzma: 'UZIP', nop: 'NOP', shsec: 'SHSEC', cache: 'CACHE' };
const labelDirectories = ['iso9660', 'ufs', 'ufsid', 'gpt', 'gptid', 'msdosfs', 'label', 'ext2fs', 'ntfs', 'diskid'];

/** What a module brings where the kernel has it built in: no file of that name is in memory then. */
const broughtBy: Readonly<Record<string, Pick<Asked, 'kind' | 'name'>>> = {
  geom_uzip: { kind: 'class', name: 'UZIP' },
  geom_union: { kind: 'class', name: 'UNION' },
  geom_label: { kind: 'class', name: 'LABEL' },
  geom_eli: { kind: 'class', name: 'ELI' },
  geom_md: { kind: 'class', name: 'MD' },
  ...Object.fromEntries(['unionfs', 'tmpfs', 'nullfs', 'cd9660', 'msdosfs', 'tarfs', 'zfs', 'fdescfs', 'procfs', 'udf', 'ext2fs', 'smbfs'].map((name) => [name, { kind: 'filesystem' as const, name }])),
  fusefs: { kind: 'filesystem', name: 'fusefs' },
};

const isYes = (value: string | undefined): boolean => value?.toLowerCase() === 'yes';

const classesOfDevice = (device: string): string[] => {
  const name = device.replace(/^\/dev\//, '');
  const classes = name.split('.').slice(1).flatMap((suffix) => classOfSuffix[suffix] ?? []);
  if (labelDirectories.includes(name.split('/')[0] ?? '') && name.includes('/')) classes.push('LABEL');
  if (/^md\d/.test(name)) classes.push('MD');
  return classes;
};

/** By vfs.root.mountfrom, vfs.root.overlay and the NAME_load lines of loader.conf (all of which are in the kernel environment). */
export const askedOfFreebsd = (variables: ReadonlyMap<string, string>): Asked[] => {
  const asked: Asked[] = [];
  const mountfrom = variables.get('vfs.root.mountfrom');
  for (const { fstype, device } of parseMountfrom(mountfrom ?? '')) {
    const by = `vfs.root.mountfrom=${fstype}:${device}`;
    asked.push({ kind: 'filesystem', name: fstype, by });
    for (const name of classesOfDevice(device)) asked.push({ kind: 'class', name, by });
  }
  const overlay = variables.get('vfs.root.overlay');
  if (overlay !== undefined && overlay !== '') for (const name of [overlay, 'unionfs']) asked.push({ kind: 'filesystem', name, by: `vfs.root.overlay=${overlay}` });
  for (const [variable, value] of variables) {
    const name = /^(.+)_load$/.exec(variable)?.[1];
    if (name === undefined || !isYes(value)) continue;
    // A type says that it is a file to preload (an image, firmware), not a module.
    if ((variables.get(`${name}_type`) ?? '') !== '') continue;
    asked.push({ kind: 'module', name: (variables.get(`${name}_name`) ?? name).replace(/^.*\//, '').replace(/\.ko$/, ''), by: `${variable}="${value}"` });
  }
  return asked;
};

/** Commands of a script's line, with what each asks for. `mount_unionfs` is `mount -t unionfs`; gunion(8) and `geom union` need the class. */
const askedOfCommand = (words: readonly string[]): Pick<Asked, 'kind' | 'name'>[] => {
  const [path = '', ...args] = words;
  const command = path.slice(path.lastIndexOf('/') + 1);
  const asked: Pick<Asked, 'kind' | 'name'>[] = [];
  const filesystem = (name: string): number => asked.push({ kind: 'filesystem', name: name === 'msdos' ? 'msdosfs' : name });
  if (command === 'kldload') for (const name of args) if (!name.startsWith('-')) asked.push({ kind: 'module', name: name.replace(/^.*\//, '').replace(/\.ko$/, '') });
  const type = args.indexOf('-t');
  if (command === 'mount' && type >= 0 && args[type + 1] !== undefined) filesystem(args[type + 1] ?? '');
  if (/^mount_[a-z0-9]+$/.test(command) && command !== 'mount_devfs') filesystem(command.slice('mount_'.length));
  if (command === 'mdconfig') asked.push({ kind: 'class', name: 'MD' });
  if (command === 'gunion' || (command === 'geom' && args[0] === 'union')) asked.push({ kind: 'class', name: 'UNION' });
  for (const word of args) if (/^\/dev\/[\w./-]+$/.test(word)) for (const name of classesOfDevice(word)) asked.push({ kind: 'class', name });
  // A name that only the shell knows asks for nothing that could be named.
  return asked.filter(({ name }) => /^[\w.-]+$/.test(name));
};

/** By what a boot script runs: kldload, mount, mdconfig, geom, and the devices they name. Once for each name. */
export const askedOfScript = (path: string, text: string): Asked[] => {
  const found = new Map<string, Asked>();
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*#/.test(line)) continue;
    for (const command of line.split(/&&|\|\||[;|&(){}]|\b(?:then|do|else|if|while|until)\b/)) {
      const words = command.trim().split(/\s+/).map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
      for (const { kind, name } of askedOfCommand(words)) {
        const key = `${kind} ${name}`;
        if (!found.has(key)) found.set(key, { kind, name, by: `${path}:${index + 1} (${command.trim().slice(0, 80)})` });
      }
    }
  }
  return [...found.values()];
};

/** By rootfstype= of the command line; `root=` alone leaves the choice to the kernel. */
export const askedOfLinux = (parameters: ReadonlyMap<string, string>): Asked[] => {
  const types = parameters.get('rootfstype');
  return types === undefined ? [] : types.split(',').filter((name) => name !== '').map((name) => ({ kind: 'filesystem', name, by: `rootfstype=${types}` }));
};

/** undefined: what would tell is not known. */
export const isPresent = (asked: Pick<Asked, 'kind' | 'name'>, has: Has): boolean | undefined => {
  const list = asked.kind === 'filesystem' ? has.filesystems : asked.kind === 'class' ? has.classes : has.modules;
  if (asked.kind !== 'module') return list?.includes(asked.name);
  if (list?.some((file) => file === `${asked.name}.ko` || file === asked.name) === true) return true;
  const brings = broughtBy[asked.name];
  const builtIn = brings === undefined ? undefined : isPresent(brings, has);
  return builtIn ?? (list === undefined || brings === undefined ? undefined : false);
};

/** One sentence for what is missing: the token to build in and the module to load. */
export const missingInWords = (asked: Asked): string => {
  switch (asked.kind) {
    case 'filesystem':
      return `${asked.by} needs the filesystem ${asked.name}, which this kernel does not have: load ${asked.name}.ko in loader.conf (${asked.name}_load="YES") or build it in.`;
    case 'class':
      return `${asked.by} needs the GEOM class ${asked.name}, which this kernel does not have: load geom_${asked.name.toLowerCase()}.ko in loader.conf or build it in.`;
    case 'module':
      return `${asked.by} asks for the module ${asked.name}, which is neither in memory nor built in: the loader did not find it (it says "can't find" and boots on).`;
  }
};
