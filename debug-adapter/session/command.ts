import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { BootscopeError, failure } from '../errors/catalogue';
import { fileErrors } from '../errors/files';
import { qemuErrors } from '../errors/qemu';

/** A command of the user's that starts QEMU. */
export interface RunningCommand {
  /** Ends it and everything it started. Idempotent. */
  end(): void;
}

const patienceMs = 120_000;
const lastWordsLength = 600;

/**
 * Starts a command and tries to join until something listens where its QEMU's gdbstub is to be; a build may come first, so
 * patience is long. Its output goes to `output`; `signal` ends the wait with all that was started. Throws BS500–BS502, and what
 * `join` throws for another reason.
 */
export const startCommand = async <T>(
  command: readonly string[],
  options: { readonly gdb: string; readonly cwd: string; readonly env?: Readonly<Record<string, string>>; readonly output: (text: string) => void; readonly join: () => Promise<T>; readonly signal: AbortSignal },
): Promise<{ readonly command: RunningCommand; readonly joined: T }> => {
  const [program = '', ...args] = command;
  const words = command.join(' ');
  // A group of its own, so that make's children end with it.
  const child = spawn(program, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let tail = '';
  let over: string | undefined;
  let refused: string | undefined;
  const take = (chunk: Buffer): void => {
    const text = chunk.toString('utf8');
    tail = (tail + text).slice(-lastWordsLength);
    options.output(text);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  child.on('error', (error) => (refused = error.message));
  child.on('exit', (code, signal) => (over = signal ?? `exit code ${String(code)}`));
  const running = { end: () => { endGroup(child); } };
  // At once: the process may end with the session, before the wait takes its next turn.
  options.signal.addEventListener('abort', running.end, { once: true });
  const until = performance.now() + patienceMs;
  for (;;) {
    // The group may live on without its leader: QEMU in the background.
    if (refused !== undefined) throw failure(fileErrors.commandNotStarted, { command: words, detail: refused });
    if (over !== undefined && over !== 'exit code 0') throw failure(fileErrors.commandEnded, { command: words, status: over, address: options.gdb, detail: tail.trim() === '' ? 'it said nothing' : tail.trim() });
    try {
      return { command: running, joined: await options.join() };
    } catch (error) {
      const notThere = error instanceof BootscopeError && error.code === qemuErrors.connectFailed.code;
      if (notThere && performance.now() < until && !options.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 100));
      else {
        running.end();
        throw notThere ? failure(fileErrors.commandSilent, { command: words, address: options.gdb, seconds: patienceMs / 1000 }) : error;
      }
    }
  }
};

const endGroup = (child: ChildProcess): void => {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    // Already gone.
  }
};
