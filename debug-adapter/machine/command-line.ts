import path from 'node:path';
import { failure } from '../errors/catalogue';
import { qemuErrors } from '../errors/qemu';

/**
 * Rewrites a QEMU command line so that Bootscope holds the gdbstub, QMP and the serial ports. Pure.
 * Source of the options: QEMU, qemu-options.hx.
 */

export interface Sockets {
  readonly gdb: string;
  readonly qmp: string;
  /** Where the n-th serial port is, from 1: a socket, or the name of a pair of FIFOs. */
  serial(port: number): string;
  /** Log file of the first port, when a chardev of the user's has it. */
  readonly log: string;
  /** Serial ports are FIFOs (`PATH.in` and `PATH.out`) in place of sockets. */
  readonly pipes?: boolean;
}

export interface RewriteOptions {
  readonly argv: readonly string[];
  readonly sockets: Sockets;
  /** 'tcg' replaces hardware acceleration; 'asGiven' leaves it. */
  readonly accel: 'tcg' | 'asGiven';
  /** Words added for the firmware, from `firmwareWords`. */
  readonly firmware?: readonly string[];
}

export interface Rewritten {
  readonly argv: readonly string[];
  /** Ports in order, from 1: a socket or FIFOs of ours, or the log of a chardev of the user's. */
  readonly serial: readonly { readonly kind: 'socket' | 'pipe' | 'log'; readonly path: string }[];
  /** What changed, one phrase each. */
  readonly changes: readonly string[];
}

/** Options that take no word after them; every other option takes one. */
const flags = new Set(
  (
    'h help version S s nographic curses sdl gtk no-frame alt-grab ctrl-grab no-quit portrait snapshot no-fd-bootchk no-acpi no-hpet no-reboot no-shutdown ' +
    'daemonize enable-kvm singlestep one-insn-per-tb full-screen win2k-hack usb mem-prealloc no-user-config nodefaults preconfig xen-attach ' +
    'xen-domid-restrict enable-fips old-param semihosting tdf no-kvm no-kvm-irqchip no-kvm-pit no-kvm-pit-reinjection only-migratable enable-sync-profile ' +
    'nodefconfig localtime rtc-td-hack show-cursor audio-help async-teardown'
  ).split(' '),
);

/** One option of a command line with its value. */
export interface Option {
  /** Without dashes; '' for a word that is no option (a disk image). */
  readonly name: string;
  readonly value: string | undefined;
  readonly words: readonly string[];
}

/** @throws BS120 */
export function parse(words: readonly string[]): Option[] {
  const options: Option[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const name = /^--?([a-zA-Z].*)$/.exec(word)?.[1];
    if (name === undefined || flags.has(name)) options.push({ name: name ?? '', value: undefined, words: [word] });
    else {
      const value = words[++i];
      if (value === undefined) throw failure(qemuErrors.badCommandLine, { detail: `${word} has no value` });
      options.push({ name, value, words: [word, value] });
    }
  }
  return options;
}

/** QEMU's own quoting: a comma inside a value is doubled. */
export const quote = (value: string): string => value.replaceAll(',', ',,');
const listening = (socket: string): string => `unix:${quote(socket)},server=on,wait=off`;

const hardwareAccelerators = /^(kvm|hvf|whpx|nvmm|hax|xen)$/;

/** `kvm:tcg`, `kvm`, `tcg,thread=multi`: whether hardware is named. */
export const namesHardware = (value: string): boolean => (value.split(',')[0] ?? '').replace(/^accel=/, '').split(':').some((name) => hardwareAccelerators.test(name));

/** @throws BS120 */
export function rewriteCommandLine({ argv, sockets, accel, firmware = [] }: RewriteOptions): Rewritten {
  const [program, ...rest] = argv;
  if (program === undefined || program === '') throw failure(qemuErrors.badCommandLine, { detail: 'it is empty' });
  const changes: string[] = [];
  const out: string[] = [];
  const options = parse(rest);
  const serial: { kind: 'socket' | 'pipe' | 'log'; path: string }[] = [];
  const addPort = (): void => {
    const path = sockets.serial(serial.length + 1);
    serial.push({ kind: sockets.pipes === true ? 'pipe' : 'socket', path });
    // What follows `pipe:` is taken as it is, commas and all (chardev/char.c, qemu_chr_parse_compat).
    out.push('-serial', sockets.pipes === true ? `pipe:${path}` : listening(path));
  };
  const chardev = chardevOnFirstPort(options);
  let monitorMoved = false;
  const takeSerial = (from: string): void => {
    addPort();
    changes.push(`${from} became serial port ${String(serial.length)} of Bootscope`);
  };
  if (chardev !== undefined) {
    serial.push({ kind: 'log', path: chardev.log ?? sockets.log });
    changes.push(`serial port 1 stays with your chardev ${chardev.id} and is read from its log`);
  }
  const moveMonitor = (from: string): void => {
    if (!monitorMoved) out.push('-monitor', 'none');
    monitorMoved = true;
    changes.push(`the monitor on ${from} moved to QMP`);
  };

  for (const option of options) {
    const { name, value = '', words } = option;
    const given = words.join(' ');
    switch (name) {
      case 's':
      case 'S':
      case 'gdb':
      case 'qmp':
      case 'qmp-pretty':
        changes.push(`${given} is taken over`);
        break;
      case 'chardev':
        out.push(...(option === chardev?.option && chardev.log === undefined ? ['-chardev', `${value},logfile=${quote(sockets.log)},logappend=off`] : words));
        break;
      case 'serial':
        if (option === chardev?.serial) {
          out.push(...words);
          break;
        }
        takeSerial(given);
        if (value.startsWith('mon:')) moveMonitor(given);
        break;
      case 'nographic':
        out.push('-display', 'none');
        if (serial.length === 0) takeSerial(given);
        moveMonitor(given);
        break;
      case 'monitor':
        if (/^(mon:)?stdio$/.test(value)) moveMonitor(given);
        else out.push(...words);
        break;
      case 'daemonize':
        changes.push(`${given} is left out, QEMU ends with the session`);
        break;
      default:
        if (accel === 'tcg') withoutHardware(option, out, changes);
        else out.push(...words);
    }
  }
  if (serial.length === 0) addPort();
  const added = [...firmware, '-S', '-gdb', listening(sockets.gdb), '-qmp', listening(sockets.qmp)];
  return { argv: [program, ...out, ...added], serial, changes };
}

