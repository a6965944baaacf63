import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { SerialAnswer } from '../../../debug-adapter/api';
import type * as Launch from '../../../debug-adapter/machine/launch';
import type { Machine } from '../../../debug-adapter/machine/machine';
import { trials } from '../../trials';
import { bundleAdapter } from './adapter';
import { buildKernel } from './kernel';
import type { TestKernel } from './kernel';
import { Editor, actions, inProcess, sendAll } from './sequences';
import type { Places } from './sequences';
import { processesWith } from './traces';

/** What QEMU holds, by what was sent to it; QEMU counts, so twice is twice. */
const listOfQemu = (machine: Machine): (() => string[]) => {
  const held: string[] = [];
  machine.traceWires?.((wire, to, text) => {
    const point = wire === 'rsp' && to === 'qemu' ? /^([zZ])(\d,[0-9a-f]+,\d+)$/.exec(text) : null;
    const what = point?.[2] ?? '';
    if (point?.[1] === 'Z') held.push(what);
    else if (point !== null) held.splice(held.indexOf(what), held.includes(what) ? 1 : 0);
  });
  return () => [...held].sort();
};

/** The machine that a session in this process has launched last, and what QEMU holds of it. */
const last = vi.hoisted(() => ({ machine: undefined as Machine | undefined, held: (): string[] => [] }));
vi.mock('../../../debug-adapter/machine/launch', async (original) => {
  const actual = await original<typeof Launch>();
  return {
    ...actual,
    launchQemu: async (...args: Parameters<typeof actual.launchQemu>) => {
      const machine = await actual.launchQemu(...args);
      last.machine = machine;
      last.held = listOfQemu(machine);
      return machine;
    },
  };
});

let kernel: TestKernel;
let places: Places;
beforeAll(() => {
  kernel = buildKernel();
  const lines = ['int error = mount_root', 'wanted = error', 'put(error < 0', 'counter++;', 'int result = read_block', 'sum += result', 'if (block >='].map((text) => kernel.line(text));
  places = { source: kernel.source, lines: [...lines, 1], functions: ['read_block', 'mount_root', 'put', 'kmain', 'no_such_function'], variables: ['counter', 'wanted', 'block', 'sum', 'error', 'first.blocks'] };
});
afterAll(() => {
  kernel.remove();
});

const launch = async (editor: Editor): Promise<void> => {
  await editor.need('initialize', { adapterID: 'bootscope', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path' });
  await editor.need('launch', {
    type: 'bootscope',
    name: 'sequences',
    timeTravel: true,
    serialOutput: 'event',
    qemu: ['qemu-system-i386', '-kernel', kernel.elf, '-display', 'none', '-m', '32'],
    images: [{ stage: 'kernel', file: kernel.elf }],
  });
  await editor.need('setFunctionBreakpoints', { breakpoints: [{ name: 'kmain' }] });
  await editor.need('configurationDone');
  await editor.stopAfter(0);
};

/** From the start of the kernel to where its frames have variables. */
const inFunction = async (editor: Editor): Promise<void> => {
  let { stops } = editor;
  await editor.need('bootscope/checkpoints', { restore: 'kernel' });
  await editor.stopAfter(stops);
  await editor.need('setFunctionBreakpoints', { breakpoints: [{ name: 'read_block' }] });
  stops = editor.stops;
  await editor.need('continue', { threadId: 1 });
  await editor.stopAfter(stops);
};

const clear = async (editor: Editor): Promise<void> => {
  for (const request of ['setFunctionBreakpoints', 'setDataBreakpoints', 'setInstructionBreakpoints']) await editor.need(request, { breakpoints: [] });
  await editor.need('setBreakpoints', { source: { path: kernel.source }, breakpoints: [] });
  await editor.need('setExceptionBreakpoints', { filters: [] });
};

const listOfOurs = (machine: Machine): string[] => [...new Set(machine.breakpoints.all.map(({ kind, address, length }) => `${{ execute: 0, write: 2, read: 3, access: 4 }[kind]},${address.toString(16)},${length}`))].sort();

test('any sequence of an editor\'s requests: each is answered once, stops follow runs, and no breakpoint is left', async () => {
  const editor = new Editor(inProcess());
  await launch(editor);
  const machine = last.machine as Machine;
  await clear(editor);
  const before = listOfOurs(machine);
  await fc.assert(
    fc.asyncProperty(actions(4, 20), async (list) => {
      await inFunction(editor);
      await (await sendAll(editor, places, list)).answered;
      await editor.stand();
      expect(last.held()).toEqual(listOfOurs(machine));
      await clear(editor);
      await editor.stand();
      // From the start of the kernel to its end nothing stops it, and its words come once.
      const stops = editor.stops;
      await editor.need('bootscope/checkpoints', { restore: 'kernel' });
      await editor.stopAfter(stops);
      const { next } = await editor.need<SerialAnswer>('bootscope/serial');
      await editor.need('continue', { threadId: 1 });
      await expect.poll(async () => (await editor.need<SerialAnswer>('bootscope/serial', { from: next })).text, { timeout: 60_000 }).toContain('mount failed\n');
      expect(editor.stops).toBe(stops + 1);
      await editor.stand();
      expect([listOfOurs(machine), last.held()]).toEqual([before, before]);
      expect([editor.faults, editor.unanswered]).toEqual([[], []]);
    }),
    trials(30),
  );
  await editor.need('disconnect');
});

test('any sequence of requests with the end of the session in the middle: each before it is answered, and no process, socket or file is left', async () => {
  const bundle = await bundleAdapter();
  try {
    await fc.assert(
      fc.asyncProperty(actions(0, 8), actions(0, 3), async (list, late) => {
        const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bsq-'));
        const adapter = spawn('node', [bundle.file], { env: { ...process.env, TMPDIR: directory }, stdio: ['pipe', 'pipe', 'ignore'] });
        const exited = new Promise((resolve) => adapter.once('exit', resolve));
        const editor = new Editor({ input: adapter.stdout, output: adapter.stdin });
        try {
          await launch(editor);
          const { answered } = await sendAll(editor, places, list);
          const ended = editor.end();
          // The adapter may be gone before these are read.
          void sendAll(editor, places, late.map((action) => ({ ...action, wait: false })));
          expect((await ended).success).toBe(true);
          await exited;
          await answered;
          expect(editor.faults).toEqual([]);
          await expect.poll(() => processesWith(`TMPDIR=${directory}`), { timeout: 20_000 }).toEqual([]);
          expect(fs.readdirSync(directory, { recursive: true })).toEqual([]);
        } finally {
          adapter.kill('SIGKILL');
          fs.rmSync(directory, { recursive: true, force: true });
        }
      }),
      trials(6),
    );
  } finally {
    bundle.remove();
  }
});
