import type { ActiveFilter, FilterHost } from './filter';

const words: Readonly<Record<string, string>> = {
  'guest-reset': 'the guest asked for a reset, or the processor took a triple fault',
  'host-qmp-system-reset': 'a reset was asked for over QMP',
  'host-ui': 'a reset was asked for in QEMU',
  'guest-panic': 'the guest panicked',
};

/** `cpu-reset`: stops at the reset vector after every reset. */
export class ResetFilter implements ActiveFilter {
  readonly verification = { verified: true };
  readonly #unlisten: () => void;

  constructor(host: FilterHost) {
    this.#unlisten = host.machine.on('reset', ({ reason }) => {
      const why = words[reason] ?? reason;
      host.run.stopFor((stop) => ({ stop, reason: 'exception', description: `The machine was reset: ${why}`, exception: { filter: 'cpu-reset', details: reason } }));
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
