import { errnoByNumber, errnoName } from '../../../boot/errno';
import { redoxfsBlockSize } from '../../../boot/redoxfs-header';
import { sizeInWords } from '../../../boot/environment/knowledge';
import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import type { ProgramView } from '../../inspect/view';
import type { Registers } from '../../machine/registers';
import type { Module } from '../../program/program';
import { rootOf } from '../../program/placed-program';
import type { Chain, ChainContext, ErrorObservation, ErrorSites, Figure } from '../chain';
import { baseName, meansProcess } from '../process-name';
import { perhaps } from '../unknown';
import { contextName } from './context-name';
import { longestPath, pathArguments, RequestQueue } from './request-queue';
import { decodeRequests, decodeResponses, namedArguments, requestSize, responseSize, type SchemeRequest, type SchemeResponse } from './scheme-messages';

/** System call numbers by their low 16 bits: redox-os/syscall src/number.rs (read 3, read2 35, write 4, write2 45). */
const reads = new Set([3n, 35n]);
const writes = new Set([4n, 45n]);
/** A daemon reads and answers a handful of requests at a time. */
const mostMessages = 64;

interface Daemon {
  /** Its read of requests that has not returned. */
  pending?: { readonly address: bigint; readonly length: number };
  /** By tag, the last one read. */
  readonly requests: Map<number, SchemeRequest>;
}

/** A reply of the daemon that was asked for, failed or not. */
export interface SeenReply {
  readonly process: string;
  /** Left out where the kernel's contexts cannot be read. */
  readonly pid?: number;
  readonly request: SchemeRequest;
  readonly errno: number;
  /** What a successful one answers: bytes, or the number of a file that was opened. */
  readonly result: bigint;
  /** What an open names, inside the scheme. */
  readonly path?: string;
}

/**
 * Errors a daemon answers with, seen where its answers reach the kernel: no symbols of the daemon are needed. Best at
 * `UserInner::write` (kernel/src/scheme/user.rs), which runs for answers only; a kernel that has it inlined everywhere is
 * stopped where system calls enter and leave (kernel/src/arch/x86_64/interrupt/syscall.rs). `seen` is told of every reply
 * whose request is known.
 */
export const schemeErrors = (chain: Chain, kernel: ProgramView, asked: string, seen: (reply: SeenReply) => Promise<void> = () => Promise.resolve()): ErrorSites => sitesOf(kernel, new SchemeWatch(chain, kernel, asked, seen));

/** Every reply of every daemon, at the same places; never an error to stop at. */
export const schemeTraffic = (chain: Chain, kernel: ProgramView, seen: (reply: SeenReply) => Promise<void>): ErrorSites => {
  const { addresses, what, inspect } = sitesOf(kernel, new SchemeWatch(chain, kernel, undefined, seen));
  return {
    addresses,
    what,
    inspect: async (context, registers) => {
      await inspect(context, registers);
      return undefined;
    },
  };
};

const sitesOf = (kernel: ProgramView, watch: SchemeWatch): ErrorSites => {
  if (kernel.hasSymbol('UserInner::write')) {
    return { addresses: [kernel.symbol('UserInner::write')], what: 'UserInner::write', inspect: (context, registers) => watch.atAnswer(context, registers) };
  }
  const what = ['syscall_instruction', '__inner_syscall_instruction'].find((name) => kernel.hasSymbol(name));
  if (what === undefined) throw failure(chainErrors.noSymbol, { name: 'syscall_instruction', file: 'the kernel' });
  const leave = kernel.hasSymbol('enter_usermode') ? kernel.symbol('enter_usermode') : undefined;
  return {
    addresses: [kernel.symbol(what), ...(leave === undefined ? [] : [leave])],
    what,
    inspect: (context, registers) => (registers.pc === leave ? watch.afterCall(context, registers) : watch.atEntry(context, registers)),
  };
};

/** `&self` and a UserSlice (base, length) in argument registers: a place for the result may come before them, by the compiler's choice. */
const slices: readonly (readonly [string, string, string])[] = [
  ['rdi', 'rsi', 'rdx'],
  ['rsi', 'rdx', 'rcx'],
  ['rdx', 'rcx', 'r8'],
  // Rust may also put the length first.
  ['rdi', 'rdx', 'rsi'],
  ['rsi', 'rcx', 'rdx'],
  ['rdx', 'r8', 'rcx'],
];
/** User space is the lower half. */
const lowerHalf = 1n << 47n;

