import { matchTemplate, parseTemplate, type Template } from './diagnosis/template';

/** What a console says at the borders of a boot's stages. Pure data. */

export type StageName = 'firmware' | 'loader' | 'kernel' | 'init' | 'userland' | 'login' | 'chroot' | 'reroot' | 'pivot';
export type ChainName = 'redox' | 'freebsd' | 'nextbsd' | 'linux' | 'generic';

export interface StageEntry {
  readonly id: StageName;
  readonly name: string;
  /** Messages (see diagnosis/template.ts) that come first in this stage, each with the file that prints it. */
  readonly serial: readonly { readonly text: string; readonly source: string }[];
  /** Kernel functions whose first call opens this stage. `inlined`: compilers leave no symbol of it. */
  readonly symbols: readonly { readonly name: string; readonly source: string; readonly inlined?: boolean }[];
}

export interface StageSymbol {
  readonly stage: StageName;
  readonly name: string;
  readonly inlined?: boolean;
}

const firmware: StageEntry = {
  id: 'firmware',
  name: 'Firmware',
  serial: [
    { text: 'BdsDxe: loading Boot', source: 'edk2 MdeModulePkg/Universal/BdsDxe/BdsEntry.c' },
    { text: 'SeaBIOS (version ', source: 'seabios src/bootsplash.c' },
    { text: 'UEFI firmware (version ', source: 'edk2 OvmfPkg' },
  ],
  symbols: [],
};

const redox: readonly StageEntry[] = [
  firmware,
  { id: 'loader', name: 'Bootloader', serial: [{ text: 'Redox OS Bootloader ', source: 'redox-os/bootloader src/main.rs' }], symbols: [] },
  {
    id: 'kernel',
    name: 'Kernel',
    serial: [
      { text: 'Starting graphical debug', source: 'redox-os/kernel src/devices/graphical_debug/mod.rs' },
      { text: 'Redox OS starting...', source: 'redox-os/kernel src/arch/x86_shared/start.rs' },
    ],
    symbols: [],
  },
  { id: 'init', name: 'init from the initfs', serial: [{ text: 'switchroot to /scheme/initfs', source: 'base init/src/main.rs' }], symbols: [{ name: 'usermode_bootstrap', source: 'redox-os/kernel src/syscall/process.rs' }] },
  { id: 'userland', name: 'init from the root filesystem', serial: [{ text: 'switchroot to /usr', source: 'base init/src/main.rs' }], symbols: [] },
  { id: 'login', name: 'Login', serial: [{ text: 'login:', source: 'userutils src/bin/login.rs' }], symbols: [] },
];

const freebsdKernel: StageEntry = {
  id: 'kernel',
  name: 'Kernel',
  serial: [
    { text: 'Copyright (c) 1992-', source: 'sys/kern/init_main.c' },
    { text: '---<<BOOT>>---', source: 'sys/kern/init_main.c' },
    { text: 'Trying to mount root from ', source: 'sys/kern/vfs_mountroot.c' },
  ],
  symbols: [],
};

const freebsd: readonly StageEntry[] = [
  firmware,
  {
    id: 'loader',
    name: 'Loader',
    serial: [
      { text: 'FreeBSD/{arch} EFI loader, Revision', source: 'stand/efi/loader/main.c' },
      { text: 'BTX loader ', source: 'stand/i386/btx' },
      { text: 'FreeBSD/{arch} bootstrap loader, Revision', source: 'stand/i386/loader/main.c' },
      { text: 'Loading /boot/', source: 'stand/lua/config.lua' },
    ],
    symbols: [],
  },
  freebsdKernel,
  { id: 'init', name: 'init', serial: [{ text: 'start_init: trying ', source: 'sys/kern/init_main.c' }], symbols: [{ name: 'kern_execve', source: 'sys/kern/kern_exec.c; its first caller is start_init of sys/kern/init_main.c, once the root is mounted' }] },
  { id: 'chroot', name: 'Changed root', serial: [], symbols: [{ name: 'pwd_chroot', source: 'sys/kern/kern_descrip.c' }] },
  { id: 'reroot', name: 'Reroot', serial: [], symbols: [{ name: 'kern_reroot', source: 'sys/kern/kern_shutdown.c', inlined: true }] },
  { id: 'userland', name: 'rc', serial: [{ text: 'Setting hostuuid: ', source: 'libexec/rc/rc.d/hostid' }, { text: 'Starting file system checks:', source: 'libexec/rc/rc.d/fsck' }], symbols: [] },
  { id: 'login', name: 'Login', serial: [{ text: 'login:', source: 'libexec/getty/main.c' }], symbols: [] },
];

