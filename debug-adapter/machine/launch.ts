import fs from 'node:fs';
import path from 'node:path';
import { failure } from '../errors/catalogue';
import { qemuErrors } from '../errors/qemu';
import { makePipes } from '../wire/serial/pipes';
import { joinQemu } from './attach';
import { firmwareWords, isFlashCode, rewriteCommandLine, variableStores } from './command-line';
import type { Rewritten } from './command-line';
import type { Machine } from './machine';
import type { QemuMachine } from './qemu-machine';
import { emptyQcow2, isQcow2 } from './qcow2';
import { timeTravelLine } from './time-travel-line';
import { SupervisedProcess, describeEnd, makePrivateDirectory } from './supervisor';
import type { ProcessEnd } from './supervisor';

export interface LaunchOptions {
  /** The command line of QEMU, no shell. */
  readonly argv: readonly string[];
  /** Where QEMU runs; relative paths in `argv` start here. */
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** 'tcg' (default) replaces kvm and -cpu host. */
  readonly accel?: 'tcg' | 'asGiven';
  /** A firmware image: a file for -bios, or flash code with its variable store beside it. */
  readonly firmware?: string;
  /** Saved states and repeatable runs: see `timeTravelLine`. */
  readonly timeTravel?: boolean;
  /** Words for the user until the machine has a listener for `notice`. */
  readonly notice?: (text: string) => void;
}

/** QEMU opens its sockets within this time, even on a loaded host with large files to load. */
const startPatienceMs = 30_000;

/**
 * Starts QEMU, stopped before its first instruction, with gdbstub and QMP on sockets and serial ports on FIFOs in a private directory. A FIFO
 * holds what a guest says for a while though nobody reads: a unix socket takes 278 writes of one byte each, and firmware gives up its console when the 279th has to wait.
 * A supervisor ends it and removes the directory whenever this process ends.
 * @throws BS126 (native Windows), BS103 (no such program), BS104 (QEMU ended at once, with its words), BS120 (command line), BS124 (firmware), BS115
 */
export async function launchQemu(options: LaunchOptions): Promise<Machine> {
  if (process.platform === 'win32') throw failure(qemuErrors.noUnixSockets);
  const cwd = options.cwd ?? process.cwd();
  if (!fs.existsSync(cwd)) throw failure(qemuErrors.badCommandLine, { detail: `its directory ${cwd} does not exist` });
  const directory = makePrivateDirectory();
  const socket = (name: string): string => path.join(directory, `${name}.sock`);
  const sockets = { gdb: socket('gdb'), qmp: socket('qmp'), serial: (port: number) => socket(`serial-${String(port)}`), log: path.join(directory, 'serial-1.log') };
  let machine: QemuMachine | undefined;
  const tell = (text: string): void => {
    if (machine !== undefined) machine.tell(text);
    else options.notice?.(text);
  };

  let rewritten;
  try {
    const firmware = options.firmware === undefined ? [] : prepareFirmware(path.resolve(cwd, options.firmware), directory);
    const accel = options.accel ?? 'tcg';
    const prepared = options.timeTravel === true ? prepareTimeTravel([...options.argv, ...firmware], accel, cwd, directory) : undefined;
    const rewrite = (pipes: boolean): Rewritten => rewriteCommandLine({ argv: prepared?.argv ?? options.argv, sockets: { ...sockets, pipes }, accel, firmware: prepared === undefined ? firmware : [] });
    rewritten = rewrite(true);
    if (!makePipes(rewritten.serial.filter(({ kind }) => kind === 'pipe').map((port) => port.path))) rewritten = rewrite(false);
    if (prepared !== undefined) rewritten = { ...rewritten, changes: [...rewritten.changes, ...prepared.changes] };
  } catch (error) {
    fs.rmSync(directory, { recursive: true, force: true });
    throw error;
  }
  const [program = ''] = rewritten.argv;
  const qemu = new SupervisedProcess({
    argv: rewritten.argv,
    cwd,
    directory,
    onOutput: (text) => tell(text),
    ...(options.env === undefined ? {} : { env: options.env }),
  });

  let ended: ProcessEnd | undefined;
  void qemu.ended.then((end) => (ended = end));
  try {
    machine = await joinQemu({
      gdb: { kind: 'unix', path: sockets.gdb },
      qmp: { kind: 'unix', path: sockets.qmp },
      serials: rewritten.serial.map(({ kind, path: file }) => (kind === 'log' ? { kind, path: path.resolve(cwd, file) } : { kind: kind === 'socket' ? 'unix' : kind, path: file })),
      process: qemu,
      directory,
      emulates: countsNoInstructions(rewritten.argv),
      // A log of the user's own is left as it is.
      ...(options.argv.some((word) => /^--?[dD]$/.test(word)) ? {} : { resetLog: path.join(directory, 'reset.log') }),
      starting: { patienceMs: startPatienceMs, gone: () => ended !== undefined },
    });
  } catch (error) {
    // When QEMU is ending by itself its own words explain more than a lost connection.
    const early = await Promise.race([qemu.ended, delay(500)]);
    const end = await qemu.end();
    if (early === undefined && !isConnectionTrouble(error)) throw error;
    throw endedEarly(program, end, error);
  }
  if (rewritten.changes.length > 0) {
    const notice = `Bootscope changed the QEMU command line: ${rewritten.changes.join('; ')}.`;
    if (options.notice !== undefined) options.notice(notice);
    else machine.tell(notice);
  }
  return machine;
}

