import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { failure } from '../errors/catalogue';
import { qemuErrors } from '../errors/qemu';
import { longestSocketPath } from '../wire/address';
import { LineDecoder } from '../wire/qmp/lines';
import { supervisorScript } from './supervisor-script';

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** Set when the program could not be started at all: an errno name. */
  readonly error?: string;
  /** The last lines of its error output. */
  readonly lastWords: string;
}

export interface SupervisedOptions {
  readonly argv: readonly string[];
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Removed when the program has ended. */
  readonly directory: string;
  readonly onOutput?: (text: string, stream: 'stdout' | 'stderr') => void;
  /** Between SIGTERM and SIGKILL. */
  readonly patienceMs?: number;
}

const lastWordsLimit = 4000;

/** A private directory (0700) for the sockets of one session. @throws BS115 */
export function makePrivateDirectory(): string {
  const longestName = '/bs-XXXXXX/serial-99.sock'.length;
  const parents = [os.tmpdir(), '/tmp'];
  const parent = parents.find((candidate) => Buffer.byteLength(candidate) + longestName <= longestSocketPath);
  if (parent === undefined) throw failure(qemuErrors.socketPath, { path: os.tmpdir(), limit: longestSocketPath });
  return fs.mkdtempSync(path.join(parent, 'bs-'));
}

/**
 * A program that ends when this process does, however it does: a supervisor process holds a pipe from us and ends the
 * program's process group at the end of file.
 */
export class SupervisedProcess {
  private readonly supervisor: ChildProcess;
  private childPid: number | undefined;
  private words = '';
  private report: Omit<ProcessEnd, 'lastWords'> | undefined;
  /** Resolves when the program has ended and its directory is gone. */
  readonly ended: Promise<ProcessEnd>;

  constructor(private readonly options: SupervisedOptions) {
    const script = path.join(options.directory, 'supervisor.cjs');
    fs.writeFileSync(script, supervisorScript);
    this.supervisor = spawn(process.execPath, [script], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
      stdio: ['pipe', 'pipe', 'ignore'],
      // A group of its own: Ctrl-C at a terminal must not end it before it has ended QEMU.
      detached: true,
    });
    const decoder = new LineDecoder();
    this.supervisor.stdout?.on('data', (chunk: Buffer) => decoder.push(chunk).forEach((line) => this.hear(line)));
    this.supervisor.stdin?.on('error', () => undefined);
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'ELECTRON_RUN_AS_NODE'));
    const { argv, cwd, env, directory, patienceMs } = options;
    this.supervisor.stdin?.write(`${JSON.stringify({ argv, cwd, env: { ...inherited, ...env }, directory, patienceMs: patienceMs ?? 2000 })}\n`);
    this.ended = new Promise((resolve) => {
      this.supervisor.once('error', (error: NodeJS.ErrnoException) => (this.report ??= { code: null, signal: null, error: `supervisor: ${error.code ?? error.message}` }));
      this.supervisor.once('close', () => {
        this.afterSupervisor();
        resolve({ ...(this.report ?? { code: null, signal: null }), lastWords: this.words.trim() });
      });
    });
  }

  /** Of the program, once it runs. */
  get pid(): number | undefined {
    return this.childPid;
  }

  get supervisorPid(): number | undefined {
    return this.supervisor.pid;
  }

  /** Asks for the end and waits for it. */
  async end(): Promise<ProcessEnd> {
    this.supervisor.stdin?.end();
    return this.ended;
  }

  private hear(line: string): void {
    const message = JSON.parse(line) as { started?: number; error?: string; output?: string; stream?: 'stdout' | 'stderr'; exit?: number | null; signal?: string | null };
    if (message.started !== undefined) this.childPid = message.started;
    if (message.error !== undefined) this.report = { code: null, signal: null, error: message.error };
    if (message.output !== undefined) {
      if (message.stream === 'stderr') this.words = (this.words + message.output).slice(-lastWordsLimit);
      this.options.onOutput?.(message.output, message.stream ?? 'stderr');
    }
    if (message.exit !== undefined) this.report ??= { code: message.exit, signal: message.signal ?? null };
  }

  /** The supervisor itself was killed: what it would have done is left to us. */
  private afterSupervisor(): void {
    if (this.report === undefined && this.childPid !== undefined) {
      try {
        process.kill(-this.childPid, 'SIGKILL');
      } catch {
        // It is gone already.
      }
    }
    fs.rmSync(this.options.directory, { recursive: true, force: true });
  }
}

/** One line on how a program ended. */
export function describeEnd(end: ProcessEnd): string {
  const how = end.error ?? (end.signal !== null ? `ended by ${end.signal}` : `exit code ${String(end.code ?? 'unknown')}`);
  return end.lastWords === '' ? how : `${how}; its last words: ${end.lastWords.split('\n').slice(-5).join(' / ')}`;
}
