import { sizeInWords, type EnvironmentFacts, type VariableFault, type VariableKnowledge, type VariableReader } from './knowledge';

/**
 * The text a Redox bootloader writes: `KEY=VALUE\n`, numbers as hexadecimal without `0x`
 * (redox-os/bootloader src/main.rs); Red Bear's copies of the readers under recipes/core/base.
 */

const lived: VariableReader = { name: 'lived', path: 'drivers/storage/lived/src/main.rs' };
const redoxfs: VariableReader = { name: 'redoxfs', path: 'redoxfs/src/bin/mount.rs' };
const graphical: VariableReader = { name: 'kernel graphical_debug', path: 'kernel/src/devices/graphical_debug/mod.rs' };
const vesad: VariableReader = { name: 'vesad', path: 'drivers/graphics/vesad/src/main.rs' };
const acpid: VariableReader = { name: 'acpid', path: 'drivers/acpid/src/main.rs' };
const bootstrap: VariableReader = { name: 'bootstrap', path: 'bootstrap/src/exec.rs' };

/** As the readers parse: hexadecimal digits only. undefined: what they turn into 0. */
export const parseRedoxHex = (value: string): bigint | undefined => (/^\+?[0-9a-fA-F]{1,16}$/.test(value) ? BigInt(`0x${value.replace('+', '')}`) : undefined);

/** Variables in order of the text; a line without `=` is dropped, a later value wins as it does for the readers' maps. */
export const parseRedoxEnvironment = (text: string): { name: string; value: string; offset: number }[] => {
  const found: { name: string; value: string; offset: number }[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) found.push({ name: line.slice(0, equals), value: line.slice(equals + 1), offset });
    offset += line.length + 1;
  }
  return found;
};

const unparsable = (value: string, effect: string): VariableFault[] =>
  parseRedoxHex(value) === undefined ? [{ code: 'unparsable', message: `"${value}" is not a hexadecimal number without 0x: readers take it for 0, ${effect}` }] : [];

const partner = (name: string, all: ReadonlyMap<string, string>, effect: string): VariableFault[] =>
  all.has(name) ? [] : [{ code: 'missing-partner', message: `${name} is not set: ${effect}` }];

/** lived leaves without a word when both are 0, which is what it makes of text that is no number (drivers/storage/lived/src/main.rs, daemon). */
const noLiveDisk = (value: string, all: ReadonlyMap<string, string>): VariableFault[] => {
  const [start, size] = [parseRedoxHex(value) ?? 0n, parseRedoxHex(all.get('DISK_LIVE_SIZE') ?? '') ?? 0n];
  return start === 0n && size === 0n ? [{ code: 'no-effect', message: 'address and size are both 0 for lived: it leaves without a message, and there is no disk.live' }] : [];
};

const unaligned = (value: string): VariableFault[] => {
  const start = parseRedoxHex(value);
  return start !== undefined && start % 4096n !== 0n ? [{ code: 'contradicting', message: `0x${start.toString(16)} is not at a page's start: lived maps whole pages, so every block would be shifted by ${start % 4096n} bytes` }] : [];
};

const tooLarge = (bytes: bigint | undefined, filesystem: bigint | undefined): VariableFault[] =>
  bytes !== undefined && filesystem !== undefined && bytes > filesystem + 4095n ? [{ code: 'contradicting', message: `${sizeInWords(bytes)} are said to be preloaded of a filesystem of ${sizeInWords(filesystem)}: what lies behind it is other memory` }] : [];

/** On a live boot the preload begins with the filesystem, so that its block is 0 (bootloader src/main.rs). */
const blockOfLiveDisk = (value: string, all: ReadonlyMap<string, string>): VariableFault[] => {
  const block = parseRedoxHex(value);
  return block !== undefined && block !== 0n && parseRedoxHex(all.get('DISK_LIVE_SIZE') ?? '') !== undefined
    ? [{ code: 'contradicting', message: `the filesystem is the start of the live disk (DISK_LIVE_SIZE is set), yet this says block ${block}: redoxfs finds no header on disk.live` }]
    : [];
};

const uuidFaults = (value: string, { filesystemUuid }: EnvironmentFacts): VariableFault[] => {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return [{ code: 'unparsable', message: `"${value}" is no uuid (8-4-4-4-12 hexadecimal digits): redoxfs prints "invalid uuid" and ends` }];
  return filesystemUuid === undefined || filesystemUuid === value.toLowerCase() ? [] : [{ code: 'contradicting', message: `the filesystem at DISK_LIVE_ADDR has the uuid ${filesystemUuid}: redoxfs passes it by` }];
};

const address = (value: string): string => {
  const number = parseRedoxHex(value);
  return number === undefined ? '' : `physical address 0x${number.toString(16)}`;
};
const size = (value: string): string => {
  const number = parseRedoxHex(value);
  return number === undefined ? '' : sizeInWords(number);
};
const decimalOrHex = (value: string): string => {
  const number = parseRedoxHex(value);
  return number === undefined ? '' : `${number} (0x${number.toString(16)})`;
};

