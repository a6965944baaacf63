/** A turn of the event loop; the connection takes one message in each. */
export type NextTurn = (run: () => void) => void;

/** Browsers have no setImmediate. */
export const nextTurn: NextTurn = typeof setImmediate === 'function' ? (run) => void setImmediate(run) : (run) => void setTimeout(run);

/** So long, in ms, diagnostics stand back while messages come in every turn. */
const patience = 250;

/**
 * Works through the open documents after a change, one in a turn of the event loop. Messages that wait go first, so that a
 * completion is not answered behind the diagnostics of its own keystroke; a newer change begins a new round with its document.
 */
export class Rounds {
  private queue: string[] = [];
  private messages = 0;
  private running = false;
  private since = 0;

  constructor(
    private readonly work: (uri: string) => void,
    private readonly next: NextTurn = nextTurn,
    /** Begins a round: the editor, which is about to write its request, has to come to its turn. */
    private readonly pause: NextTurn = (run) => void setTimeout(run, 1),
    private readonly now: () => number = Date.now,
  ) {}

  /** A message of the editor was taken. */
  heard(): void {
    this.messages++;
  }

  /** All of these documents have to be looked at, `first` before the others. */
  begin(uris: readonly string[], first?: string): void {
    this.queue = first === undefined ? [...uris] : [first, ...uris.filter((uri) => uri !== first)];
    if (this.running) return;
    this.running = true;
    this.since = this.now();
    this.pause(() => this.turn());
  }

  /** A document that was closed is left out. */
  leave(uri: string): void {
    this.queue = this.queue.filter((one) => one !== uri);
  }

  private turn(): void {
    const before = this.messages;
    this.next(() => {
      // The connection hands out its next message in the turn after this one.
      this.next(() => {
        if (this.messages !== before && this.now() - this.since < patience) {
          this.turn();
          return;
        }
        const uri = this.queue.shift();
        if (uri !== undefined) this.work(uri);
        this.running = this.queue.length > 0;
        if (this.running) this.turn();
      });
    });
  }
}
