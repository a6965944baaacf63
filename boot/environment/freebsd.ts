import { knownVariable } from '../languages/loader-conf/variables';
import { sizeInWords, type EnvironmentFacts, type VariableFault, type VariableKnowledge, type VariableReader } from './knowledge';
import { ventoyVariables } from './ventoy';

/** FreeBSD's kernel environment (kenv(8)); files are of freebsd/freebsd-src, lines in the notes are of 15.1. */

const reroot = 'a reroot (reboot -r)';
const mountroot: VariableReader = { name: 'vfs_mountroot', path: 'sys/kern/vfs_mountroot.c', lastStage: 'reroot', when: 'when it mounts the root', again: reroot };
const startInit: VariableReader = { name: 'start_init', path: 'sys/kern/init_main.c', lastStage: 'kernel', when: 'before it starts process 1' };
/** `char kenv_value[PATH_MAX]` is asked for with KENV_MVALLEN + 1. */
const initReads: VariableReader = { name: 'init', path: 'sbin/init/init.c', limit: 128 };
const initStart: VariableReader = { ...initReads, lastStage: 'kernel', when: 'at its start' };
const initAfterScript: VariableReader = { ...initReads, lastStage: 'init', when: 'once, after init_script has ended' };
const kernelStart: VariableReader = { name: 'tunables', path: 'sys/kern/kern_environment.c', lastStage: 'kernel', when: 'while the kernel starts' };
const loader: VariableReader = { name: 'loader', path: 'stand/lua/config.lua' };
const bootOptions: VariableReader = { name: 'boot_parse_args and the kernel', path: 'sys/kern/subr_boot.c' };
const consoles: VariableReader = { name: 'loader consoles', path: 'stand/common/console.c' };

/** KENV_MNAMELEN and KENV_MVALLEN, sys/sys/kenv.h: kern_setenv refuses longer ones without a message. */
export const kenvNameLimit = 128;
export const kenvValueLimit = 128;

const isYes = (value: string): boolean => value.toLowerCase() === 'yes';

const tooLong = (value: string, name: string): VariableFault[] =>
  name.length > kenvNameLimit || value.length > kenvValueLimit
    ? [{ code: 'too-long', message: `name or value has more than ${kenvValueLimit} characters: kenv(1) cannot set it, and setting it silently fails` }]
    : [];

const decimal = (value: string): VariableFault[] =>
  /^(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)[kmgt]?$/i.test(value.trim()) ? [] : [{ code: 'unparsable', message: `"${value}" is not a number: the kernel keeps its default` }];

/** Words of vfs.root.mountfrom: `fstype:device`, separated by blanks. */
export const mountfromWords = (value: string): string[] => value.split(/[ \t]+/).filter((word) => word !== '');

/** Candidates of vfs.root.mountfrom, in order; a word without a colon names no filesystem (parse_mount, sys/kern/vfs_mountroot.c). */
export const parseMountfrom = (value: string): { readonly fstype: string; readonly device: string }[] =>
  mountfromWords(value).flatMap((word) => {
    const colon = word.indexOf(':');
    return colon <= 0 ? [] : [{ fstype: word.slice(0, colon), device: word.slice(colon + 1) }];
  });

const checkMountfrom = (value: string): VariableFault[] => {
  const faults: VariableFault[] = [];
  if (mountfromWords(value).length === 0) faults.push({ code: 'not-set', message: 'it is empty: only what is compiled into the kernel is tried as the root, and then it is asked for at mountroot>' });
  if (/[;,]/.test(value)) faults.push({ code: 'bad-separator', message: 'candidates are separated by blanks: everything up to the next blank, `;` and `,` included, is taken for one device name' });
  for (const word of mountfromWords(value)) if (!word.includes(':')) faults.push({ code: 'no-filesystem-type', message: `"${word}" names no filesystem type; the form is fstype:device, as in ufs:/dev/md0` });
  return faults;
};

/** Preload types that become memory disks, numbered in load order (sys/dev/md/md.c, md_preloaded). */
const isDiskType = (value: string): boolean => value === 'md_image' || value === 'mfs_root';

const checkModuleType = (value: string, all: ReadonlyMap<string, string>): VariableFault[] => {
  if (!isDiskType(value)) return [];
  const disks = [...all].filter(([name, type]) => name.endsWith('_type') && isDiskType(type) && isYes(all.get(name.replace(/_type$/, '_load')) ?? ''));
  if (disks.length < 2) return [];
  return [{ code: 'order-not-fixed', message: `${disks.length} memory disks are preloaded, and the loader loads modules in no fixed order: which of them becomes md0 changes from boot to boot` }];
};

