import type { VariableFault, VariableKnowledge, VariableReader } from './knowledge';

/** Linux's kernel command line; files are of torvalds/linux. */

const mounts: VariableReader = { name: 'mount_root', path: 'init/do_mounts.c' };
const main: VariableReader = { name: 'kernel_init', path: 'init/main.c' };

/**
 * Words of a command line in order, as next_arg in lib/cmdline.c splits them: at blanks outside double quotes; `"` around
 * a value or a whole word is dropped. A word without `=` has an empty value. What follows `--` is for init.
 */
export const parseCommandLine = (line: string): { name: string; value: string; offset: number }[] => {
  const words: { name: string; value: string; offset: number }[] = [];
  let at = 0;
  while (at < line.length) {
    if (/\s/.test(line.charAt(at))) {
      at++;
      continue;
    }
    const offset = at;
    let quoted = false;
    while (at < line.length && (quoted || !/\s/.test(line.charAt(at)))) {
      if (line.charAt(at) === '"') quoted = !quoted;
      at++;
    }
    const word = line.slice(offset, at);
    if (word === '--') break;
    const bare = word.startsWith('"') ? word.replace(/^"|"$/g, '') : word;
    const equals = bare.indexOf('=');
    const value = equals < 0 ? '' : bare.slice(equals + 1).replace(/^"|"$/g, '');
    words.push({ name: equals < 0 ? bare : bare.slice(0, equals), value, offset });
  }
  return words;
};

const number = (value: string): VariableFault[] =>
  /^-?(0x[0-9a-f]+|\d+)$/i.test(value) ? [] : [{ code: 'unparsable', message: `"${value}" is not a number: the kernel reads it as far as it goes, else as 0` }];

/** Does root= name one of these devices? undefined: it names none by a device's name (a UUID, a label, a network root), so that this cannot be told. */
export const namesDevice = (root: string, devices: readonly string[]): boolean | undefined => {
  const name = /^\/dev\/([^\s/]+)$/.exec(root)?.[1];
  return name === undefined || name === 'nfs' || name === 'ram' || /^(root|disk|mapper)$/.test(name) ? undefined : devices.includes(name);
};

const rootForm = /^(\/dev\/\S+|[0-9a-f]+:[0-9a-f]+(:\S*)?|[0-9a-f]{2,8}|PARTUUID=\S+|PARTLABEL=\S+|UUID=\S+|LABEL=\S+|ubi\S+|mtd\S+)$/i;

export const linuxVariables: readonly VariableKnowledge[] = [
  {
    name: 'root',
    readers: [mounts],
    meaning: (value) => `the block device to mount as the root: ${value}`,
    check: (value, all, facts) => {
      const faults: VariableFault[] = [];
      if (!rootForm.test(value)) faults.push({ code: 'unparsable', message: `"${value}" is no device name the kernel knows by itself` });
      if (facts.blockDevices !== undefined && namesDevice(value, facts.blockDevices) === false)
        faults.push({ code: 'contradicting', message: `root=${value}, but the kernel has: ${facts.blockDevices.join(', ') || 'no block device at all'}` });
      if (/^(UUID|LABEL)=/i.test(value) && !all.has('initrd') && facts.hasInitramfs !== true) faults.push({ code: 'no-effect', message: `${value.split('=')[0] ?? ''}= is understood by an initramfs only; the kernel itself knows PARTUUID=, PARTLABEL= and /dev/…` });
      return faults;
    },
  },
  { name: 'rootfstype', readers: [mounts], meaning: (value) => `filesystem types tried for the root: ${value.split(',').join(', ')}`, check: (value, _all, facts) => value.split(',').filter((type) => facts.filesystems?.includes(type) === false).map((type) => ({ code: 'contradicting', message: `this kernel has no filesystem ${type} (nor a module of it in memory)` })) },
  { name: 'rootflags', readers: [mounts], meaning: (value) => `options for mounting the root: ${value}` },
  { name: 'rootdelay', readers: [mounts], meaning: (value) => `seconds to wait before mounting the root: ${value}`, check: number },
  { name: 'rootwait', readers: [mounts], meaning: () => 'wait for the root device for as long as it takes' },
  { name: 'ro', readers: [mounts], meaning: () => 'mount the root read-only first', check: (_value, all) => (all.has('rw') ? [{ code: 'contradicting', message: 'rw is given too: the later of the two counts' }] : []) },
  { name: 'rw', readers: [mounts], meaning: () => 'mount the root writable' },
  { name: 'init', readers: [main], meaning: (value) => `program started as process 1: ${value}` },
  { name: 'rdinit', readers: [main], meaning: (value) => `program started from the initramfs: ${value}` },
  { name: 'console', readers: [{ name: 'console_setup', path: 'kernel/printk/printk.c' }], meaning: (value) => `console: ${value}` },
  { name: 'panic', readers: [{ name: 'panic', path: 'kernel/panic.c' }], meaning: (value) => (value === '0' ? 'a panic stays' : `a panic reboots after ${value} seconds (negative: at once)`), check: number },
  { name: 'nokaslr', readers: [{ name: 'choose_random_location', path: 'arch/x86/boot/compressed/kaslr.c' }], meaning: () => 'the kernel stays at its linked address' },
  { name: 'quiet', readers: [{ name: 'quiet_kernel', path: 'init/main.c' }], meaning: () => 'few messages on the console' },
  { name: 'loglevel', readers: [{ name: 'loglevel', path: 'init/main.c' }], meaning: (value) => `messages up to level ${value}`, check: number },
  { name: 'initrd', readers: [{ name: 'boot loader', path: 'Documentation/admin-guide/kernel-parameters.txt' }], meaning: (value) => `initramfs: ${value}` },
  { name: 'BOOT_IMAGE', readers: [], meaning: (value) => `kernel file that was booted: ${value}` },
  { name: 'HOME', readers: [main], meaning: (value) => `home directory the kernel gives init: ${value}` },
  { name: 'TERM', readers: [main], meaning: (value) => `terminal type the kernel gives init: ${value}` },
  { name: 'systemd.*', readers: [{ name: 'systemd', path: 'systemd: man/kernel-command-line.xml' }], meaning: (value) => `for systemd: ${value}` },
  { name: 'rd.*', readers: [{ name: 'initramfs', path: 'dracut: man/dracut.cmdline.7.adoc' }], meaning: (value) => `for the initramfs: ${value}` },
];
