import { errnoByNumber, errnoName } from '../../../boot/errno';
import { redoxfsBlockSize } from '../../../boot/redoxfs-header';
import { sizeInWords } from '../../../boot/environment/knowledge';
import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import type { ProgramView } from '../../inspect/view';
import type { Registers } from '../../machine/registers';
import type { Chain, ChainContext, ErrorObservation, ErrorSites, Figure } from '../chain';
import { baseName, meansProcess } from '../process-name';
import { perhaps } from '../unknown';
import { decodeRequests, decodeResponses, namedArguments, requestSize, responseSize, type SchemeRequest } from './scheme-messages';

/** System call numbers by their low 16 bits: redox-os/syscall src/number.rs (read 3, read2 35, write 4, write2 45). */
const reads = new Set([3n, 35n]);
const writes = new Set([4n, 45n]);
/** A daemon reads and answers a handful of requests at a time. */
const mostMessages = 64;

interface Daemon {
  /** Where its last read of requests goes, until its next system call shows that the read is done. */
  pending?: { readonly address: bigint; readonly length: number };
  requests: readonly SchemeRequest[];
}

/**
 * Errors a daemon answers with, seen at the system call that hands its answers to the kernel: no symbols of the daemon are
 * needed, and of the kernel only its system call entry. What the daemon was asked is known from the requests it read
 * before; they are kept per address space from one stop to the next.
 */
export const schemeErrors = (chain: Chain, kernel: ProgramView, asked: string): ErrorSites => {
  const what = ['syscall_instruction', '__inner_syscall_instruction'].find((name) => kernel.hasSymbol(name));
  if (what === undefined) throw failure(chainErrors.noSymbol, { name: 'syscall_instruction', file: 'the kernel' });
  const daemons = new Map<bigint, Daemon>();
  return {
    addresses: [kernel.symbol(what)],
    what,
    inspect: async (context, registers) => inspect(chain, context, registers, asked, daemons),
  };
};

const inspect = async (chain: Chain, context: ChainContext, registers: Registers, asked: string, daemons: Map<bigint, Daemon>): Promise<ErrorObservation | undefined> => {
  const { cr3 } = registers;
  const daemon = daemons.get(cr3) ?? { requests: [] };
  daemons.set(cr3, daemon);
  const memory = await context.machine.currentSpace();
  if (daemon.pending !== undefined) {
    const { address, length } = daemon.pending;
    delete daemon.pending;
    const requests = decodeRequests(await memory.readSome(address, length));
    if (requests.length > 0) daemon.requests = requests;
  }
  const call = (registers.get('rax') ?? 0n) & 0xffffn;
  const buffer = registers.get('rsi') ?? 0n;
  const length = Number(registers.get('rdx') ?? 0n);
  if (reads.has(call) && length > 0 && length % requestSize === 0) daemon.pending = { address: buffer, length: Math.min(length, mostMessages * requestSize) };
  if (!writes.has(call) || length === 0 || length % responseSize !== 0 || length > mostMessages * responseSize) return undefined;

  const failed = decodeResponses(await memory.readSome(buffer, length))?.find((response) => response.errno !== 0);
  if (failed === undefined) return undefined;
  const request = daemon.requests.find((candidate) => candidate.tag === failed.tag);
  const process = await processAt(chain, context, asked, cr3);
  if (process === undefined) return undefined;
  const figures = (await perhaps(() => chain.figures(context))) ?? [];
  return observe(process, cr3, failed.errno, request, figures);
};

/** The process in this space if it is the one asked for: by the kernel's context, or by the image placed in the space. */
const processAt = async (chain: Chain, context: ChainContext, asked: string, cr3: bigint): Promise<string | undefined> => {
  const current = await chain.currentProcess(context);
  if (current !== undefined) return meansProcess(asked, current) ? baseName(current.name) : undefined;
  const module = context.program.modules.find((candidate) => candidate.process !== undefined && candidate.roots?.has(cr3) === true);
  return module?.process !== undefined && meansProcess(asked, { name: module.process, pid: -1 }) ? module.process : undefined;
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
