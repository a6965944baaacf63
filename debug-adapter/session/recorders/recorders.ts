import type { Recorded } from '../../chains/chain';
import type { Stop } from '../../machine/machine';
import type { FilterHost } from '../filters/filter';
import type { StopJudge } from '../run/stop-report';
import { ChainRecorder } from './chain-recorder';
import { EnvironmentRecorder } from './environment-recorder';
import type { Recorder } from './recorder';

type Host = Pick<FilterHost, 'machine' | 'program' | 'locations' | 'chain' | 'stages' | 'log'>;

/** All that a session writes down while the machine runs: who changes the environment, and what the chain asks for. */
export class Recorders implements StopJudge {
  readonly #host: Host;
  readonly #ofChain: Readonly<Record<Recorded, ChainRecorder>>;
  readonly #all: readonly Recorder[];

  constructor(host: Host) {
    this.#host = host;
    this.#ofChain = { environment: new ChainRecorder(host, 'environment', true), traffic: new ChainRecorder(host, 'traffic', false) };
    this.#all = [new EnvironmentRecorder(host), this.#ofChain.environment, this.#ofChain.traffic];
  }

  /** Begins or ends a record; call on a stopped machine. Answers why it cannot be. */
  record(what: Recorded, on: boolean): Promise<string | undefined> {
    return this.#ofChain[what].record(on);
  }

  async sync(): Promise<void> {
    if (this.#host.machine.vcpus.length === 0) return;
    for (const recorder of this.#all) await recorder.sync();
  }

  async onStop(stop: Stop): Promise<'mine' | undefined> {
    let mine = false;
    for (const recorder of this.#all) if (await recorder.look(stop)) mine = true;
    return mine ? 'mine' : undefined;
  }

  onReset(): Promise<void> {
    this.#host.chain.chain.reset?.();
    for (const recorder of this.#all) recorder.reset?.();
    return Promise.resolve();
  }

  /** What was recorded goes back with the checkpoint; places may not. */
  onRewound(): Promise<void> {
    for (const recorder of this.#all) recorder.reset?.();
    return Promise.resolve();
  }

  dispose(): void {
    for (const recorder of this.#all) recorder.dispose?.();
  }
}