export const redoxVariables: readonly VariableKnowledge[] = [
  {
    name: 'DISK_LIVE_ADDR',
    readers: [lived],
    meaning: (value) => `where the preloaded part of the live filesystem lies in RAM: ${address(value)}`,
    check: (value, all) => [...unparsable(value, 'and with size 0 too lived leaves without a message'), ...partner('DISK_LIVE_SIZE', all, 'lived sees a live disk of 0 bytes'), ...noLiveDisk(value, all), ...unaligned(value)],
  },
  {
    name: 'DISK_LIVE_SIZE',
    readers: [lived],
    meaning: (value) => `how much of the filesystem was preloaded, and all that disk.live can serve: ${size(value)}`,
    check: (value, all, facts) => {
      const bytes = parseRedoxHex(value);
      const faults = [...unparsable(value, 'so lived leaves without a message or serves an empty disk'), ...partner('DISK_LIVE_ADDR', all, 'lived maps physical address 0')];
      faults.push(...tooLarge(bytes, facts.filesystemSize));
      if (bytes !== undefined && facts.filesystemSize !== undefined && bytes < facts.filesystemSize)
        faults.push({
          code: 'preload-smaller-than-filesystem',
          message: `${sizeInWords(bytes)} were preloaded of a filesystem of ${sizeInWords(facts.filesystemSize)}: disk.live refuses every read of the last ${sizeInWords(facts.filesystemSize - bytes)} with EINVAL`,
        });
      return faults;
    },
  },
  {
    name: 'REDOXFS_BLOCK',
    readers: [{ name: 'init', path: 'init/src/service.rs' }, redoxfs],
    meaning: (value) => {
      const block = parseRedoxHex(value);
      return block === undefined ? '' : `the filesystem's header is at block ${block} of its disk, ${sizeInWords(block * 4096n)} from its start`;
    },
    check: (value, all) => [...unparsable(value, 'and redoxfs refuses its argument'), ...blockOfLiveDisk(value, all)],
  },
  { name: 'REDOXFS_UUID', readers: [{ name: 'init', path: 'init/src/service.rs' }, redoxfs], meaning: () => 'which filesystem to mount as the root: redoxfs looks for it on every disk scheme', check: (value, _all, facts) => uuidFaults(value, facts) },
  { name: 'REDOXFS_PASSWORD_ADDR', readers: [redoxfs], meaning: (value) => `where the password of the encrypted filesystem lies: ${address(value)}`, check: (value, all) => [...unparsable(value, 'and no password is found'), ...partner('REDOXFS_PASSWORD_SIZE', all, 'the password cannot be read')] },
  { name: 'REDOXFS_PASSWORD_SIZE', readers: [redoxfs], meaning: (value) => `length of the password: ${size(value)}`, check: (value) => unparsable(value, 'and no password is found') },
  { name: 'RSDP_ADDR', readers: [acpid], meaning: (value) => `copy of the ACPI root pointer: ${address(value)}`, check: (value) => unparsable(value, 'and ACPI is not found') },
  { name: 'RSDP_SIZE', readers: [acpid], meaning: (value) => `length of the ACPI root pointer: ${size(value)}` },
  { name: 'DTB_ADDR', readers: [acpid], meaning: (value) => `device tree: ${address(value)}` },
  { name: 'DTB_SIZE', readers: [acpid], meaning: (value) => `length of the device tree: ${size(value)}` },
  { name: 'FRAMEBUFFER_ADDR', readers: [graphical, vesad], meaning: (value) => `frame buffer: ${address(value)}`, check: (value) => unparsable(value, 'and the screen stays dark') },
  { name: 'FRAMEBUFFER_VIRT', readers: [graphical], meaning: (value) => `where the loader mapped the frame buffer: 0x${value}` },
  { name: 'FRAMEBUFFER_WIDTH', readers: [graphical, vesad], meaning: (value) => `pixels across: ${decimalOrHex(value)}` },
  { name: 'FRAMEBUFFER_HEIGHT', readers: [graphical, vesad], meaning: (value) => `pixels down: ${decimalOrHex(value)}` },
  { name: 'FRAMEBUFFER_STRIDE', readers: [graphical, vesad], meaning: (value) => `pixels in a line of memory: ${decimalOrHex(value)}` },
  { name: 'FRAMEBUFFER*', readers: [vesad], meaning: () => 'a further screen: address, width, height, stride' },
  { name: 'INIT_LOG_LEVEL', readers: [{ name: 'init', path: 'init/src/main.rs' }], meaning: (value) => `how much init says: ${value}` },
  { name: 'INIT_SKIP', readers: [{ name: 'init', path: 'init/src/main.rs' }], meaning: (value) => `units init leaves out: ${value}` },
  { name: 'BOOTSTRAP_LOG_LEVEL', readers: [bootstrap], meaning: (value) => `how much bootstrap says: ${value}` },
  { name: 'RUST_BACKTRACE', readers: [{ name: 'every program', path: 'rust/library/std' }], meaning: () => 'panics print their backtrace' },
];
