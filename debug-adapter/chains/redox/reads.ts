import { sizeInWords } from '../../../boot/environment/knowledge';
import { redoxfsBlockSize } from '../../../boot/redoxfs-header';
import { errnoName } from '../../../boot/errno';
import type { Read, ReadsAnswer } from '../../api';
import type { SeenReply } from './scheme-errors';
import type { Figure } from '../chain';

/** Daemon of the scheme disk.live: base drivers/storage/lived/src/main.rs. */
export const liveDiskDaemon = 'lived';
/** A boot makes some thousand reads; beyond this the oldest are given up. */
const mostReads = 100_000;
const mebi = 1n << 20n;

interface SeenRead {
  readonly offset: bigint;
  readonly length: bigint;
  readonly errno: number;
  /** Pid of the process that reads. */
  readonly caller: bigint;
}

/** Reads of the live disk in the order of their answers. */
export class ReadRecord {
  #reads: SeenRead[] = [];
  #dropped = 0;

  take({ process, request, errno }: SeenReply): void {
    if (process !== liveDiskDaemon || request.operation !== 'Read') return;
    this.#reads.push({ length: request.args[2] ?? 0n, offset: request.args[3] ?? 0n, errno, caller: request.caller });
    if (this.#reads.length <= mostReads) return;
    this.#reads = this.#reads.slice(mostReads / 2);
    this.#dropped += mostReads / 2;
  }

  answer(figures: readonly Figure[], from: number, nameOf: (pid: bigint) => string, preloadAt: bigint | undefined): ReadsAnswer {
    const figure = (key: string): bigint | undefined => {
      const value = figures.find((one) => one.key === key)?.value;
      return typeof value === 'bigint' ? value : undefined;
    };
    const preload = figure('preloadSize');
    const filesystem = figure('filesystemSize');
    const reads = this.#reads.flatMap((read, index): Read[] => {
      const n = this.#dropped + index + 1;
      if (n < from) return [];
      return [{ n, block: Number(read.offset / BigInt(redoxfsBlockSize)), offset: Number(read.offset), length: Number(read.length), result: read.errno === 0 ? 'ok' : errnoName('linux', read.errno), by: nameOf(read.caller) }];
    });
    return {
      preload: preload === undefined || preloadAt === undefined ? { unknown: 'because DISK_LIVE_ADDR and DISK_LIVE_SIZE are not known: this is no live boot, or its environment is not written yet' } : { address: `0x${preloadAt.toString(16)}`, size: Number(preload) },
      filesystemSize: filesystem === undefined ? { unknown: 'because the preload does not begin with a RedoxFS header' } : Number(filesystem),
      blockSize: redoxfsBlockSize,
      reads,
      ...(this.#reads.length === 0 ? { unknown: `because reads are recorded only while the filter "errno: EINVAL in process:${liveDiskDaemon}" is set, from then on` } : { advice: this.#advice(preload, filesystem) }),
    };
  }

  #advice(preload: bigint | undefined, filesystem: bigint | undefined): string {
    const end = this.#reads.reduce((most, { offset, length }) => (offset + length > most ? offset + length : most), 0n);
    const failed = this.#reads.filter(({ errno }) => errno !== 0).length;
    const needed = (end + mebi - 1n) / mebi;
    const whole = filesystem === undefined ? '' : `; the whole filesystem needs ${sizeInWords(filesystem)}`;
    if (failed > 0) return `the ${this.#reads.length} reads seen would have worked with a preload of ${needed} MiB (${failed} of them failed; a mount stops at the first refused read, so later ones may need more${whole}).`;
    const margin = preload === undefined ? '' : ` of ${sizeInWords(preload)}`;
    return `all ${this.#reads.length} reads seen lie within the first ${needed} MiB, so they would have worked with a preload of ${needed} MiB${margin === '' ? '' : ` in place${margin}`}${whole}.`;
  }
}
