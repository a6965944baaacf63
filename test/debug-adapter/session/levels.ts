import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { DiagnosisAnswer, EnvironmentAnswer, StagesAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';

/** A boot that fails, as each level of knowledge sees it. */
export interface LevelledBoot {
  readonly chain: 'redox' | 'freebsd' | 'nextbsd' | 'linux';
  readonly qemu: readonly string[];
  /** The kernel with its symbol table alone. */
  readonly kernel: string;
  /** What the console says in the end: a regular expression. */
  readonly until: string;
  /** Stages that the console alone shows, in their order. */
  readonly stages: readonly string[];
  /** Codes told from the console alone, and with symbols. */
  readonly failures: readonly string[];
  readonly failuresWithSymbols?: readonly string[];
  /** A variable of the boot environment. */
  readonly variable: readonly [name: string, value: string];
  /** Requests that this chain answers from debug information. */
  readonly needDebugInfo: readonly (readonly [request: string, args?: object])[];
}

let client: DapClient | undefined;
let qemu: ChildProcess | undefined;
let folder: string | undefined;

export const endBoot = async (): Promise<void> => {
  await client?.stop();
  qemu?.kill('SIGKILL');
  if (folder !== undefined) fs.rmSync(folder, { recursive: true, force: true });
  [client, qemu, folder] = [undefined, undefined, undefined];
};

/** Every answer says why it is empty, none is an error. */
const expectUnknown = async (session: DapClient, requests: LevelledBoot['needDebugInfo'], why: RegExp): Promise<void> => {
  for (const [request, args] of requests) expect(JSON.stringify(await session.request(`bootscope/${request}`, args ?? {})), request).toMatch(why);
};

const codesOf = async (session: DapClient): Promise<string[]> => (await session.request<DiagnosisAnswer>('bootscope/diagnosis')).failures.map(({ code }) => code);
/** Stages that only NextBSD has. */
const isNextbsd = async (session: DapClient): Promise<boolean> => (await session.request<StagesAnswer>('bootscope/stages')).stages.some(({ id }) => id === 'pivot');
const reached = async (session: DapClient): Promise<string[]> => (await session.request<StagesAnswer>('bootscope/stages')).stages.filter(({ enteredMs }) => enteredMs !== undefined).map(({ id }) => id);

/** Level 0: nothing but the serial line of a QEMU that somebody else has started. */
export const atLevel0 = async ({ chain, qemu: argv, stages, failures, variable, needDebugInfo }: LevelledBoot): Promise<void> => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-level-'));
  const socket = path.join(folder, 'serial');
  const [command = '', ...args] = argv;
  // The guest does not run before somebody listens.
  qemu = spawn(command, [...args, '-serial', `unix:${socket},server=on,wait=on`, '-monitor', 'none'], { stdio: 'ignore' });
  await expect.poll(() => fs.existsSync(socket), { timeout: 30_000 }).toBe(true);
  const session = (client = new DapClient());
  await session.start({ request: 'attach', type: 'bootscope', name: 'level 0', serial: `unix:${socket}`, serialOutput: 'event' } as never, () => Promise.resolve());
  await expect.poll(() => codesOf(session), { timeout: 90_000 }).toEqual([...failures]);
  await expect.poll(async () => (await reached(session)).filter((id) => id !== 'firmware'), { timeout: 90_000 }).toEqual(stages);
  expect(await isNextbsd(session)).toBe(chain === 'nextbsd');
  await expectUnknown(session, [['environment'], ...needDebugInfo], /"because /);
  await expect(session.request('bootscope/setEnvironment', { name: variable[0], value: 'x' })).rejects.toThrow(/^BS\d+: /);
};

/** Level 1: the kernel's symbols, no debug information. */
export const atLevel1 = async ({ qemu: argv, kernel, until, stages, failures, failuresWithSymbols = failures, variable: [name, value], needDebugInfo }: LevelledBoot): Promise<void> => {
  const session = (client = new DapClient());
  await session.start({ request: 'launch', type: 'bootscope', name: 'level 1', qemu: argv, serialOutput: 'event', images: [{ stage: 'kernel', file: kernel }] } as never, () =>
    session.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'serial', condition: until }] }),
  );
  await session.waitFor('stopped');
  expect(await codesOf(session)).toEqual([...failuresWithSymbols]);
  // The last one may open only behind the text that was waited for.
  expect(await reached(session)).toEqual(expect.arrayContaining(stages.slice(0, -1)));
  const { variables } = await session.request<EnvironmentAnswer>('bootscope/environment');
  expect(variables.find((one) => one.name === name)?.values.at(-1)?.value).toBe(value);
  // It says what would help.
  await expectUnknown(session, needDebugInfo, /"because [^"]*(no debug information|kernel\.sym)/);
};