class SchemeWatch {
  readonly #daemons = new Map<bigint, Daemon>();
  readonly #queue: RequestQueue;
  /** By page-table root: the process asked for, or that it is another one. */
  readonly #names = new Map<bigint, DaemonName | null>();

  constructor(
    private readonly chain: Chain,
    kernel: ProgramView,
    /** undefined: every process. */
    private readonly asked: string | undefined,
    private readonly seen: (reply: SeenReply) => Promise<void>,
  ) {
    this.#queue = new RequestQueue(kernel);
  }

  /** The daemon's answers, before the kernel handles them. */
  async atAnswer(context: ChainContext, registers: Registers): Promise<ErrorObservation | undefined> {
    const process = await this.#process(context, registers);
    if (process === undefined) return undefined;
    const memory = await context.machine.currentSpace();
    for (const [self, base, size] of slices) {
      const buffer = registers.get(base) ?? 0n;
      const length = registers.get(size) ?? 0n;
      if (buffer < 4096n || buffer >= lowerHalf || length < BigInt(responseSize) || length > BigInt(mostMessages * responseSize) || length % BigInt(responseSize) !== 0n) continue;
      const responses = decodeResponses(await memory.readSome(buffer, Number(length)));
      if (responses === undefined || responses.length === 0) continue;
      const requests = await this.#queue.find(memory, registers.get(self) ?? 0n, responses);
      return this.#replies(context, registers, process, responses, requests);
    }
    return undefined;
  }

  /** What was read lies first in the buffer; older requests may follow, so the first of a tag counts. */
  async afterCall(context: ChainContext, registers: Registers): Promise<undefined> {
    const daemon = this.#daemons.get(rootOf(registers.cr3));
    if (daemon?.pending === undefined) return undefined;
    const { address, length } = daemon.pending;
    delete daemon.pending;
    const found = decodeRequests(await (await context.machine.currentSpace()).readSome(address, length));
    for (const request of [...found].reverse()) daemon.requests.set(request.tag, request);
    return undefined;
  }

  async atEntry(context: ChainContext, registers: Registers): Promise<ErrorObservation | undefined> {
    const call = (registers.get('rax') ?? 0n) & 0xffffn;
    const buffer = registers.get('rsi') ?? 0n;
    const length = Number(registers.get('rdx') ?? 0n);
    if (reads.has(call) && length >= requestSize && length % requestSize === 0) {
      this.#daemon(registers).pending = { address: buffer, length: Math.min(length, mostMessages * requestSize) };
      return undefined;
    }
    if (!writes.has(call) || length < responseSize || length % responseSize !== 0 || length > mostMessages * responseSize) return undefined;
    const memory = await context.machine.currentSpace();
    const responses = decodeResponses(await memory.readSome(buffer, length));
    if (responses === undefined || responses.length === 0) return undefined;
    const process = await this.#process(context, registers);
    return process === undefined ? undefined : this.#replies(context, registers, process, responses, this.#daemon(registers).requests);
  }

  async #replies(context: ChainContext, registers: Registers, process: DaemonName, responses: readonly SchemeResponse[], requests: ReadonlyMap<number, SchemeRequest>): Promise<ErrorObservation | undefined> {
    for (const { tag, errno, result } of responses) {
      const request = requests.get(tag);
      if (request === undefined) continue;
      const path = this.asked === undefined ? await openedPath(context, request) : undefined;
      await this.seen({ process: process.name, ...(process.pid === undefined ? {} : { pid: process.pid }), request, errno, result, ...(path === undefined ? {} : { path }) });
    }
    const failed = responses.find((response) => response.errno !== 0);
    if (failed === undefined || this.asked === undefined) return undefined;
    const figures = (await perhaps(() => this.chain.figures(context))) ?? [];
    return observe(process.name, registers.cr3, failed.errno, requests.get(failed.tag), figures);
  }

  /** Kept by address space: a daemon has its name before it serves anything. */
  async #process(context: ChainContext, registers: Registers): Promise<DaemonName | undefined> {
    const root = rootOf(registers.cr3);
    const kept = this.#names.get(root);
    if (kept !== undefined) return kept ?? undefined;
    const name = await processAt(this.chain, context, this.asked, registers);
    this.#names.set(root, name ?? null);
    return name;
  }

  #daemon(registers: Registers): Daemon {
    const root = rootOf(registers.cr3);
    const daemon = this.#daemons.get(root) ?? { requests: new Map<number, SchemeRequest>() };
    this.#daemons.set(root, daemon);
    return daemon;
  }
}

