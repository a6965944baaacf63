import { resetInWords } from '../../machine/reset-log';
import type { ActiveFilter, FilterHost } from './filter';

/** `cpu-reset`: stops at the reset vector after every reset but those by which firmware restarts itself behind one, and says whether the guest wanted it. */
export class ResetFilter implements ActiveFilter {
  readonly verification = { verified: true };
  readonly #unlisten: () => void;

  constructor(host: FilterHost) {
    this.#unlisten = host.machine.on('reset', ({ reason, facts, firmwareOwn }) => {
      if (firmwareOwn) return;
      const why = resetInWords(reason, facts, (pc) => placeInWords(host, pc));
      const details = facts?.tripleFault === true ? 'triple fault' : reason;
      host.run.stopFor((stop) => ({ stop, reason: 'exception', description: `The machine was reset: ${why}`, hitBreakpointIds: [host.id], exception: { filter: 'cpu-reset', details } }));
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

/** The modules still have their places: the event comes before anybody has looked at the machine that was reset. */
const placeInWords = (host: FilterHost, pc: bigint): string => {
  const { symbol, offset } = host.program.placeOf(pc);
  const name = symbol ? ` (${symbol.name}${offset === undefined || offset === 0 ? '' : `+0x${offset.toString(16)}`})` : '';
  return `0x${pc.toString(16)}${name}`;
};
