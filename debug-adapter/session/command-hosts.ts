import { spawn } from 'node:child_process';
import type { TerminalEventBody } from '../api';
import type { CommandHeard, RunningCommand } from './command';
import type { Core } from './core';

export interface CommandLine {
  readonly command: readonly string[];
  readonly cwd: string;
  /** Added to this process's environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a command somewhere. */
export type CommandHost = (line: CommandLine, heard: CommandHeard) => RunningCommand;

const lastWordsLength = 600;

/** Where the user's command runs: in a terminal of the client's where it has one (`true`), else beside the adapter; a text says why not there. */
export const commandHost = (core: Core, terminal: true | string | undefined): CommandHost => {
  if (terminal === true) return inTerminal(core);
  if (terminal !== undefined) core.output(`${terminal}\n`, 'important');
  return besideAdapter((text) => {
    core.output(text, 'stderr');
  });
};

/** As a child of this process without a terminal; what it says goes to `output`. */
export const besideAdapter =
  (output: (text: string) => void): CommandHost =>
  ({ command: [program = '', ...args], cwd, env }, heard) => {
    // A group of its own, so that make's children end with it.
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let lastWords = '';
    const take = (chunk: Buffer): void => {
      const text = chunk.toString('utf8');
      lastWords = (lastWords + text).slice(-lastWordsLength);
      output(text);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', ({ message }) => {
      heard.ended({ status: 'not started', refused: message });
    });
    child.on('exit', (code, signal) => {
      heard.ended({ status: signal ?? `exit code ${String(code)}`, success: code === 0, lastWords });
    });
    return {
      end: () => {
        // The group may live on without its leader: QEMU in the background.
        if (child.pid === undefined) return;
        try {
          process.kill(-child.pid, 'SIGTERM');
        } catch {
          // Already gone.
        }
      },
      leave: () => undefined,
    };
  };

/** In a terminal that the client makes; its end comes back by a request. */
const inTerminal =
  (core: Core): CommandHost =>
  ({ command, cwd, env }, heard) => {
    const tell = (body: TerminalEventBody): void => {
      core.send('bootscope/terminal', body);
    };
    core.terminal = heard;
    tell({ do: 'start', command: [...command], cwd, env: { ...env } });
    return {
      end: () => {
        tell({ do: 'end' });
      },
      leave: () => {
        tell({ do: 'leave' });
      },
    };
  };
