import { buildSync } from 'esbuild';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as nodePty from 'node-pty';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TerminalEndedArguments } from '../../../debug-adapter/api';
import { CommandProcess } from '../../../extension/console/command-process';

const nodePtyFile = createRequire(import.meta.url).resolve('node-pty');
let folder: string;
let leader: string;
const running: CommandProcess[] = [];

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-command-'));
  leader = path.join(folder, 'leader.js');
  buildSync({ entryPoints: [path.resolve(import.meta.dirname, '../../../extension/console/command-leader.ts')], bundle: true, platform: 'node', format: 'cjs', outfile: leader });
});
afterEach(() => running.splice(0).forEach((one) => one.end()));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Starts a command; `said` is what its terminal shows so far. */
function start(command: string[], env: Record<string, string> = {}, size = { columns: 91, rows: 33 }): { process: CommandProcess; said: () => string; ended: Promise<TerminalEndedArguments> } {
  let text = '';
  let process: CommandProcess | undefined;
  const ended = new Promise<TerminalEndedArguments>((resolve) => {
    process = new CommandProcess(nodePty, leader, { command, cwd: folder, env }, size, { output: (piece) => (text += piece), ended: resolve });
    running.push(process);
  });
  return { process: process!, said: () => text, ended };
}

const sh = (script: string): string[] => ['sh', '-c', script];
/** Processes whose command line has these words. */
const named = (words: string): number[] =>
  fs.readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) && fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(words) && !fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(leader) ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });

describe('a command in its terminal', () => {
  it('is typed to, and knows size, colours, folder and environment', async () => {
    const { process, said, ended } = start(sh('stty size; echo $TERM $MARK $ELECTRON_RUN_AS_NODE; pwd; printf "name? "; read name; printf "\\033[32mhello %s\\033[0m\\n" "$name"; stty size; exit 3'), { MARK: 'a mark' });
    await expect.poll(said).toContain('name? ');
    expect(said()).toBe(`33 91\r\nxterm-256color a mark\r\n${fs.realpathSync(folder)}\r\nname? `);
    process.resize({ columns: 60, rows: 20 });
    process.write('guest\r');
    expect(await ended).toMatchObject({ status: 'exit code 3', success: false, lastWords: expect.stringMatching(/hello guest\n20 60$/) as string });
    expect(said()).toContain('\u001b[32mhello guest');
  });

  it('shows nothing that could reach the user\'s clipboard or title', async () => {
    const { said, ended } = start(sh('printf "\\033]52;c;aGk=\\007a\\033]0;title\\007b\\033[6nc\\033[?1049hd"; exit 1'));
    await ended;
    expect(said()).toBe('abc\u001b[?1049hd');
  });

  it('says why a program was not started', async () => {
    expect(await start(['/no/such/make', 'qemu']).ended).toMatchObject({ refused: expect.stringContaining('/no/such/make ENOENT') as string });
  });

  it('takes an exit code for what it is, also that of a missing program', async () => {
    const how = await start(sh('echo words; exit 127')).ended;
    expect(how).toEqual({ status: 'exit code 127', lastWords: 'words', success: false });
  });

  it('is interrupted by Ctrl-C, with what it started, and says that the user did it', async () => {
    const { process, said, ended } = start(sh('trap "exit 2" INT; tail -f /dev/null interrupted-by-key & echo ready; wait'));
    await expect.poll(said).toContain('ready');
    await expect.poll(() => named('interrupted-by-key')).not.toEqual([]);
    process.write('\u0003');
    expect(await ended).toMatchObject({ status: 'exit code 2', byUser: true });
    await expect.poll(() => named('interrupted-by-key')).toEqual([]);
  });

  it('leaves what it put into the background its terminal, until the end is asked for', async () => {
    const { process, said, ended } = start(sh('tail -f /dev/null in-background & echo done'));
    await expect.poll(said).toContain('done');
    await expect.poll(() => named('in-background')).toHaveLength(1);
    process.end();
    expect((await ended).byUser).toBeUndefined();
    await expect.poll(() => named('in-background')).toEqual([]);
  });

  it('ends what does not want to end', async () => {
    const { process, said, ended } = start(sh('trap "" TERM HUP INT; echo ready; while :; do tail -f /dev/null stubborn; done'));
    await expect.poll(said).toContain('ready');
    process.end(true);
    expect(await ended).toMatchObject({ byUser: true });
    await expect.poll(() => named('stubborn')).toEqual([]);
  });

  it('ends when the process that holds its terminal is killed', async () => {
    const holder = spawn(process.execPath, ['-e', `require(${JSON.stringify(nodePtyFile)}).spawn(process.execPath, [${JSON.stringify(leader)}, 'sh', '-c', 'trap "" HUP; tail -f /dev/null held; :'], {})`], { stdio: 'ignore' });
    await expect.poll(() => named('tail\0-f\0/dev/null\0held')).toHaveLength(1);
    holder.kill('SIGKILL');
    await expect.poll(() => named('tail\0-f\0/dev/null\0held')).toEqual([]);
  });
});
