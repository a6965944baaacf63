import { namesHardware, parse, properties, quote } from './command-line';
import type { Option } from './command-line';

/**
 * What going back in time asks of a command line: states that can be saved, and a clock that counts instructions, so that a run
 * from a saved state goes the same way again. Pure. Sources: QEMU, qemu-options.hx, docs/devel/replay.rst, softmmu/vl.c.
 */

export interface TimeTravelOptions {
  readonly argv: readonly string[];
  readonly accel: 'tcg' | 'asGiven';
  /** Where saved states go: an empty qcow2 of ours. */
  readonly states: string;
  /** Whether a drive's file, as the command line names it, is qcow2. */
  isQcow2(file: string): boolean;
}

export interface TimeTravelLine {
  readonly argv: readonly string[];
  readonly changes: readonly string[];
  /** Files of the user's whose writes are discarded. */
  readonly discarded: readonly string[];
}

/** 2^3 ns of guest time for each instruction: 125 MIPS, about what TCG does. */
const icount = 'shift=3,sleep=off';

/** Drives given by an option of their own, as `-drive` has them (softmmu/vl.c, `drive_add`). */
const shortDrives: Readonly<Record<string, string>> = {
  '': 'index=0,media=disk',
  hda: 'index=0,media=disk',
  hdb: 'index=1,media=disk',
  hdc: 'index=2,media=disk',
  hdd: 'index=3,media=disk',
  fda: 'if=floppy,index=0',
  fdb: 'if=floppy,index=1',
  sd: 'if=sd',
  mtdblock: 'if=mtd',
  pflash: 'if=pflash',
};

/** @throws BS120 */
export function timeTravelLine(options: TimeTravelOptions): TimeTravelLine {
  const [program = '', ...rest] = options.argv;
  const given = parse(rest);
  const changes: string[] = [];
  const discarded: string[] = [];
  // QEMU saves the state of the machine in the first drive that can hold it.
  const out = [program, '-drive', `if=none,id=bootscope-states,format=qcow2,file=${quote(options.states)}`];
  const has = (name: string): boolean => given.some((option) => option.name === name);
  for (const option of given) {
    const words = drive(option, options, discarded) ?? clock(option, changes) ?? processor(option, changes) ?? option.words;
    out.push(...words);
  }
  const hardware = options.accel === 'asGiven' && given.some(wantsHardware);
  if (!has('icount') && !hardware) {
    out.push('-icount', icount);
    changes.push(`-icount ${icount} was added, so that a run can be repeated`);
  }
  if (!has('rtc')) out.push('-rtc', 'clock=vm');
  return { argv: out, changes, discarded };
}

const wantsHardware = ({ name, value = '' }: Option): boolean =>
  name === 'enable-kvm' || (name === 'accel' && namesHardware(value)) || ((name === 'machine' || name === 'M') && properties(value).some((property) => /^accel=/.test(property) && namesHardware(property)));

/** A drive under `snapshot=on`; undefined where nothing has to change. */
function drive(option: Option, { isQcow2 }: TimeTravelOptions, discarded: string[]): readonly string[] | undefined {
  const { name, value = '', words } = option;
  if (name === 'drive') {
    const all = properties(value);
    const property = (key: string): string | undefined => all.find((one) => one.startsWith(`${key}=`))?.slice(key.length + 1);
    if (property('snapshot') !== undefined || property('media') === 'cdrom' || /^on$/.test(property('readonly') ?? property('read-only') ?? '')) return undefined;
    const file = property('file');
    if (file === undefined || (property('format') ?? property('driver') ?? (isQcow2(file) ? 'qcow2' : 'raw')) === 'qcow2') return undefined;
    discarded.push(file);
    return ['-drive', `${value},snapshot=on`];
  }
  const as = shortDrives[name];
  const file = name === '' ? words[0] : option.value;
  if (as === undefined || file === undefined || isQcow2(file)) return undefined;
  discarded.push(file);
  return ['-drive', `${as},file=${quote(file)},snapshot=on`];
}

/** A clock that goes with the guest's instructions. */
function clock({ name, value = '', words }: Option, changes: string[]): readonly string[] | undefined {
  if (name !== 'rtc') return undefined;
  const kept = properties(value).filter((property) => !property.startsWith('clock='));
  if (properties(value).includes('clock=vm')) return undefined;
  changes.push(`${words.join(' ')} got clock=vm`);
  return ['-rtc', [...kept.map(quote), 'clock=vm'].join(',')];
}

/** A processor that draws no random numbers from the host. */
function processor({ name, value = '', words }: Option, changes: string[]): readonly string[] | undefined {
  if (name !== 'cpu' || value === 'help' || value === '?') return undefined;
  const without = ['rdrand', 'rdseed'].filter((feature) => !new RegExp(`[,+-]${feature}\\b`).test(value)).map((feature) => `${feature}=off`);
  if (without.length === 0) return undefined;
  changes.push(`${words.join(' ')} got ${without.join(',')}: random numbers of the host cannot be repeated`);
  return ['-cpu', [value, ...without].join(',')];
}
