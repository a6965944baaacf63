import * as vscode from 'vscode';
import type { SessionFacts, Sessions } from '../debugging/sessions';
import { reason } from '../views/known';
import type { RecordedPiece, SerialRecord } from './serial-record';
import { TerminalWriter } from './terminal-writer';

/** How a console shows its port. */
export interface ConsoleOptions {
  readonly timestamps: boolean;
  readonly readOnly: boolean;
}

const wipe = '\u001b[2J\u001b[3J\u001b[H';

/** Terminal on one serial port of one session: shows what the guest sends, sends what the user types. The guest echoes. */
export class SerialConsole implements vscode.Pseudoterminal {
  private readonly write = new vscode.EventEmitter<string>();
  private readonly closed = new vscode.EventEmitter<number>();
  private readonly renamed = new vscode.EventEmitter<string>();
  private readonly subscriptions: vscode.Disposable[] = [];
  private writer: TerminalWriter;
  private isOpen = false;

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

  open(): void {
    this.isOpen = true;
    this.subscriptions.push(
      this.sessions.onSerial((piece) => {
        if (piece.session.id === this.facts.session.id && piece.port === this.port) this.show(piece);
      }),
      this.sessions.onDidEnd((session) => {
        if (session.id === this.facts.session.id) this.write.fire(this.writer.mark(vscode.l10n.t('the session has ended')));
      }),
    );
    this.replay();
  }

  handleInput(data: string): void {
    if (this.facts.ended) return;
    if (this.options.readOnly) {
      vscode.window.setStatusBarMessage(vscode.l10n.t('This serial console is read-only.'), 3000);
      return;
    }
    this.sessions.request(this.facts.session, 'bootscope/serial', { port: this.port, send: data }).catch((error: unknown) => {
      this.write.fire(this.writer.mark(vscode.l10n.t('not sent: {0}', reason(error))));
    });
  }

  /** Shows the port otherwise; what it has said is written anew. */
  setOptions(options: ConsoleOptions): void {
    const anew = options.timestamps !== this.options.timestamps;
    this.options = options;
    this.renamed.fire(this.name);
    if (anew && this.isOpen) this.replay();
  }

  /** The machine stopped after what was said last. */
  mark(piece: RecordedPiece): void {
    if (this.isOpen) this.show(piece);
  }

  close(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.write.dispose();
    this.closed.dispose();
    this.renamed.dispose();
  }

  private replay(): void {
    this.writer = new TerminalWriter(this.options.timestamps);
    const record: SerialRecord | undefined = this.facts.serial.get(this.port);
    let text = '';
    for (const piece of record?.pieces ?? []) text += this.textOf(piece);
    this.write.fire(wipe + text);
  }

  private show(piece: RecordedPiece): void {
    this.write.fire(this.textOf(piece));
  }

  private textOf(piece: RecordedPiece): string {
    return piece.mark === undefined ? this.writer.write(piece.text, piece.atMs) : this.writer.mark(piece.mark);
  }
}
