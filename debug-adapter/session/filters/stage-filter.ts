import type { ActiveFilter, FilterHost } from './filter';

/** `stage: ID{,ID}`: stops when the boot enters one of these stages. */
export class StageFilter implements ActiveFilter {
  readonly verification = { verified: true };
  readonly #unlisten: () => void;

  constructor(host: FilterHost, stages: readonly string[]) {
    this.#unlisten = host.stages.onEntered(({ id, name, evidence }) => {
      if (!stages.includes(id)) return;
      const why = evidence.map(({ text }) => text).join('; ');
      host.run.stopFor((stop) => ({ stop, reason: 'exception', description: `The stage ${name} was entered: ${why}`, exception: { filter: 'stage' } }));
    });
  }

  onStop(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  dispose(): Promise<void> {
    this.#unlisten();
    return Promise.resolve();
  }
}