/** `4194304` and `4m` in words. Suffixes as in getenv_quad (sys/kern/kern_environment.c). */
const sizeText = (value: string): string => {
  const found = /^(0x[0-9a-f]+|\d+)([kmgt]?)$/i.exec(value.trim());
  if (found === null) return value;
  const shift = { '': 0n, k: 10n, m: 20n, g: 30n, t: 40n }[(found[2] ?? '').toLowerCase()] ?? 0n;
  const words = sizeInWords(BigInt(found[1] ?? 0) << shift);
  return words.startsWith(value) ? words : `${words} (${value})`;
};

/** init(8) becomes init_exec before it looks at anything else, and comes back only when that fails. */
const replacedByInitExec = (all: ReadonlyMap<string, string>): VariableFault[] =>
  all.has('init_exec') ? [{ code: 'contradicting', message: `init_exec is set to ${all.get('init_exec') ?? ''}: init replaces itself by it at once and does not come to this variable` }] : [];

const noRootAsked = (facts: EnvironmentFacts): VariableFault[] =>
  facts.asksForRoot === true ? [{ code: 'not-set', message: 'vfs_mountroot reads it, it is not set, and what is compiled into the kernel gave no root: the kernel asks for one at mountroot>' }] : [];

const text = (words: string) => () => words;
const flag = (what: string) => (value: string) => (value.toLowerCase() === 'no' ? `${what}: off` : what);

