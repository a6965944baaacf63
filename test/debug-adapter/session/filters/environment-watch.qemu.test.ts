import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EnvironmentAnswer, StopWhenAnswer } from '../../../../debug-adapter/api';
import { DapClient } from '../../../../debug-adapter/session/client';
import { buildRedoxLive } from '../../../guests/redox-live/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

/** `mov [rdi], al`, then a jump to itself: a kernel that writes where it never does. */
const writer = Buffer.from([0x88, 0x07, 0xeb, 0xfe]).toString('base64');

describe('break when a variable changes, of a kernel that has no function for it', () => {
  const client = new DapClient();

  beforeAll(async () => {
    const guest = await buildRedoxLive();
    await client.start({ request: 'launch', type: 'bootscope', name: 'redox', serialOutput: 'event', chain: 'redox', qemu: guest.qemu, images: [{ stage: 'kernel', file: guest.kernel }] } as never, async () => {
      await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'kmain' }] });
    });
    await client.waitFor<Stopped>('stopped');
  });
  afterAll(() => client.stop());

  it('stops at the write to its bytes, and tells what it was', async () => {
    const { variables } = await client.request<EnvironmentAnswer>('bootscope/environment');
    const { address = '', value } = variables.find(({ name }) => name === 'DISK_LIVE_SIZE')?.values.at(-1) ?? {};
    const { active } = await client.request<StopWhenAnswer>('bootscope/stopWhen', { add: { filter: 'environment', condition: 'DISK_LIVE_SIZE' } });
    expect(active).toEqual([{ filter: 'environment', condition: 'DISK_LIVE_SIZE', verified: true, message: expect.stringContaining('watching the bytes of DISK_LIVE_SIZE') as string }]);
    const { stackFrames } = await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1, levels: 1 });
    await client.request('writeMemory', { memoryReference: stackFrames[0]?.instructionPointerReference, data: writer });
    for (const assignment of [`$rdi = ${BigInt(address) + BigInt('DISK_LIVE_SIZE='.length)}`, '$rax = 0x58']) await client.request('evaluate', { expression: assignment, context: 'repl', frameId: stackFrames[0]?.id });
    await client.request('setFunctionBreakpoints', { breakpoints: [] });
    await client.request('continue', { threadId: 1 });
    const stop = await client.waitFor<Stopped>('stopped');
    expect(stop.reason).toBe('exception');
    expect(stop.description).toMatch(/^DISK_LIVE_SIZE has become "X\w+"/);
    expect(stop.description).toContain(`it was "${String(value)}"`);
    expect(await client.request<StopWhenAnswer>('bootscope/stopWhen', { remove: { filter: 'environment', condition: 'DISK_LIVE_SIZE' } })).toEqual({ active: [] });
  });

  it('says that there is nothing to watch', async () => {
    const { active } = await client.request<StopWhenAnswer>('bootscope/stopWhen', { add: { filter: 'environment', condition: 'NO_SUCH_VARIABLE' } });
    expect(active).toMatchObject([{ verified: false, message: 'no variable NO_SUCH_VARIABLE with a known place in memory' }]);
  });
});
