import { errnoByName, errnoByNumber, errnoSystemOf } from '../../../boot/errno';
import { stripTerminalControl } from '../../../boot/serial-text';
import type { Breakpoint, Memory, Stop } from '../../machine/machine';
import type { Registers } from '../../machine/registers';
import { runtimeOf } from '../../program/placed-module';
import type { StopReport } from '../run/stop-report';
import type { ActiveFilter, FilterHost, Verification } from './filter';
import type { ErrnoWord } from './grammar';
import type { LinearPattern } from './linear-pattern';
import { formattedMessage } from './printf';
import { rustPanicMessage } from './rust-panic';

/** What a filter on kernel functions stops for. */
export interface FunctionStops {
  readonly filter: 'panic' | 'mountroot-failed';
  /** Kernel functions at whose first instruction to look, by name; the first group of which the kernel has any counts. */
  readonly functions: readonly string[];
  /** Lines of the console that mean the same, for what happens outside the kernel. */
  readonly serial?: RegExp;
  /** The one-line reason, or undefined: of no interest. `message` is what the function was called to print. */
  describe(host: FilterHost, fn: string, message: string | undefined): string | undefined;
}

const panicNames = ['panic', 'kassert_panic', 'panic_handler_inner', 'rust_begin_unwind'];

/**
 * Linux kernel/panic.c `panic`, FreeBSD sys/kern/kern_shutdown.c `panic` and `kassert_panic`, Redox kernel src/panic.rs
 * `panic_handler_inner`; other Rust kernels have `rust_begin_unwind`.
 */
export const panicFunctions = (pattern: LinearPattern | undefined): FunctionStops => ({
  filter: 'panic',
  functions: panicNames,
  describe: (_host, fn, message) => {
    if (pattern && !pattern.test(message ?? '')) return undefined;
    return message === undefined || message === '' ? `The kernel panics (${fn})` : `The kernel panics: ${message}`;
  },
});

/**
 * Linux init/do_mounts.c panics with "VFS: Unable to mount root fs on …" after every filesystem was tried; FreeBSD
 * sys/kern/vfs_mountroot.c comes to `parse_dir_ask` (the mountroot prompt) or panics; Redox's redoxfs src/bin/mount.rs says
 * "not able to mount …" when every disk scheme was tried.
 */
export const mountrootFunctions = (errnos: readonly ErrnoWord[]): FunctionStops => ({
  filter: 'mountroot-failed',
  functions: ['panic', 'parse_dir_ask'],
  serial: /redoxfs.*not able to mount|not able to mount uuid/i,
  describe: (host, fn, message) => {
    const isMount = fn === 'parse_dir_ask' || fn === '' || /unable to (\(re-\)?)?mount root|unable to \(re-\)mount root|no init found|cannot open root device/i.test(message ?? '');
    if (!isMount) return undefined;
    const system = errnoSystemOf(host.chainId());
    const error = mountError(host.chain.serialText(), system);
    if (errnos.length > 0) {
      const wanted = errnos.map((word) => (typeof word === 'number' ? word : errnoByName(system, word)?.number));
      if (error === undefined || !wanted.includes(error)) return undefined;
    }
    const entry = error === undefined ? undefined : errnoByNumber(system, error);
    const why = error === undefined ? '' : `, error ${error}${entry ? ` ${entry.name}: ${entry.words}` : ''}`;
    return `The root filesystem was not mounted${why}${message === undefined || message === '' ? '' : ` (${message})`}`;
  },
});

/** The error number of the last failed mount that the console tells of. */
const mountError = (serial: string, system: 'linux' | 'freebsd'): number | undefined => {
  const plain = stripTerminalControl(serial);
  const found = [...plain.matchAll(/(?:Cannot open root device.*error|failed with error|Mounting from .* failed with error) (-?\d+)|\(os error (\d+)\)|(?:failed to open filesystem|IO ERROR)[^\n]*: ([A-Z][^\n:]*?)\r?$/gm)].at(-1);
  const digits = found?.[1] ?? found?.[2];
  if (digits !== undefined) return Math.abs(Number(digits));
  const words = found?.[3]?.trim();
  if (words === undefined) return undefined;
  for (let number = 1; number < 140; number++) if (errnoByNumber(system, number)?.words === words) return number;
  return undefined;
};

