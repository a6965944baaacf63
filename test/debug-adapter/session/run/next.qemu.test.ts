import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { TraceEventBody } from '../../../../debug-adapter/api';
import { DapClient } from '../../../../debug-adapter/session/client';
import { buildGuest } from '../../../../bench/run-control/build.mjs';
import { objcopy } from '../../images/support';

type Stopped = DebugProtocol.StoppedEvent['body'];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-next-'));
const source = path.resolve(import.meta.dirname, '../../../../bench/run-control/guest.c');
const lines = fs.readFileSync(source, 'utf8').split('\n');
/** Six calls, each with a loop that calls some times more: 39 calls in all. */
const heavy = lines.findIndex((line) => line.includes('sum = busy(3)')) + 1;
const light = lines.findIndex((line) => line.includes('done();')) + 1;

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
let client: DapClient | undefined;
afterEach(async () => {
  await client?.stop();
  client = undefined;
});

/** The kernel with what describes its frames, or without any of it. */
const kernelOf = (frames: 'with' | 'without'): string => {
  const elf = buildGuest(folder);
  if (frames === 'with') return elf;
  const bare = path.join(folder, 'bare.elf');
  execFileSync(objcopy!, ['--rename-section', '.eh_frame=.nothing', '--rename-section', '.debug_frame=.nothing_either', elf, bare]);
  return bare;
};

describe.each(['with', 'without'] as const)('next over a line of many calls, %s call frame information', (frames) => {
  it.skipIf(objcopy === undefined)('lets the machine run once: a step off the breakpoint, then to the next line', async () => {
    const session = (client = new DapClient());
    const sent: string[] = [];
    session.onEvent((event, body) => {
      if (event !== 'bootscope/trace') return;
      const { wire, to, text } = body as TraceEventBody;
      if (wire === 'rsp' && to === 'qemu') sent.push(text);
    });
    const kernel = kernelOf(frames);
    const at = async (line: number): Promise<void> => {
      const { breakpoints } = await session.request<DebugProtocol.SetBreakpointsResponse['body']>('setBreakpoints', { source: { path: source }, breakpoints: [{ line }] });
      expect(breakpoints[0]?.verified).toBe(true);
    };
    await session.start({ request: 'launch', type: 'bootscope', name: 'next', qemu: ['qemu-system-x86_64', '-kernel', kernel, '-m', '32', '-display', 'none', '-net', 'none'], images: [{ stage: 'kernel', file: kernel }] } as never, () => at(heavy));
    await session.waitFor<Stopped>('stopped');
    await session.request('bootscope/trace', { wires: ['rsp'] });
    const next = async (): Promise<{ readonly line: number | undefined; readonly runs: readonly string[]; readonly packets: number }> => {
      sent.length = 0;
      await session.request('next', { threadId: 1 });
      expect((await session.waitFor<Stopped>('stopped')).reason).toBe('step');
      const messages = [...sent];
      const { stackFrames } = await session.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1, levels: 1 });
      return { line: stackFrames[0]?.line, runs: messages.filter((text) => /^(vCont;|[cs])/.test(text)), packets: messages.length };
    };
    const first = await next();
    expect(first.line).toBe(heavy + 1);
    // QEMU hits the breakpoint under the pc again unless the instruction there is stepped; then nothing stops the machine before the line is done.
    expect(first.runs.map((text) => text.replace(/^vCont;([cs]).*/, '$1'))).toEqual(['s', 'c']);
    // A line of one short call costs as much: what is asked for does not grow with what is called.
    await at(light);
    await session.request('continue', { threadId: 1 });
    await session.waitFor<Stopped>('stopped');
    const second = await next();
    expect(second.line).toBe(light + 1);
    expect(second.runs.length).toBeLessThanOrEqual(2);
    expect(first.packets).toBeLessThan(60);
  });
});
