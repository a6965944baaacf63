import type * as NodePty from 'node-pty';
import * as vscode from 'vscode';
import type { TerminalEndedArguments } from '../../debug-adapter/api';
import { reason } from '../views/known';
import { update } from './terminal-writer';
import { CommandProcess, type CommandLine, type Size } from './command-process';

const usual: Size = { columns: 80, rows: 24 };

/** Terminal in which a user's command runs. It stays after the command has ended, so that what was said can be read; any key closes it then. */
export class CommandTerminal implements vscode.Pseudoterminal {
  private readonly write = new vscode.EventEmitter<string>();
  private readonly closed = new vscode.EventEmitter<number>();
  private process: CommandProcess | undefined;
  private over = false;
  private size = usual;

  readonly onDidWrite = this.write.event;
  readonly onDidClose = this.closed.event;

  constructor(
    private readonly nodePty: typeof NodePty,
    private readonly leader: string,
    private readonly line: CommandLine,
    private readonly told: (how: TerminalEndedArguments) => void,
  ) {}

  open(size: vscode.TerminalDimensions | undefined): void {
    if (this.over) return;
    if (size) this.size = size;
    try {
      this.process = new CommandProcess(this.nodePty, this.leader, this.line, this.size, {
        output: (text) => this.write.fire(update(text)),
        ended: (how) => this.ended(how),
      });
    } catch (error) {
      this.ended({ status: 'not started', refused: reason(error) });
    }
  }

  setDimensions(size: vscode.TerminalDimensions): void {
    this.size = size;
    this.process?.resize(size);
  }

  handleInput(text: string): void {
    if (this.over) this.closed.fire(0);
    else this.process?.write(text);
  }

  /** The user closed the terminal. */
  close(): void {
    this.end(true);
  }

  /** Ends the command with all that it started. Idempotent. */
  end(byUser = false): void {
    if (this.process) this.process.end(byUser);
    else this.ended({ status: 'not started', refused: vscode.l10n.t('its terminal was closed') });
  }

  private ended(how: TerminalEndedArguments): void {
    if (this.over) return;
    this.over = true;
    this.write.fire(`\r\n\u001b[2m${vscode.l10n.t('The command has ended ({0}). Press any key to close this terminal.', how.status)}\u001b[22m\r\n`);
    this.told(how);
  }
}