/** Stops at kernel functions that are only called when something has gone wrong. */
export class FunctionFilter implements ActiveFilter {
  verification: Verification = { verified: false };
  readonly #host: FilterHost;
  readonly #stops: FunctionStops;
  readonly #owner: string;
  readonly #unlisten: (() => void)[] = [];
  #names = new Map<bigint, string>();
  #set: readonly Breakpoint[] = [];
  #dirty = true;
  #tail = '';

  private constructor(host: FilterHost, stops: FunctionStops) {
    this.#host = host;
    this.#stops = stops;
    this.#owner = `filter:${stops.filter}`;
  }

  static async create(host: FilterHost, stops: FunctionStops): Promise<FunctionFilter> {
    const filter = new FunctionFilter(host, stops);
    filter.#unlisten.push(
      host.program.onPlaced(() => {
        filter.#dirty = true;
      }),
    );
    if (stops.serial) {
      filter.#unlisten.push(
        host.machine.on('serial', ({ port, bytes }) => {
          if (port === 1) filter.#onSerial(Buffer.from(bytes).toString('latin1'));
        }),
      );
    }
    await filter.sync();
    return filter;
  }

  async sync(): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    const names = new Map<bigint, string>();
    for (const module of this.#host.program.modules) {
      if (module.stage !== 'kernel' || module.slide === undefined) continue;
      for (const name of this.#stops.functions) {
        const entries = module.image.debugInfo.functionsNamed(name).flatMap((found) => found.entry ?? found.inlinedInstances().map((scope) => scope.entry));
        const linked = entries.length > 0 ? entries : module.image.symbols.named(name).filter(({ kind }) => kind !== 'object').map(({ address }) => address);
        for (const address of linked) {
          const runtime = runtimeOf(module, address);
          if (runtime !== undefined) names.set(runtime, name);
        }
      }
    }
    const { breakpoints } = this.#host.machine;
    if (this.#set.length > 0) await breakpoints.remove(this.#set);
    this.#set = await breakpoints.addMany([...names.keys()].map((address) => ({ kind: 'execute' as const, address, owner: this.#owner })));
    this.#names = names;
    const before = this.verification;
    this.verification = this.#verify();
    if (before.verified !== this.verification.verified) this.#host.changed(this);
  }

  async onStop(stop: Stop): Promise<StopReport | 'mine' | undefined> {
    if (!stop.hits.some(({ owner }) => owner === this.#owner)) return undefined;
    const registers = await this.#host.machine.registers(stop.vcpu);
    // The same address in a process is other code.
    if (registers.cpl !== 0) return 'mine';
    const name = this.#names.get(stop.pc) ?? '';
    const space = await this.#host.machine.currentSpace(stop.vcpu);
    const message = await this.#message(stop, name, registers, space);
    const description = this.#stops.describe(this.#host, name, message);
    return description === undefined ? 'mine' : this.#report(stop, description);
  }

  async dispose(): Promise<void> {
    for (const stop of this.#unlisten) stop();
    const set = this.#set;
    this.#set = [];
    if (set.length > 0) await this.#host.machine.breakpoints.remove(set);
  }

  /** What the function was called to print. */
  async #message(stop: Stop, name: string, registers: Registers, space: Memory): Promise<string | undefined> {
    const { program } = this.#host;
    const fn = program.placeOf(stop.pc, { cr3: stop.cr3 }).scopes.at(-1)?.function;
    if (fn?.language === 'rust') return rustPanicMessage(fn, registers, space, program);
    return registers.bits !== 16 && /panic$/.test(name) ? formattedMessage(registers, space) : undefined;
  }

  #report(stop: Stop, description: string): StopReport {
    return { stop, reason: 'exception', description, hitBreakpointIds: [this.#host.id], exception: { filter: this.#stops.filter } };
  }

  #verify(): Verification {
    if (this.#set.length > 0) return { verified: true };
    if (this.#stops.serial) return { verified: true, message: 'by the console: no kernel with these functions is on the machine yet' };
    return { verified: false, message: `pending: no kernel on the machine has ${this.#stops.functions.join(', ')} yet` };
  }

  #onSerial(text: string): void {
    const lines = (this.#tail + text).split(/\r*\n/);
    this.#tail = (lines.pop() ?? '').slice(-4096);
    for (const line of lines) {
      const plain = stripTerminalControl(line).trim();
      if (!this.#stops.serial?.test(plain)) continue;
      const description = this.#stops.describe(this.#host, '', plain);
      if (description !== undefined) this.#host.run.stopFor((stop) => ({ ...this.#report(stop, description), said: { port: 1, line: plain } }));
    }
  }
}
