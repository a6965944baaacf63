import type { Socket } from 'node:net';
import { connect, formatAddress, parseAddress } from '../wire/address';
import type { Address } from '../wire/address';
import { QmpClient } from '../wire/qmp/client';
import { SerialLog } from '../wire/serial/log';
import { openPipes } from '../wire/serial/pipes';
import { SerialStream } from '../wire/serial/port';
import type { RspClient } from '../wire/rsp/client';
import type { StopReply } from '../wire/rsp/reply';
import type { Machine } from './machine';
import { MemoryFile } from './memory-file';
import { QemuMachine } from './qemu-machine';
import { ResetLog } from './reset-log';
import { Stub } from './stub';
import type { SupervisedProcess } from './supervisor';

export interface AttachOptions {
  /** `host:port`, `:port` or `unix:PATH` of QEMU's gdbstub. */
  readonly gdb: string;
  readonly serial?: string;
  /** Further ports; the first is COM1 when `serial` is left out. */
  readonly serials?: readonly string[];
  readonly qmp?: string;
  /** Longest silence of the stub while an answer is due, in ms; 5000 when left out, 3000 for its first answer. */
  readonly silenceMs?: number;
}

/**
 * Joins a QEMU that runs already; it is stopped from then on, until `resume`.
 * @throws BS100 (address), BS101 (nothing listens), BS102 (busy or no gdbstub), BS112 (not x86), BS117 (no QMP)
 */
export async function attachQemu(options: AttachOptions): Promise<Machine> {
  const serials = [...(options.serial === undefined ? [] : [options.serial]), ...(options.serials ?? [])];
  return joinQemu({
    gdb: parseAddress(options.gdb),
    serials: serials.map(parseAddress),
    ...(options.qmp === undefined ? {} : { qmp: parseAddress(options.qmp) }),
    ...(options.silenceMs === undefined ? {} : { silenceMs: options.silenceMs }),
  });
}

/** Connects everything and builds the machine; on failure every connection made so far is closed. */
export async function joinQemu(parts: {
  readonly gdb: Address;
  readonly serials: readonly (Address | { readonly kind: 'log'; readonly path: string } | { readonly kind: 'pipe'; readonly path: string })[];
  readonly qmp?: Address;
  readonly process?: SupervisedProcess;
  readonly silenceMs?: number;
  /** A file of ours into which QEMU may log resets of its processors. */
  readonly resetLog?: string;
  /** A directory of ours, for a QEMU on this host that may write there. */
  readonly directory?: string;
  /** See `MachineParts`; left out: not known. */
  readonly emulates?: boolean;
  /** For a QEMU that is just starting: how long it may take to open its sockets and greet, and whether it has ended. */
  readonly starting?: { readonly patienceMs: number; readonly gone: () => boolean };
}): Promise<QemuMachine> {
  const startedAt = performance.now();
  const patienceMs = parts.starting?.patienceMs;
  const open = (address: Address, what: string, chatty = false): Promise<Socket> => openSocket(address, what, chatty, parts.starting);
  const opened: { close(): void }[] = [];
  let machine: QemuMachine | undefined;
  try {
    const qmp = parts.qmp === undefined ? undefined : await QmpClient.over(await open(parts.qmp, 'QMP', true), formatAddress(parts.qmp), patienceMs);
    if (qmp !== undefined) opened.push(qmp);
    const ports: (() => Promise<SerialStream | SerialLog>)[] = parts.serials.map((address, index) => {
      const port = index + 1;
      const onBytes = (bytes: Uint8Array): void => machine?.serialBytes(port, bytes, performance.now() - startedAt);
      const onRepeated = (bytes: Uint8Array): void => machine?.serialRepeated(port, bytes);
      if (address.kind === 'log') return () => Promise.resolve(new SerialLog(port, address.path, onBytes, undefined, onRepeated));
      return async () => {
        const ends = address.kind === 'pipe' ? openPipes(address.path) : await open(address, `serial port ${String(port)}`);
        return new SerialStream(port, ends, onBytes, undefined, onRepeated);
      };
    });
    const serial: (SerialStream | SerialLog)[] = [];
    const openPort = async (index: number): Promise<void> => {
      const port = await ports[index]?.();
      if (port === undefined) return;
      serial[index] = port;
      opened.push(port);
    };
    for (const [index, { kind }] of parts.serials.entries()) if (kind !== 'pipe') await openPort(index);
    const stub = await Stub.over(await open(parts.gdb, 'a gdbstub', true), formatAddress(parts.gdb), {
      onStop: (stop: StopReply, solicited: boolean) => machine?.onStop(stop, solicited),
      onClose: (reason: Error) => machine?.onGdbClosed(reason),
    }, parts.silenceMs);
    // QEMU opens its gdbstub behind its serial ports: by now it holds the FIFOs, which would be at their end before.
    for (const [index, { kind }] of parts.serials.entries()) if (kind === 'pipe') await openPort(index);
    const client: RspClient = stub.client;
    opened.push(client);
    const resetLog = qmp === undefined || parts.resetLog === undefined ? undefined : await logResets(qmp, parts.resetLog);
    machine = new QemuMachine({
      stub,
      serial,
      accelerator: await accelerator(qmp, stub),
      ...(qmp === undefined ? {} : { qmp }),
      ...(parts.process === undefined ? {} : { process: parts.process }),
      ...(qmp === undefined || parts.directory === undefined ? {} : { memoryFile: new MemoryFile(qmp, parts.directory) }),
      ...(parts.emulates === undefined ? {} : { emulates: parts.emulates }),
      ...(resetLog === undefined ? {} : { resetLog }),
    });
    await machine.begin();
    return machine;
  } catch (error) {
    for (const connection of opened) connection.close();
    throw error;
  }
}

/** A starting QEMU opens its sockets one by one: a refusal is final only once it has ended or the time is over. */
async function openSocket(address: Address, what: string, chatty: boolean, starting: { readonly patienceMs: number; readonly gone: () => boolean } | undefined): Promise<Socket> {
  const until = performance.now() + (starting?.patienceMs ?? 0);
  for (;;) {
    try {
      return await connect(address, what, { chatty });
    } catch (error) {
      if (starting === undefined || starting.gone() || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

async function accelerator(qmp: QmpClient | undefined, stub: Stub): Promise<Machine['accelerator']> {
  try {
    if (qmp !== undefined) {
      const answer = await qmp.execute('query-kvm');
      return typeof answer === 'object' && answer !== null && 'enabled' in answer && answer.enabled === true ? 'kvm' : 'tcg';
    }
    const text = await stub.monitor('info kvm');
    if (text === undefined) return 'unknown';
    return /enabled/.test(text) ? 'kvm' : /disabled|not compiled/.test(text) ? 'tcg' : 'unknown';
  } catch {
    // A QEMU without the question has no KVM to speak of, but that is not known.
    return 'unknown';
  }
}

/** Lets QEMU log resets of its processors. Undefined where it does not: what caused a reset is then told by QMP alone. */
async function logResets(qmp: QmpClient, file: string): Promise<ResetLog | undefined> {
  try {
    for (const command of [`logfile ${file}`, 'log cpu_reset']) await qmp.execute('human-monitor-command', { 'command-line': command });
    return new ResetLog(file);
  } catch {
    return undefined;
  }
}
