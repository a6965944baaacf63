import { adviceOf, overlayPages, servedBy, statisticsOf, whatIf, type DiskAccess } from '../../../boot/live-reads';
import { redoxfsBlockSize } from '../../../boot/redoxfs-header';
import { redoxfsLog } from '../../../boot/redoxfs-log';
import { errnoName } from '../../../boot/errno';
import type { CallFrame, OpenSeen, Read, ReadsAnswer, ReadsArguments } from '../../api';
import type { SeenReply } from './scheme-errors';
import type { Figure } from '../chain';
import { ownCall } from './callers';

/** Daemon of the scheme disk.live: base drivers/storage/lived/src/main.rs. */
export const liveDiskDaemon = 'lived';
/** A boot makes some thousand reads; beyond this the oldest are given up. */
const most = 100_000;
const opening = new Set(['Open', 'OpenAt']);

const noStacks = { unknown: 'because no stack of a process that asked could be followed: it takes the kernel with debug information (kernel.sym) in `images`, and for names the image of that process (stage userland)' };

interface SeenAccess {
  readonly kind: 'read' | 'write';
  readonly offset: bigint;
  readonly length: bigint;
  readonly errno: number;
  /** `name:pid` where it was known, else the pid alone. */
  readonly by: string;
  /** Number of the stack that asked. */
  readonly stack?: number;
}

/** Accesses of the live disk, and opens of daemons' schemes, in the order of their answers. */
export class ReadRecord {
  #accesses: SeenAccess[] = [];
  #dropped = 0;
  readonly #opens: OpenSeen[] = [];
  /** Every way through a program that has asked, once. */
  readonly #stacks: (readonly CallFrame[])[] = [];
  readonly #stackNumbers = new Map<string, number>();
  /** `daemon file`: files that are a list of names (a scheme's root), by the daemon's own numbers. */
  readonly #lists = new Set<string>();
  /** Every access is taken from now on (not only those seen by the way of an errno filter). */
  recording = false;

  /** Is this an access of the live disk, and not of the list of its partitions? */
  isAccess({ process, request }: SeenReply): boolean {
    return process === liveDiskDaemon && (request.operation === 'Read' || request.operation === 'Write') && !this.#lists.has(`${process} ${request.args[0] ?? 0n}`);
  }