/**
 * The user's own chardev on COM1, given as `-serial chardev:ID` or `-device isa-serial,chardev=ID`: some program of the user's
 * is on its other end, so it is left there and logged. `log` is set when it has a log file already.
 */
function chardevOnFirstPort(options: readonly Option[]): { id: string; option: Option; serial: Option | undefined; log: string | undefined } | undefined {
  const first = options.find(({ name }) => name === 'serial' || name === 'nographic');
  const device = options.find(({ name, value }) => name === 'device' && /^isa-serial\b/.test(value ?? ''));
  let id: string | undefined;
  if (first !== undefined) id = first.name === 'serial' ? /^chardev:(.+)$/.exec(first.value ?? '')?.[1] : undefined;
  else id = /[,]chardev=([^,]+)/.exec(device?.value ?? '')?.[1];
  if (id === undefined) return undefined;
  const option = options.find(({ name, value }) => name === 'chardev' && properties(value ?? '').some((property) => property === `id=${id}`));
  if (option === undefined) return undefined;
  const log = properties(option.value ?? '').find((property) => property.startsWith('logfile='));
  return { id, option, serial: first, log: log?.slice('logfile='.length) };
}

/** Splits at single commas; a doubled one is part of a value. */
export const properties = (value: string): string[] => value.replaceAll(',,', '\0').split(',').map((property) => property.replaceAll('\0', ','));

/** Passes an option on with hardware acceleration replaced by TCG. */
function withoutHardware({ name, value = '', words }: Option, out: string[], changes: string[]): void {
  const [first = '', ...more] = value.split(',');
  const replace = (...instead: string[]): void => {
    out.push(...instead);
    changes.push(`${words.join(' ')} became ${instead.length === 0 ? 'TCG' : instead.join(' ')} (breakpoints of any number need TCG; "accel": "asGiven" keeps it)`);
  };
  if (name === 'enable-kvm') replace();
  else if (name === 'accel' && namesHardware(value)) replace('-accel', 'tcg');
  else if (name === 'cpu' && first === 'host') replace('-cpu', ['max', ...more].join(','));
  else if ((name === 'machine' || name === 'M') && [first, ...more].some((p) => /^accel=/.test(p) && namesHardware(p))) {
    const kept = [first, ...more].filter((p) => !/^kernel[-_]irqchip=/.test(p)).map((p) => (/^accel=/.test(p) ? 'accel=tcg' : p));
    replace(words[0] ?? '-machine', kept.join(','));
  } else out.push(...words);
}

/**
 * Words that make QEMU run a firmware image. An image of code apart from its variables (`OVMF_CODE`, `…-code.fd`) is flash;
 * `variables` is a writable copy of the variable store beside it. Anything else is given as `-bios`.
 */
export function firmwareWords(file: string, variables: string | undefined): string[] {
  if (!isFlashCode(file)) return ['-bios', file];
  const flash = (unit: number, image: string, readonly: boolean): string[] => ['-drive', `if=pflash,format=raw,unit=${String(unit)},readonly=${readonly ? 'on' : 'off'},file=${quote(image)}`];
  return [...flash(0, file, true), ...(variables === undefined ? [] : flash(1, variables, false))];
}

export const isFlashCode = (file: string): boolean => /code/i.test(path.basename(file));

/** Where the variable store of a flash image may lie. */
export function variableStores(file: string): string[] {
  const name = path.basename(file);
  const sibling = name.replace(/CODE/, 'VARS').replace(/code/, 'vars');
  // QEMU ships one 32-bit-named store for both of its x86 images.
  return [sibling, sibling.replace(/\.(secboot|ms|snakeoil)\b/, ''), 'edk2-i386-vars.fd'].filter((n) => n !== name).map((n) => path.join(path.dirname(file), n));
}
