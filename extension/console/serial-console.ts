import * as vscode from 'vscode';
import type { SessionFacts, Sessions } from '../debugging/sessions';
import { reason } from '../views/known';
import type { RecordedPiece } from './serial-record';
import { TerminalWriter, update } from './terminal-writer';

/** How a console shows its port. */
export interface ConsoleOptions {
  readonly timestamps: boolean;
  readonly readOnly: boolean;
}

const wipe = '\u001b[m\u001b[2J\u001b[3J\u001b[H';
/** VS Code's default of `terminal.integrated.scrollback`, in lines. */
const usualScrollback = 1000;
/** A border that is dragged gives many sizes. */
const settledMs = 150;

/** Terminal on one serial port of one session: shows what the guest sends, sends what the user types. The guest echoes. */
export class SerialConsole implements vscode.Pseudoterminal {
  private readonly write = new vscode.EventEmitter<string>();
  private readonly closed = new vscode.EventEmitter<number>();
  private readonly renamed = new vscode.EventEmitter<string>();
  private readonly subscriptions: vscode.Disposable[] = [];
  private writer: TerminalWriter;
  private isOpen = false;
  private rows = 0;
  private settled: NodeJS.Timeout | undefined;

  readonly onDidWrite = this.write.event;
  readonly onDidClose = this.closed.event;
  readonly onDidChangeName = this.renamed.event;

  constructor(
    private readonly sessions: Sessions,
    readonly facts: SessionFacts,
    readonly port: number,
    private options: ConsoleOptions,
  ) {
    this.writer = new TerminalWriter(options.timestamps);
  }

  /** Title of the terminal: several ports carry their number. */
  get name(): string {
    const port = this.port === 1 ? '' : ` ${this.port}`;
    return this.options.readOnly ? vscode.l10n.t('Serial{0}: {1} (read-only)', port, this.facts.session.name) : vscode.l10n.t('Serial{0}: {1}', port, this.facts.session.name);
  }

  get timestamps(): boolean {
    return this.options.timestamps;
  }

  get readOnly(): boolean {
    return this.options.readOnly;
  }

  open(size: vscode.TerminalDimensions | undefined): void {
    this.isOpen = true;
    this.rows = size?.rows ?? 0;
    this.subscriptions.push(
      this.sessions.onSerial((piece) => {
        if (piece.session.id === this.facts.session.id && piece.port === this.port) this.show(piece);
      }),
      this.sessions.onDidEnd((session) => {
        if (session.id === this.facts.session.id) this.write.fire(update(this.writer.mark(vscode.l10n.t('the session has ended'))));
      }),
    );
    this.replay();
  }

  /**
   * A terminal of VS Code that gets smaller while it is hidden takes its view for scrolled up by the user, and follows no more (xterm.js, src/browser/Viewport.ts, `_sync`
   * with the height before); only erasing the scrollback ends that, so all is written anew.
   */
  setDimensions({ rows }: vscode.TerminalDimensions): void {
    const smaller = rows < this.rows;
    this.rows = rows;
    if (!smaller) return;
    clearTimeout(this.settled);
    this.settled = setTimeout(() => this.replay(), settledMs);
  }

  handleInput(data: string): void {
    if (this.facts.ended) return;
    if (this.options.readOnly) {
      vscode.window.setStatusBarMessage(vscode.l10n.t('This serial console is read-only.'), 3000);
      return;
    }
    this.sessions.request(this.facts.session, 'bootscope/serial', { port: this.port, send: data }).catch((error: unknown) => {
      this.write.fire(update(this.writer.mark(vscode.l10n.t('not sent: {0}', reason(error)))));
    });
  }

  /** Shows the port otherwise; what it has said is written anew. */
  setOptions(options: ConsoleOptions): void {
    const anew = options.timestamps !== this.options.timestamps;
    this.options = options;
    this.renamed.fire(this.name);
    if (anew && this.isOpen) this.replay();
  }

  /** The machine stopped: after what was said last, or, if something was said since, in the middle of it. */
  mark({ piece, last }: { readonly piece: RecordedPiece; readonly last: boolean }): void {
    if (!this.isOpen) return;
    if (last) this.show(piece);
    else this.replay();
  }

  close(): void {
    clearTimeout(this.settled);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.write.dispose();
    this.closed.dispose();
    this.renamed.dispose();
  }

  private replay(): void {
    this.writer = new TerminalWriter(this.options.timestamps);
    const scrollback = vscode.workspace.getConfiguration('terminal.integrated').get('scrollback', usualScrollback);
    let text = '';
    for (const piece of this.facts.serial.get(this.port)?.last(scrollback + this.rows) ?? []) text += this.textOf(piece);
    this.write.fire(update(wipe + text));
  }

  private show(piece: RecordedPiece): void {
    this.write.fire(update(this.textOf(piece)));
  }

  private textOf(piece: RecordedPiece): string {
    return piece.mark === undefined ? this.writer.write(piece.text, piece.atMs) : this.writer.mark(piece.mark);
  }
}
