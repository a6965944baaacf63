import type { EnvironmentChange } from '../../api';
import type { Stop } from '../../machine/machine';
import { EnvironmentSetters, setters, type SetterCall } from '../filters/environment-setters';
import type { FilterHost } from '../filters/filter';
import type { Recorder } from './recorder';

/** More changes than any boot makes: a guest that writes without end is not slowed down for it. */
const mostRecorded = 2000;

type Host = Pick<FilterHost, 'machine' | 'program' | 'locations' | 'chain' | 'stages'>;

/**
 * Writes down who changes the kernel environment and when: a log point at the functions through which it changes. The user sees no
 * stop. A boot has a handful of them, so that the guest does not notice.
 */
export class EnvironmentRecorder implements Recorder {
  readonly #host: Host;
  #setters: EnvironmentSetters | undefined;
  #recorded = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Nothing is looked for in a kernel that has no such function. */
  async sync(): Promise<void> {
    if (this.#setters === undefined) {
      const known = this.#host.program.modulesOf('kernel').some(({ image }) => image.symbols.named(setters[0]).length > 0);
      if (!known || this.#recorded >= mostRecorded) return;
      this.#setters = new EnvironmentSetters(this.#host, 'recorder:environment');
    }
    await this.#setters.sync();
  }

  async look(stop: Stop): Promise<boolean> {
    const recorder = this.#setters;
    if (recorder?.isMine(stop) !== true) return false;
    const { chain } = this.#host.chain;
    const call = chain.environmentChanged === undefined ? undefined : await recorder.callAt(stop);
    if (call !== undefined) chain.environmentChanged?.(call.name, await this.#change(call));
    if (++this.#recorded === mostRecorded) {
      this.#setters = undefined;
      await recorder.dispose();
    }
    return true;
  }

  reset(): void {
    this.#recorded = 0;
  }

  async #change({ setter, name, value, frames }: SetterCall): Promise<EnvironmentChange> {
    const { chain, stages } = this.#host;
    const before = await chain.chain.variable?.(await chain.context(), name).catch(() => undefined);
    const caller = await frames.at(1).catch(() => undefined);
    const process = await chain.currentProcess();
    // Only programs of a running system come through kenv(2), whatever the console has shown so far.
    const stage = stages.current === undefined || stages.current === 'kernel' ? (caller?.name === 'sys_kenv' ? 'init' : 'kernel') : stages.current;
    const by = {
      ...(process === undefined ? {} : { process: `${process.name}:${process.pid}` }),
      function: caller?.name ?? setter,
      ...(caller?.source === undefined ? {} : { source: { path: caller.source.file, ...(caller.source.line === undefined ? {} : { line: caller.source.line }) } }),
    };
    return {
      kind: setter === 'kern_unsetenv' ? 'removed' : before === undefined ? 'set' : 'changed',
      ...(before === undefined ? {} : { before }),
      ...(value === undefined ? {} : { value }),
      stage,
      atMs: stages.nowMs,
      by,
    };
  }
}
