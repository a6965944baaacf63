import { BootscopeError, failure } from '../errors/catalogue';
import { fileErrors } from '../errors/files';
import { qemuErrors } from '../errors/qemu';
import type { TerminalEndedArguments } from '../api';

/** A command of the user's that starts QEMU. */
export interface RunningCommand {
  /** Ends it and everything it started. Idempotent. */
  end(): void;
  /** It runs on without us. */
  leave(): void;
}

/** Is told what becomes of a command. */
export interface CommandHeard {
  ended(how: TerminalEndedArguments): void;
}

const patienceMs = 120_000;

/**
 * Starts a command and tries to join until something listens where its QEMU's gdbstub is to be; a build may come first, so
 * patience is long. `signal` ends the wait with all that was started. Throws BS500–BS502 and BS507, and what `join` throws for
 * another reason.
 */
export const joinCommand = async <T>(
  command: readonly string[],
  options: { readonly gdb: string; start(heard: CommandHeard): RunningCommand; join(): Promise<T>; readonly signal: AbortSignal },
): Promise<{ readonly command: RunningCommand; readonly joined: T }> => {
  const words = command.join(' ');
  const address = options.gdb;
  let over: TerminalEndedArguments | undefined;
  const running = options.start({ ended: (how) => (over ??= how) });
  const end = (): void => {
    options.signal.removeEventListener('abort', end);
    running.end();
  };
  // At once: the process may end with the session, before the wait takes its next turn.
  options.signal.addEventListener('abort', end);
  const until = performance.now() + patienceMs;
  for (;;) {
    const error = over && whyOver(words, address, over);
    if (error) {
      end();
      throw error;
    }
    try {
      return { command: running, joined: await options.join() };
    } catch (error) {
      const notThere = error instanceof BootscopeError && error.code === qemuErrors.connectFailed.code;
      if (notThere && performance.now() < until && !options.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 100));
      else {
        end();
        throw notThere ? failure(fileErrors.commandSilent, { command: words, address, seconds: patienceMs / 1000 }) : error;
      }
    }
  }
};

/** Why there will be no machine; undefined while QEMU may still come, in the background of a command that has done its work. */
const whyOver = (command: string, address: string, { refused, byUser, success, status, lastWords = '' }: TerminalEndedArguments): BootscopeError | undefined => {
  if (refused !== undefined) return failure(fileErrors.commandNotStarted, { command, detail: refused });
  if (byUser === true) return failure(fileErrors.commandInterrupted, { command, status, address });
  if (success === true) return undefined;
  return failure(fileErrors.commandEnded, { command, status, address, detail: lastWords.trim() === '' ? 'it said nothing' : lastWords.trim() });
};