/** The disk in the image is never used: states lie behind it and take as much as they need. */
const statesBytes = 1 << 20;

function prepareTimeTravel(argv: readonly string[], accel: 'tcg' | 'asGiven', cwd: string, directory: string): { readonly argv: readonly string[]; readonly changes: readonly string[] } {
  const states = path.join(directory, 'states.qcow2');
  fs.writeFileSync(states, emptyQcow2(statesBytes), { mode: 0o600 });
  const line = timeTravelLine({ argv, accel, states, isQcow2: (file) => isQcow2(path.resolve(cwd, file)) });
  const lost = line.discarded.filter((file) => path.dirname(path.resolve(cwd, file)) !== directory);
  const told = lost.length === 0 ? [] : [`what the guest writes to ${lost.join(', ')} is discarded at the end (snapshot=on)`];
  return { argv: line.argv, changes: [...line.changes, ...told] };
}

/** True for a command line with TCG alone and a clock of its own: neither `-icount` (record and replay included) nor a file that may say so, nor another accelerator. */
const countsNoInstructions = (argv: readonly string[]): boolean => !argv.slice(1).some((word) => /icount|^--?readconfig$|^--?enable-kvm$|\b(kvm|hvf|whpx|nvmm|hax|xen)\b/.test(word));

const delay = (ms: number): Promise<undefined> => new Promise((resolve) => setTimeout(() => resolve(undefined), ms));

const isConnectionTrouble = (error: unknown): boolean => error instanceof Error && 'code' in error && (error.code === qemuErrors.connectFailed.code || error.code === qemuErrors.connectionLost.code);

function endedEarly(program: string, end: ProcessEnd, cause: unknown): Error {
  if (end.error?.startsWith('supervisor:') === true) return failure(qemuErrors.supervisorFailed, { detail: end.error, program: process.execPath }, { cause });
  if (end.error !== undefined) {
    const reasons: Readonly<Record<string, string>> = { ENOENT: 'there is no such program', EACCES: 'it may not be run' };
    return failure(qemuErrors.qemuNotFound, { program, detail: reasons[end.error] ?? end.error }, { cause });
  }
  return failure(qemuErrors.qemuExited, { status: describeEnd({ ...end, lastWords: '' }), detail: end.lastWords === '' ? 'it said nothing' : end.lastWords.replaceAll('\n', ' / ') }, { cause });
}

/** Checks the image and copies the variable store, which the guest writes. @throws BS124 */
function prepareFirmware(file: string, directory: string): string[] {
  if (!fs.existsSync(file)) throw failure(qemuErrors.firmwareMissing, { file, detail: 'there is no such file' });
  if (!isFlashCode(file)) return firmwareWords(file, undefined);
  const store = variableStores(file).find((candidate) => fs.existsSync(candidate));
  if (store === undefined) return firmwareWords(file, undefined);
  const copy = path.join(directory, 'variables.fd');
  fs.copyFileSync(store, copy);
  fs.chmodSync(copy, 0o600);
  return firmwareWords(file, copy);
}