  /** One reply of a daemon. `by`: who asked, `name:pid`; `stack`: its calls. */
  take(reply: SeenReply, by: string, stack?: readonly CallFrame[]): void {
    const { process, pid, request, errno, result, path } = reply;
    if (opening.has(request.operation)) {
      this.#open(pid === undefined ? process : `${process}:${pid}`, path ?? '?', by, errno);
      if (errno === 0) this.#lists[path === '' ? 'add' : 'delete'](`${process} ${result}`);
    }
    if (!this.isAccess(reply)) return;
    const number = stack === undefined ? undefined : this.#numberOf(stack);
    this.#accesses.push({ kind: request.operation === 'Read' ? 'read' : 'write', length: request.args[2] ?? 0n, offset: request.args[3] ?? 0n, errno, by, ...(number === undefined ? {} : { stack: number }) });
    if (this.#accesses.length <= most) return;
    this.#accesses = this.#accesses.slice(most / 2);
    this.#dropped += most / 2;
  }

  mark(): () => void {
    const [accesses, opens, dropped] = [[...this.#accesses], [...this.#opens], this.#dropped];
    return () => {
      this.#accesses = [...accesses];
      this.#opens.splice(0, this.#opens.length, ...opens);
      this.#dropped = dropped;
    };
  }

  /** A boot begins anew. */
  clear(): void {
    this.#accesses = [];
    this.#dropped = 0;
    this.#opens.length = 0;
    this.#stacks.length = 0;
    this.#stackNumbers.clear();
    this.#lists.clear();
  }

  #numberOf(stack: readonly CallFrame[]): number {
    const key = JSON.stringify(stack);
    const known = this.#stackNumbers.get(key);
    if (known !== undefined) return known;
    this.#stackNumbers.set(key, this.#stacks.length);
    return this.#stacks.push(stack) - 1;
  }

  #open(server: string, path: string, by: string, errno: number): void {
    if (this.#opens.length < most) this.#opens.push({ n: this.#opens.length + 1, server, path, by, result: errno === 0 ? 'ok' : errnoName('linux', errno) });
  }

  answer(figures: readonly Figure[], request: ReadsArguments, nameOf: (by: string) => string, preloadAt: bigint | undefined, serial: string): ReadsAnswer {
    const figure = (key: string): bigint | undefined => {
      const value = figures.find((one) => one.key === key)?.value;
      return typeof value === 'bigint' ? value : undefined;
    };
    const preload = figure('preloadSize');
    const filesystem = figure('filesystemSize');
    const accesses = this.#accesses.map((access): DiskAccess => ({ ...access, by: nameOf(access.by) }));
    const overlay = overlayPages(accesses);
    const reads = accesses.flatMap((access, index): Read[] => {
      const n = this.#dropped + index + 1;
      const { stack } = this.#accesses[index] ?? {};
      return n < (request.from ?? 0) ? [] : [readOf(access, n, overlay, stack, stack === undefined ? undefined : this.#stacks[stack])];
    });
    const asked = request.preload === undefined ? preload : BigInt(Math.max(0, Math.trunc(request.preload)));
    const wantsWhatIf = (request.preload !== undefined || request.blockSize !== undefined) && asked !== undefined && accesses.length > 0;
    const { attempts } = redoxfsLog(serial);
    return {
      preload: preload === undefined || preloadAt === undefined ? { unknown: 'because DISK_LIVE_ADDR and DISK_LIVE_SIZE are not known: this is no live boot, or its environment is not written yet' } : { address: `0x${preloadAt.toString(16)}`, size: Number(preload) },
      filesystemSize: filesystem === undefined ? { unknown: 'because the preload does not begin with a RedoxFS header' } : Number(filesystem),
      blockSize: redoxfsBlockSize,
      reads,
      ...(accesses.length === 0 ? {} : { stacks: this.#stacks.length > 0 ? this.#stacks.map((frames) => [...frames]) : noStacks }),
      recording: this.recording,
      ...(accesses.length === 0 ? { unknown: `because no access of the live disk was recorded: ask with record: true, or set the filter "errno: EINVAL in process:${liveDiskDaemon}", before ${liveDiskDaemon} is read` } : { advice: adviceOf(accesses, preload, filesystem), statistics: mutable(statisticsOf(accesses)), overlay: runsOf(overlay) }),
      ...(wantsWhatIf ? { whatIf: whatIf(accesses, asked, request.blockSize ?? redoxfsBlockSize) } : {}),
      disks: attempts.map(({ evidence, ...attempt }) => ({ ...attempt, evidence: evidence.map((piece) => ({ kind: 'serial', ...piece })) })),
      opens: this.#opens.map((open) => ({ ...open, by: nameOf(open.by) })),
    };
  }
}

const readOf = (access: DiskAccess, n: number, overlay: ReadonlySet<bigint>, stack: number | undefined, frames: readonly CallFrame[] = []): Read => ({
  n,
  block: Number(access.offset / BigInt(redoxfsBlockSize)),
  offset: Number(access.offset),
  length: Number(access.length),
  result: access.errno === 0 ? 'ok' : errnoName('linux', access.errno),
  by: access.by,
  ...sourceOf(frames),
  ...(stack === undefined ? {} : { stack }),
  ...(access.kind === 'write' ? { kind: 'write' as const } : { servedBy: servedBy(access, overlay) }),
});

const sourceOf = (frames: readonly CallFrame[]): Pick<Read, 'source'> => {
  const source = ownCall(frames)?.source;
  return source === undefined ? {} : { source };
};

const mutable = (statistics: ReturnType<typeof statisticsOf>): NonNullable<ReadsAnswer['statistics']> => ({ ...statistics, by: { ...statistics.by }, perMebibyte: statistics.perMebibyte.map((one) => ({ ...one })) });

const runsOf = (pages: ReadonlySet<bigint>): { block: number; count: number }[] => {
  const runs: { block: number; count: number }[] = [];
  for (const page of [...pages].sort((a, b) => (a < b ? -1 : 1))) {
    const last = runs[runs.length - 1];
    if (last !== undefined && last.block + last.count === Number(page)) last.count++;
    else runs.push({ block: Number(page), count: 1 });
  }
  return runs;
};
