import type { Known, Mount, MountHistoryAnswer, StageId } from '../../api';
import type { ChainContext } from '../../chains/chain';
import { isUnknown } from '../../chains/unknown';
import type { Machine } from '../../machine/machine';
import type { PlacedProgram } from '../../program/placed-program';
import type { ChainReader } from '../chain-reader';
import type { RunController } from '../run/controller';
import type { StopReport } from '../run/stop-report';
import { changesBetween } from './mount-changes';

/** Stops kept; the oldest go first. */
const mostEntries = 500;
/** A table that takes longer to read than this is read on request only, so that no stop of the user waits for it. */
const cheapMs = 150;

interface Host {
  readonly machine: Machine;
  readonly program: PlacedProgram;
  readonly chain: ChainReader;
  readonly run: RunController;
  readonly stage: () => StageId | null;
  readonly nowMs: () => number;
}

type Entry = MountHistoryAnswer['stops'][number];

/** The mount table as it was at each stop of a session, and what changed between them. */
export class MountHistory {
  readonly #host: Host;
  readonly #entries: Entry[] = [];
  #stops = 0;
  #last: readonly Mount[] | undefined;
  #lastMs = 0;
  #unknown: string | undefined;
  #seen = 0;
  #reading: Promise<void> = Promise.resolve();

  constructor(host: Host) {
    this.#host = host;
  }

  /** A stop that the user hears of. The table is read before the machine runs on, unless that has proved to be slow; after a stop of the filter `mount` always. */
  stopped(report: StopReport): void {
    this.#stops++;
    if (this.#lastMs <= cheapMs || report.exception?.filter === 'mount') this.#look(report);
  }

  /** The machine booted anew: the next table is not compared with this one. */
  reset(): void {
    this.#last = undefined;
  }

  /** All that was recorded; where the machine stands, with the table as it is now. */
  async answer(): Promise<MountHistoryAnswer> {
    const report = this.#host.run.last;
    if (report !== undefined && this.#seen !== this.#stops) this.#look(report);
    await this.#reading;
    return { stops: this.#entries.map((entry) => ({ ...entry })), ...(this.#entries.length === 0 ? { unknown: this.#unknown ?? 'because the machine has not stopped yet since it runs a kernel whose mount table can be read' } : {}) };
  }

  async #table(context: ChainContext): Promise<Known<readonly Mount[]>> {
    const { chain } = this.#host.chain;
    if (chain.mountTable !== undefined) return chain.mountTable(context);
    const { kernel, unknown } = await chain.mounts(context, {});
    return unknown === undefined ? kernel : { unknown };
  }

  #look(report: StopReport): void {
    const n = this.#stops;
    this.#seen = n;
    const atMs = this.#host.nowMs();
    const reading = this.#host.run.whileStopped(() => this.#read(n, atMs, report));
    this.#reading = Promise.all([this.#reading, reading.catch(() => undefined)]).then(() => undefined);
  }

  async #read(n: number, atMs: number, report: StopReport): Promise<void> {
    const { chain, program, stage } = this.#host;
    const context = await chain.context();
    if (context.kernel === undefined) {
      this.#unknown = 'because no kernel is on the machine yet, or none is given in `images`';
      return;
    }
    const start = performance.now();
    const mounts = await this.#table(context);
    this.#lastMs = performance.now() - start;
    if (isUnknown(mounts)) {
      this.#unknown = mounts.unknown;
      return;
    }
    const before = this.#last;
    this.#last = mounts;
    const changes = before === undefined ? [] : [...changesBetween(before, mounts)];
    if (before !== undefined && changes.length === 0) return;
    const place = report.exception?.filter === 'mount' ? program.placeOf(report.stop.pc, { cr3: report.stop.cr3 }) : undefined;
    const name = place?.scopes[0]?.function.name ?? place?.symbol?.name;
    this.#entries.push({
      n,
      atMs,
      stage: stage(),
      reason: report.description ?? report.reason,
      mounts: [...mounts],
      changes,
      ...(name === undefined ? {} : { by: { function: name, ...(place?.line === undefined ? {} : { source: { path: place.line.file, line: place.line.line } }) } }),
    });
    if (this.#entries.length > mostEntries) this.#entries.shift();
  }
}
