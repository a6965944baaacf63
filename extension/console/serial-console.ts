import * as vscode from 'vscode';
import type { SerialPiece, Sessions } from '../debugging/sessions';
import { EscapeFilter } from './escape-filter';

/** Terminal on one serial port of one session: shows what the guest sends, sends what the user types. The guest echoes. */
export class SerialConsole implements vscode.Pseudoterminal {
  private readonly write = new vscode.EventEmitter<string>();
  private readonly closed = new vscode.EventEmitter<number>();
  private readonly filter = new EscapeFilter();
  private readonly subscriptions: vscode.Disposable[] = [];
  /** Pieces that arrive while the backlog is being fetched. */
  private held: SerialPiece[] | undefined = [];
  private alive = true;

  readonly onDidWrite = this.write.event;
  readonly onDidClose = this.closed.event;

  constructor(
    private readonly sessions: Sessions,
    private readonly session: vscode.DebugSession,
    private readonly port: number,
  ) {}

  open(): void {
    this.subscriptions.push(
      this.sessions.onSerial((piece) => {
        if (piece.session.id !== this.session.id || piece.port !== this.port) return;
        if (this.held) this.held.push(piece);
        else this.show(piece.text);
      }),
      this.sessions.onDidEnd((session) => {
        if (session.id !== this.session.id) return;
        this.alive = false;
        this.write.fire('\r\n\u001b[2m[the session has ended]\u001b[0m\r\n');
      }),
    );
    void this.backlog();
  }

  handleInput(data: string): void {
    if (!this.alive) return;
    this.sessions.request(this.session, 'bootscope/serial', { port: this.port, send: data }).catch((error: unknown) => {
      this.write.fire(`\r\n\u001b[31m[not sent: ${error instanceof Error ? error.message : String(error)}]\u001b[0m\r\n`);
    });
  }

  close(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.write.dispose();
    this.closed.dispose();
  }

  /** What the guest said before the terminal opened, then the held pieces that the answer does not hold already. */
  private async backlog(): Promise<void> {
    let next = 0;
    try {
      const answer = await this.sessions.request(this.session, 'bootscope/serial', { port: this.port, from: 0 });
      next = answer.next;
      this.show(answer.text);
    } catch {
      // The session may be ending; what was held is all there is.
    }
    const held = this.held ?? [];
    this.held = undefined;
    for (const piece of held) if (piece.next === undefined || piece.next > next) this.show(piece.text);
  }

  private show(text: string): void {
    const safe = this.filter.push(text);
    if (safe !== '') this.write.fire(safe);
  }
}
