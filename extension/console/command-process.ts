import * as os from 'node:os';
import type * as NodePty from 'node-pty';
import type { TerminalEndedArguments } from '../../debug-adapter/api';
import { EscapeFilter } from './escape-filter';
import { plainLine } from './serial-record';

export interface CommandLine {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const lastWordsLength = 600;
/** As the leader says it, and shells do. */
const notStarted = 127;
const interrupt = '\u0003';
/** What ends so soon after Ctrl-C ended by it. */
const interruptedMs = 5000;

/** The command's environment: that of this process without what belongs to the editor, what the configuration adds, and a terminal's. */
function environment(env: Readonly<Record<string, string>>, inherited: NodeJS.ProcessEnv): Record<string, string> {
  const own = Object.entries(inherited).filter((entry): entry is [string, string] => entry[1] !== undefined && !/^(VSCODE_|ELECTRON_|COLUMNS$|LINES$|TMUX|STY$|WINDOW|TERMCAP$)/.test(entry[0]));
  const all: Record<string, string> = { ...Object.fromEntries(own), TERM: 'xterm-256color', COLORTERM: 'truecolor', ...env };
  const { NODE_OPTIONS: options, ...rest } = all;
  return { ...rest, ...(options === undefined ? {} : { BOOTSCOPE_NODE_OPTIONS: options }), NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1' };
}

/** A command of the user's in a pseudoterminal, under a leader that ends all it started. Source of the ways of a pty: node-pty's typings. */
export class CommandProcess {
  private readonly pty: NodePty.IPty;
  /** QEMU may put a guest's serial line here, so what comes is filtered as a console is; full-screen programs may draw. */
  private readonly filter = new EscapeFilter(['1', '47', '1047', '1049', '2004']);
  private lastWords = '';
  private interruptedAt = -Infinity;
  private byUser = false;
  private over = false;
  private hurry: NodeJS.Timeout | undefined;

  /** `leader`: the file of command-leader. Throws where the pty cannot be made. */
  constructor(
    { spawn }: typeof NodePty,
    leader: string,
    { command, cwd, env }: CommandLine,
    { columns, rows }: Size,
    private readonly heard: { output(text: string): void; ended(how: TerminalEndedArguments): void },
  ) {
    this.pty = spawn(process.execPath, [leader, ...command], { name: 'xterm-256color', cols: columns, rows, cwd, env: environment(env, process.env) });
    this.pty.onData((text) => {
      const shown = this.filter.push(text);
      this.lastWords = (this.lastWords + shown).slice(-lastWordsLength);
      heard.output(shown);
    });
    this.pty.onExit(({ exitCode, signal }) => this.ended(exitCode, signal));
  }

  write(text: string): void {
    if (this.over) return;
    if (text.includes(interrupt)) this.interruptedAt = performance.now();
    this.pty.write(text);
  }

  resize({ columns, rows }: Size): void {
    if (!this.over && columns > 0 && rows > 0) this.pty.resize(columns, rows);
  }

  /** Ends the command and what it started; it is told to `ended`. Idempotent. */
  end(byUser = false): void {
    if (this.over) return;
    this.byUser ||= byUser;
    this.pty.kill('SIGTERM');
    // The leader does this itself; here for one that hangs.
    this.hurry ??= setTimeout(() => this.killGroup(), 5000);
  }

  private ended(exitCode: number, signal: number | undefined): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.hurry);
    // The terminal is gone; what does not care about that is ended too.
    this.killGroup();
    const number = signal !== undefined && signal !== 0 ? signal : exitCode > 128 ? exitCode - 128 : 0;
    const name = Object.entries(os.constants.signals).find(([, value]) => value === number)?.[0];
    const lastWords = this.lastWords.split('\n').map(plainLine).join('\n').trim();
    this.heard.ended({
      status: name ?? `exit code ${exitCode}`,
      lastWords,
      success: exitCode === 0 && name === undefined,
      ...(this.byUser || performance.now() - this.interruptedAt < interruptedMs ? { byUser: true } : {}),
      ...(exitCode === notStarted && /^spawn .* E[A-Z]+$/m.test(lastWords) ? { refused: lastWords } : {}),
    });
  }

  private killGroup(): void {
    try {
      process.kill(-this.pty.pid, 'SIGKILL');
    } catch {
      // Nobody is left.
    }
  }
}