const particular: readonly VariableKnowledge[] = [
  { name: 'vfs.root.mountfrom', readers: [mountroot], whenUnset: noRootAsked, meaning: (value) => `what to mount as the root, tried in this order: ${mountfromWords(value).join(', then ')}`, check: checkMountfrom },
  { name: 'vfs.root.mountfrom.options', readers: [mountroot], meaning: (value) => `options for mounting the root: ${value} (rw is ignored at the first mount)` },
  { name: 'vfs.mountroot.timeout', readers: [mountroot], meaning: (value) => `seconds to wait for the root device: ${value}`, check: decimal },
  { name: 'vfs.root_mount_always_wait', readers: [mountroot], meaning: (value) => (value === '0' ? 'wait for devices only where the root needs it' : 'wait for all devices before mounting the root'), check: decimal },
  { name: 'vfs.root.overlay', readers: [{ name: 'the root overlay hook (NextBSD kernels)', path: 'nextbsd-kernel: mountroot event handler' }], meaning: (value) => `this is a live system: a writable ${value} is stacked over the read-only root before init starts` },
  { name: 'vfs.pivot', readers: [{ name: 'sysctl vfs.pivot (NextBSD kernels)', path: 'nextbsd-kernel: sys/kern/vfs_pivot.c' }], meaning: (value) => `mount that becomes the root: ${value}` },
  {
    name: 'init_chroot',
    readers: [initAfterScript],
    meaning: (value) => `init changes its root to ${value} after init_script has ended; the kernel's own root stays`,
    check: (value, all) => [...replacedByInitExec(all), ...(value.startsWith('/') ? [] : [{ code: 'unparsable', message: `"${value}" is not an absolute path: init warns "Can't chroot" and goes on in the old root` } as const])],
  },
  { name: 'init_script', readers: [initStart], meaning: (value) => `script init runs before anything else: ${value}`, check: (_value, all) => replacedByInitExec(all) },
  { name: 'init_shell', readers: [{ ...initReads, when: 'when it runs a script or a shell' }], meaning: (value) => `shell for init_script and single-user mode: ${value}` },
  { name: 'init_exec', readers: [initStart], meaning: (value) => `init replaces itself by ${value} at once` },
  {
    name: 'init_path',
    readers: [startInit],
    meaning: (value) => `programs tried as process 1, in this order: ${value.split(/[:;]/).join(', ')}`,
    check: (value) => (value.split(/[:;]/).some((path) => path !== '' && !path.startsWith('/')) ? [{ code: 'unparsable', message: 'a path that does not start with / is looked up from the root by accident' }] : []),
  },
  { name: 'kern.panic_reboot_wait_time', readers: [{ name: 'panic', path: 'sys/kern/kern_shutdown.c' }], meaning: (value) => `seconds before a panic reboots: ${value}`, check: decimal },
  { name: 'kern.cam.boot_delay', readers: [{ name: 'CAM', path: 'sys/cam/cam_xpt.c' }], meaning: (value) => `milliseconds to wait before looking for disks: ${value}`, check: decimal },
  { name: 'kern.geom.label.*.enable', readers: [{ name: 'GEOM labels', path: 'sys/geom/label/g_label.c' }], meaning: (value, name) => `labels of kind ${name.split('.')[3] ?? ''}: ${value === '0' ? 'off' : 'on'}`, check: decimal },
  { name: 'kern.module_path', readers: [{ name: 'kernel linker', path: 'sys/kern/kern_linker.c' }], meaning: (value) => `where modules are looked for: ${value}` },
  { name: 'module_path', readers: [{ name: 'loader', path: 'stand/common/module.c' }], meaning: (value) => `where the loader looks for modules: ${value}` },
  { name: 'hw.physmem', readers: [{ ...kernelStart, name: 'getmemsize', path: 'sys/amd64/amd64/machdep.c' }], meaning: (value) => `use only this much memory: ${sizeText(value)}`, check: decimal },
  { name: 'hw.uart.console', readers: [{ name: 'uart(4)', path: 'sys/dev/uart/uart_subr.c' }], meaning: (value) => `serial console: ${value}` },
  ...ventoyVariables,
  { name: 'hint.*', readers: [{ name: 'resource_*_value', path: 'sys/kern/subr_hints.c' }], meaning: (value, name) => `device hint: ${name.split('.').slice(1).join(' ')} is ${value}` },
  { name: 'console', readers: [consoles], meaning: (value) => `consoles of the loader: ${value}` },
  { name: 'comconsole_speed', readers: [consoles], meaning: (value) => `serial console speed: ${value} baud`, check: decimal },
  { name: 'comconsole_*', readers: [consoles], meaning: (value) => `serial console: ${value}` },
  { name: 'boot_serial', readers: [bootOptions], meaning: flag('the serial console is the primary one (-h)') },
  { name: 'boot_multicons', readers: [bootOptions], meaning: flag('video and serial console together (-D)') },
  { name: 'boot_single', readers: [bootOptions], meaning: flag('single-user mode (-s)') },
  { name: 'boot_verbose', readers: [bootOptions], meaning: flag('verbose boot messages (-v)') },
  { name: 'boot_askname', readers: [bootOptions], meaning: flag('ask for the root filesystem (-a)') },
  { name: 'boot_cdrom', readers: [bootOptions], meaning: flag('try the CD as root first (-C)') },
  { name: 'boot_dfltroot', readers: [bootOptions], meaning: flag('use the root compiled into the kernel (-r)') },
  { name: 'boot_mute', readers: [bootOptions], meaning: flag('no messages on the console (-m)') },
  { name: 'boot_*', readers: [bootOptions], meaning: flag('boot flag; its mere presence counts unless it says NO') },
  { name: 'loader_env.disabled', readers: [{ name: 'init_static_kenv', path: 'sys/kern/kern_environment.c' }], meaning: text('the kernel ignores the loader\'s environment') },
  { name: 'kernelname', readers: [{ name: 'kern.bootfile', path: 'sys/kern/kern_mib.c' }], meaning: (value) => `kernel file that was booted: ${value}` },
  { name: 'currdev', readers: [loader], meaning: (value) => `device the loader reads from: ${value}` },
  { name: 'loaddev', readers: [loader], meaning: (value) => `device the loader came from: ${value}` },
  { name: 'autoboot_delay', readers: [loader], meaning: (value) => `seconds before the loader boots: ${value}` },
  { name: 'acpi.rsdp', readers: [{ name: 'acpi(4)', path: 'sys/dev/acpica/acpi.c' }], meaning: (value) => `address of ACPI's root pointer in memory: ${value}` },
  { name: 'smbios.memory.enabled', readers: [{ name: 'getmemsize', path: 'sys/amd64/amd64/machdep.c' }], meaning: (value) => (/^\d+$/.test(value) ? `memory of the machine: ${sizeInWords(BigInt(value) * 1024n)}` : 'memory of the machine in KiB') },
  { name: 'acpi.*', readers: [{ name: 'acpi(4)', path: 'sys/dev/acpica/acpi.c' }], meaning: text('told by the firmware') },
  { name: 'smbios.*', readers: [{ name: 'kenv consumers', path: 'stand/libsa/smbios.c' }], meaning: text('told by the firmware') },
  { name: '*_load', readers: [loader], meaning: (value, name) => (isYes(value) ? `load module ${name.slice(0, -5)}` : `do not load module ${name.slice(0, -5)}`) },
  { name: '*_type', readers: [loader], meaning: (value, name) => `preload ${name.slice(0, -5)} as ${value}`, check: checkModuleType },
  { name: '*_name', readers: [loader], meaning: (value, name) => `file of module ${name.slice(0, -5)}: ${value}` },
];

/** What the loader's manual pages know of a name that has no entry above: the meaning by kind of value, and the reader. */
const byManual: VariableKnowledge = {
  name: '*',
  readers: [],
  readersOf: (name) => {
    const known = knownVariable(name);
    return known === undefined ? [] : [known.reader];
  },
  meaning: (value, name) => {
    const known = knownVariable(name);
    if (known === undefined) return '';
    const shown = known.kind === 'size' ? sizeText(value) : value;
    return shown === '' ? known.what : `${known.what}: ${shown}`;
  },
};

/** Everything known, by particular entries first. */
export const freebsdVariables: readonly VariableKnowledge[] = [...particular, byManual];

/** Faults any variable can have, known or not. */
export const checkKenvEntry = (name: string, value: string): readonly VariableFault[] => tooLong(value, name);
