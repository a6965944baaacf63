import type { DebugProtocol } from '@vscode/debugprotocol';
import { failure } from '../errors/catalogue';
import { sessionErrors } from '../errors/session';
import type { CommandHeard } from './command';
import type { Target } from './target';

/** What the client said of itself in `initialize`. */
export interface Client {
  readonly lineBase: 0 | 1;
  readonly columnBase: 0 | 1;
  readonly supportsProgress: boolean;
  readonly supportsInvalidated: boolean;
  /** It wants the event `memory`. */
  readonly supportsMemory: boolean;
}

/** How far long work is: words, and percent from 0 to 100. Who tells percent begins with 0: the editor decides at the start what to draw. */
export type Tell = (message: string | undefined, percentage?: number) => void;

const plainClient: Client = { lineBase: 1, columnBase: 1, supportsProgress: false, supportsInvalidated: false, supportsMemory: false };

/** What all requests of a session share. */
export class Core {
  client: Client = plainClient;
  /** Aborted when the session ends: what is still being started is given up. */
  starting = new AbortController();
  /** Hears of the command that runs in the client's terminal, if one does. */
  terminal: CommandHeard | undefined;
  #target: Target | undefined;
  #progress = 0;
  readonly #cancellable = new Map<string, () => void>();

  constructor(
    /** Sends a DAP event. */
    readonly send: (event: string, body?: object) => void,
    /** The session is over: the transport may close. */
    readonly finished: () => void,
  ) {}

  get target(): Target | undefined {
    return this.#target;
  }

  setTarget(target: Target | undefined): void {
    this.#target = target;
  }

  /** The machine's side of the session. Throws BS330 before launch or attach. */
  need(request: string): Target {
    if (!this.#target) throw failure(sessionErrors.noMachine, { request });
    return this.#target;
  }

  /** The same, with the machine stopped. Throws BS331 while it runs. */
  needStopped(request: string): Target {
    const target = this.need(request);
    if (target.run.running) throw failure(sessionErrors.machineRuns, { request });
    return target;
  }

  output(text: string, category: 'console' | 'important' | 'stdout' | 'stderr' = 'console', more: Partial<DebugProtocol.OutputEvent['body']> = {}): void {
    this.send('output', { ...more, category, output: text });
  }

  /** A line of the editor as 1-based. */
  lineIn(line: number): number {
    return line + 1 - this.client.lineBase;
  }

  /** A 1-based line as the editor counts. */
  lineOut(line: number): number {
    return line - 1 + this.client.lineBase;
  }

  columnOut(column: number): number {
    return Math.max(column, 1) - 1 + this.client.columnBase;
  }

  /** Ends the work behind a progress notification, where it can be ended; ignored when it is over. */
  cancelProgress(progressId: string): void {
    this.#cancellable.get(progressId)?.();
  }

  /**
   * Shows the editor that something takes long. The work may tell how far it is, in words, in percent, or both. With `end` the user may end it: `cancel` is called and the
   * work ends itself; or, with `discard`, this rejects with BS348 at once, and what the work gives after that goes to `discard`.
   */
  async withProgress<T>(title: string, work: (tell: Tell) => Promise<T>, end?: { cancel(): void } | { discard(late: T): unknown }): Promise<T> {
    if (!this.client.supportsProgress) return work(() => undefined);
    const progressId = `bootscope-${++this.#progress}`;
    let shown = false;
    let percent: number | undefined;
    // Short work needs no notification.
    const timer = setTimeout(() => {
      shown = true;
      this.send('progressStart', { progressId, title, cancellable: end !== undefined, ...(percent === undefined ? {} : { percentage: percent }) });
    }, 500);
    let given = false;
    const giveUp = new Promise<never>((_, reject) => {
      if (!end) return;
      this.#cancellable.set(progressId, () => {
        if ('cancel' in end) {
          end.cancel();
          return;
        }
        given = true;
        reject(failure(sessionErrors.cancelled, { what: title }));
      });
    });
    const working = work((message, percentage) => {
      const further = percentage === undefined ? undefined : Math.floor(percentage);
      if (message === undefined && further === percent) return;
      percent = further ?? percent;
      if (shown) this.send('progressUpdate', { progressId, ...(message === undefined ? {} : { message }), ...(percent === undefined ? {} : { percentage: percent }) });
    });
    try {
      return await Promise.race([working, giveUp]);
    } finally {
      clearTimeout(timer);
      this.#cancellable.delete(progressId);
      if (shown) this.send('progressEnd', { progressId });
      if (given && end && 'discard' in end) void working.then((late) => end.discard(late), () => undefined);
    }
  }
}