const nextbsd: readonly StageEntry[] = [
  ...freebsd.filter((stage) => stage.id !== 'login'),
  { id: 'pivot', name: 'Pivoted root', serial: [{ text: 'vfs.pivot: / is now ', source: 'nextbsd-kernel src-overlay/sys/kern/vfs_pivot.c' }], symbols: [{ name: 'vfs_pivot_to', source: 'nextbsd-kernel src-overlay/sys/kern/vfs_pivot.c', inlined: true }] },
  { id: 'login', name: 'Login', serial: [{ text: 'login:', source: 'libexec/getty/main.c' }], symbols: [] },
];

const linux: readonly StageEntry[] = [
  firmware,
  { id: 'loader', name: 'Boot loader', serial: [{ text: 'GNU GRUB ', source: 'grub grub-core/normal/main.c' }, { text: 'EFI stub: ', source: 'drivers/firmware/efi/libstub' }], symbols: [] },
  {
    id: 'kernel',
    name: 'Kernel',
    serial: [{ text: 'Linux version ', source: 'init/version.c' }],
    symbols: [],
  },
  { id: 'init', name: 'init', serial: [{ text: 'Run {path} as init process', source: 'init/main.c' }], symbols: [{ name: 'run_init_process', source: 'init/main.c' }] },
  { id: 'userland', name: 'Services', serial: [{ text: 'systemd[1]: ', source: 'systemd src/core/main.c' }], symbols: [] },
  { id: 'login', name: 'Login', serial: [{ text: 'login:', source: 'util-linux login-utils/login.c' }], symbols: [] },
];

const generic: readonly StageEntry[] = [
  firmware,
  { id: 'loader', name: 'Loader', serial: [], symbols: [] },
  { id: 'kernel', name: 'Kernel', serial: [], symbols: [] },
  { id: 'init', name: 'init', serial: [], symbols: [] },
  { id: 'userland', name: 'Userland', serial: [], symbols: [] },
  { id: 'login', name: 'Login', serial: [{ text: 'login:', source: 'every getty' }], symbols: [] },
];

const tables: Readonly<Record<ChainName, readonly StageEntry[]>> = { redox, freebsd, nextbsd, linux, generic };

/** Stages of a chain in the order a boot reaches them. */
export const stagesOf = (chain: ChainName): readonly StageEntry[] => tables[chain];

const symbols = new Map<ChainName, readonly StageSymbol[]>();
/** The kernel functions that open stages of a chain; the same array at each call. */
export const stageSymbolsOf = (chain: ChainName): readonly StageSymbol[] => {
  const made = symbols.get(chain) ?? tables[chain].flatMap((stage) => stage.symbols.map(({ name, inlined }) => ({ stage: stage.id, name, ...(inlined === undefined ? {} : { inlined }) })));
  symbols.set(chain, made);
  return made;
};

interface Mark {
  readonly stage: StageName;
  readonly template: Template;
}
const marks = new Map<ChainName, readonly Mark[]>();
const marksOf = (chain: ChainName): readonly Mark[] => {
  const made = marks.get(chain) ?? tables[chain].flatMap((stage) => stage.serial.map(({ text }) => ({ stage: stage.id, template: parseTemplate(text) })));
  marks.set(chain, made);
  return made;
};

/** The stage a clean serial line (see serial-text.ts) opens; undefined: it says nothing about stages. */
export const stageOfLine = (chain: ChainName, line: string): StageName | undefined => marksOf(chain).find((mark) => matchTemplate(mark.template, line) !== undefined)?.stage;

/** Messages that tell a chain by themselves. */
const chainMarks: readonly (readonly [ChainName, readonly string[]])[] = [
  ['redox', ['Redox OS Bootloader', 'Redox OS starting...', 'RedoxFS: ', 'redoxfs: ']],
  ['nextbsd', ['vfs.pivot: ', 'vfs.root.overlay: ', 'NextBSD']],
  ['freebsd', ['FreeBSD', 'Trying to mount root from ', 'mountroot>', 'BTX loader ']],
  ['linux', ['Linux version ', 'Kernel panic - not syncing', 'EFI stub: ']],
];

/** Which chain serial text comes from; undefined when nothing tells. */
export const detectChainBySerial = (text: string): ChainName | undefined => chainMarks.find(([, words]) => words.some((word) => text.includes(word)))?.[0];
