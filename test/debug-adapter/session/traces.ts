import type { ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { DebugClient } from '@vscode/debugadapter-testsupport';

/** An adapter in a temporary directory of its own, so that all it leaves behind can be seen. */
export interface WatchedAdapter {
  readonly client: DebugClient;
  /** Its TMPDIR, and so that of every process it starts. */
  readonly directory: string;
  /** Processes with this TMPDIR but for the adapter itself, as `pid command`. */
  processes(): readonly string[];
  /** Files, sockets and directories in the TMPDIR. */
  files(): readonly string[];
  /** Ends the adapter as a crash would. */
  kill(): void;
  remove(): void;
}

/** Starts an adapter whose children can be told from those of other tests. */
export const watchedAdapter = async (file: string): Promise<WatchedAdapter> => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bsw-'));
  const client = new DebugClient('node', file, 'bootscope', { env: { ...process.env, TMPDIR: directory } }, true);
  client.defaultTimeout = 60_000;
  await client.start();
  return {
    client,
    directory,
    processes: () => processesWith(`TMPDIR=${directory}`).filter((text) => !text.includes(file)),
    files: () => fs.readdirSync(directory, { recursive: true, encoding: 'utf8' }),
    kill: () => {
      // The client keeps its adapter's process to itself.
      (client as unknown as { _adapterProcess: ChildProcess })._adapterProcess.kill('SIGKILL');
    },
    remove: () => {
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
};

/** Processes with this in their environment, as `pid command`. */
export const processesWith = (assignment: string): string[] =>
  fs
    .readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        // A zombie has an empty environment, and is nothing that was left behind.
        const environment = fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        return environment.includes(assignment) ? [`${pid} ${fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`] : [];
      } catch {
        return [];
      }
    });
