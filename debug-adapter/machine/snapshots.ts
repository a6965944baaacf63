import { failure } from '../errors/catalogue';
import { qemuErrors } from '../errors/qemu';
import type { QmpClient } from '../wire/qmp/client';
import type { OutputBranch, Retelling, Said } from '../wire/serial/branch';
import type { SavedState, Snapshots } from './machine';

/** What goes with a saved state that QEMU knows nothing of. */
interface Kept {
  /** On each serial port. */
  readonly said: readonly Said[];
  /** Where vCPUs were reported stopped. */
  readonly parked: ReadonlyMap<number, bigint>;
}

export interface SnapshotHost {
  readonly qmp: QmpClient | undefined;
  /** Asks QEMU's monitor; nothing is forgotten for it. */
  ask(command: string): Promise<string>;
  /** Throws unless the machine stands. */
  require(what: string): void;
  readonly output: readonly OutputBranch[];
  parked(): ReadonlyMap<number, bigint>;
  /** Lets the machine run, and stops it at once. */
  runBriefly(): Promise<void>;
  /** Everything read of the machine is void; it stands where it was reported stopped. */
  replaced(parked: ReadonlyMap<number, bigint>): Promise<void>;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/**
 * Saved states by the monitor's `savevm`, `loadvm` and `delvm`, which answer with nothing when all went well.
 * Source: QEMU, migration/savevm.c, block/snapshot.c, block/monitor/block-hmp-cmds.c.
 */
export class QemuSnapshots implements Snapshots {
  readonly #host: SnapshotHost;
  readonly #kept = new Map<string, Kept>();
  /** A state was put back, and the machine has not run since. */
  #untouched = false;

  constructor(host: SnapshotHost) {
    this.#host = host;
  }

  async save(name: string): Promise<SavedState> {
    this.#host.require('saving its state');
    await this.#heard();
    const said = this.#host.output.map((branch) => branch.said());
    const parked = new Map(this.#host.parked());
    const words = (await this.#host.ask(`savevm ${name}`)).trim();
    if (words !== '') throw refusal(words);
    this.#kept.set(name, { said, parked });
    return (await this.#listed(name)) ?? {};
  }

  async load(name: string, output: Retelling): Promise<void> {
    this.#host.require('putting a saved state back');
    await this.#heard();
    if (this.#untouched) await this.#touch();
    this.#untouched = true;
    const words = (await this.#host.ask(`loadvm ${name}`)).trim();
    const kept = this.#kept.get(name);
    await this.#host.replaced(kept?.parked ?? new Map<number, bigint>());
    if (words !== '') {
      this.release();
      throw failure(qemuErrors.snapshotLost, { name, detail: plain(words) });
    }
    for (const [index, branch] of this.#host.output.entries()) {
      const said = kept?.said[index];
      if (said !== undefined) branch.rewind(said, output);
    }
  }

  async differs(): Promise<boolean> {
    await this.#heard();
    return this.#host.output.some(({ differs }) => differs);
  }

  release(): void {
    for (const branch of this.#host.output) branch.release();
  }

  async remove(name: string): Promise<void> {
    this.#kept.delete(name);
    await this.#host.ask(`delvm ${name}`);
  }

  /** Takes back what was saved: a drive of the user's that has snapshots holds one for each state. */
  async clear(): Promise<void> {
    for (const name of [...this.#kept.keys()]) await this.remove(name);
  }

  /** The machine runs on from the state that was put back. */
  ranOn(): void {
    this.#untouched = false;
  }

  /**
   * Each state that is put back leaves a handler in QEMU for writable flash, which the next run takes out; of two, the first takes out the second, and QEMU crashes
   * (hw/block/pflash_cfi01.c, pflash_post_load, postload_update_cb). So what is given up anyway runs for a moment first.
   */
  async #touch(): Promise<void> {
    for (const branch of this.#host.output) branch.hold();
    await this.#host.runBriefly();
    await this.#heard();
  }

  /** The guest's last words may still be in the sockets: QEMU writes them before it stops, we read them between two turns. */
  async #heard(): Promise<void> {
    await this.#host.ask('info status');
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** What QEMU lists of a saved state; the monitor's own list rounds its clock to milliseconds. */
  async #listed(name: string): Promise<SavedState | undefined> {
    const blocks = listOf(await this.#host.qmp?.execute('query-block').catch(() => undefined));
    for (const block of blocks) {
      const image = isObject(block) && isObject(block['inserted']) ? block['inserted']['image'] : undefined;
      if (!isObject(image)) continue;
      for (const entry of listOf(image['snapshots'])) {
        if (!isObject(entry) || entry['name'] !== name) continue;
        const { 'vm-clock-sec': seconds, 'vm-clock-nsec': nanoseconds, 'vm-state-size': size } = entry;
        if (typeof seconds !== 'number' || typeof nanoseconds !== 'number') continue;
        return { clockNs: BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds), ...(typeof size === 'number' ? { size } : {}) };
      }
    }
    return undefined;
  }
}

const plain = (words: string): string => words.replace(/^Error: /, '').replace(/\s+/g, ' ').replace(/\.$/, '');

/** QEMU's words of a refused `savevm`, with the drive or device in them named. */
const refusal = (words: string): Error => {
  const detail = plain(words);
  const drive = /Device '([^']*)' is writable but does not support snapshots/.exec(words)?.[1];
  const device = /(?:non-migratable device|used by node) '([^']*)'/.exec(words)?.[1];
  let likely = 'a drive or device of this machine cannot be saved';
  if (drive !== undefined) likely = `the drive ${drive} is writable and its format has no snapshots (-blockdev, or a machine that was not launched by Bootscope)`;
  else if (device !== undefined) likely = `${device} cannot be saved; without it the machine can`;
  else if (/No block device/.test(words)) likely = 'the machine has no drive of the format qcow2, where its state would be written';
  return failure(qemuErrors.noSnapshot, { detail, likely, drive: drive === undefined ? 'its writable drives' : `the drive ${drive}` });
};