/**
 * The process in this space if it is the one asked for: by the kernel's context; else by the image whose code made this
 * call (a process image without a kernel's list); else by the name its context holds in memory.
 */
const processAt = async (chain: Chain, context: ChainContext, asked: string | undefined, registers: Registers): Promise<DaemonName | undefined> => {
  const isMeant = (process: { readonly name: string; readonly pid: number }): boolean => asked === undefined || meansProcess(asked, process);
  const current = await chain.currentProcess(context);
  if (current !== undefined) return isMeant(current) ? { name: baseName(current.name), pid: current.pid } : undefined;
  for (const module of context.program.modules) {
    if (module.process === undefined || !isMeant({ name: module.process, pid: -1 })) continue;
    if (module.roots?.has(rootOf(registers.cr3)) === true || (await madeThisCall(context, module, registers))) return { name: module.process };
  }
  const name = await perhaps(() => contextName(context, registers));
  return name !== undefined && isMeant({ name, pid: -1 }) ? { name: baseName(name) } : undefined;
};

interface DaemonName {
  readonly name: string;
  readonly pid?: number;
}

/** The kernel has the caller's bytes mapped into the daemon until it has handled the answer. */
const openedPath = async (context: ChainContext, request: SchemeRequest): Promise<string | undefined> => {
  const place = pathArguments[request.operation];
  if (place === undefined) return undefined;
  const [address, length] = [request.args[place[0]] ?? 0n, request.args[place[1]] ?? 0n];
  if (length === 0n) return '';
  if (address < 4096n || address >= lowerHalf || length > longestPath) return undefined;
  const bytes = await (await context.machine.currentSpace()).readSome(address, Number(length));
  return bytes.length === Number(length) ? Buffer.from(bytes).toString('utf8') : undefined;
};

/** Bytes of code compared around the return address of a system call (RCX, by the architecture). */
const compared = 64;

const madeThisCall = async (context: ChainContext, module: Module, registers: Registers): Promise<boolean> => {
  const after = registers.get('rcx');
  if (after === undefined || module.slide === undefined) return false;
  const expected = module.image.bytesAt(after - module.slide, compared);
  if (expected === undefined) return false;
  const found = await (await context.machine.currentSpace()).readSome(after, compared);
  return Buffer.compare(found, expected) === 0;
};

const observe = (process: string, cr3: bigint, errno: number, request: SchemeRequest | undefined, figures: readonly Figure[]): ErrorObservation => {
  const name = errnoName('linux', errno);
  const words = errnoByNumber('linux', errno)?.words ?? 'no such error';
  const given = request === undefined ? [] : namedArguments(request);
  const offset = given.find((argument) => argument.name === 'offset')?.value;
  const length = given.find((argument) => argument.name === 'length')?.value;
  const placed = offset !== undefined && (request?.operation === 'Read' || request?.operation === 'Write');
  const args = placed ? [{ name: 'block', value: offset / BigInt(redoxfsBlockSize) }, ...given] : given;
  const asked = request === undefined ? 'a request' : `${request.operation}${placed ? ` of ${length ?? 0n} bytes at offset ${offset} (block ${offset / BigInt(redoxfsBlockSize)})` : ''}`;
  return {
    errno,
    errnoName: name,
    process,
    cr3,
    ...(request === undefined ? {} : { operation: request.operation }),
    arguments: args,
    sentence: `${process} answers ${name} (${words}) to ${asked}${whyItMatters(placed ? offset + (length ?? 0n) : undefined, figures)}`,
  };
};

/** The preload's and the filesystem's figures, where the access ends behind what was preloaded. */
export const whyItMatters = (end: bigint | undefined, figures: readonly Figure[]): string => {
  const number = (key: string): bigint | undefined => {
    const value = figures.find((figure) => figure.key === key)?.value;
    return typeof value === 'bigint' ? value : undefined;
  };
  const preload = number('preloadSize');
  const filesystem = number('filesystemSize');
  if (end === undefined || preload === undefined || end <= preload) return '';
  const whole = filesystem === undefined ? '' : ` of a filesystem of ${sizeInWords(filesystem)}`;
  return `: it ends ${sizeInWords(end - preload)} behind the preload, which holds ${sizeInWords(preload)}${whole}`;
};
