import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';
import { buildRedoxLive } from '../../guests/redox-live/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

let client = new DapClient();
afterEach(async () => {
  await client.stop();
});

const launch = async (configuration: object, functions: readonly string[] = []): Promise<Stopped> => {
  client = new DapClient();
  await client.start({ request: 'launch', type: 'bootscope', name: 'panic', serialOutput: 'event', ...configuration } as never, async () => {
    await client.request('setExceptionBreakpoints', { filters: ['panic'] });
    await client.request('setFunctionBreakpoints', { breakpoints: functions.map((name) => ({ name })) });
  });
  return client.waitFor<Stopped>('stopped');
};
const names = async (): Promise<string> => (await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 })).stackFrames.map(({ name }) => name).join(' < ');

describe('the filter "panic" alone', () => {
  it('stops at panic(9) of a FreeBSD without an init, with the message', async () => {
    const guest = await buildFreebsdLive();
    const stop = await launch({ qemu: guest.qemu('a', { append: 'init_path=/nowhere' }), images: [{ stage: 'kernel', file: guest.kernel }] });
    expect(stop).toMatchObject({ reason: 'exception', description: 'The kernel panics: no init' });
    expect(await names()).toMatch(/panic < start_init/);
  });

  it('stops at the panic of a Redox kernel that cannot start its first process, with the message', async () => {
    const guest = await buildRedoxLive();
    await launch({ chain: 'redox', qemu: guest.qemu, images: [{ stage: 'kernel', file: guest.kernel }] }, ['context::spawn']);
    // It can: the call is made to fail.
    expect(await client.request('bootscope/forceReturn', { value: 'ENOMEM' })).toMatchObject({ value: expect.stringMatching(/^Err\(.*12/) as string });
    await client.waitFor<Stopped>('stopped');
    await client.request('setFunctionBreakpoints', { breakpoints: [] });
    await client.request('continue', { threadId: 1 });
    const stop = await client.waitFor<Stopped>('stopped');
    expect(stop).toMatchObject({ reason: 'exception', description: expect.stringMatching(/^The kernel panics: failed to spawn userspace_init: /) as string });
    expect(await names()).toMatch(/panic.* < /);
  });
});
