import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { EnvironmentAnswer, EnvironmentVariable } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

let client: DapClient | undefined;
afterEach(async () => {
  await client?.stop();
  client = undefined;
});

describe('the loader of FreeBSD, a PE file with its symbols in an ELF file linked at 0', () => {
  it('is found where the firmware put it; its own list is the environment, and what it keeps is told', async () => {
    const guest = await buildFreebsdLive();
    const session = (client = new DapClient());
    const images = [
      { stage: 'loader', file: guest.loader, symbols: guest.loaderSymbols },
      { stage: 'kernel', file: guest.kernel },
    ];
    await session.start({ request: 'launch', type: 'bootscope', name: 'loader', serialOutput: 'event', qemu: guest.efiQemu('a'), cwd: join(guest.media, 'a'), images } as never, () =>
      session.request('setFunctionBreakpoints', { breakpoints: [{ name: 'bi_load' }, { name: 'init_dynamic_kenv' }] }),
    );
    const environment = async (): Promise<Map<string, EnvironmentVariable>> => new Map((await session.request<EnvironmentAnswer>('bootscope/environment')).variables.map((variable) => [variable.name, variable]));

    const stop = await session.waitFor<Stopped>('stopped');
    expect(stop.description).toContain('bi_load');
    const { stackFrames } = await session.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 });
    expect(stackFrames.map(({ name }) => name)).toEqual(expect.arrayContaining(['bi_load', 'elf64_exec', 'efi_main']));
    expect(stackFrames[0]?.source?.name).toBe('modinfo.c');
    const inLoader = await environment();
    expect(inLoader.get('vfs.root.mountfrom')?.values).toMatchObject([{ stage: 'loader', value: 'cd9660:/dev/iso9660/LIVECD', origin: { path: 'boot/loader.conf', line: 8 } }]);
    expect(inLoader.get('loader.image_base')?.faults).toMatchObject([{ code: 'not-handed' }]);
    expect([...inLoader.values()].filter(({ faults }) => faults.some(({ code }) => code === 'not-handed'))).toHaveLength(2);

    // The kernel is given, and is not there yet.
    for (const [request, args] of [['mounts', {}], ['processes', {}], ['capabilities', {}], ['rerootForecast', {}], ['resolvePath', { path: '/' }], ['efiBootEntry', { loader: '/boot/loader.efi' }]] as const) {
      expect(JSON.stringify(await session.request(`bootscope/${request}`, args)), request).toContain('because the kernel does not run yet: the boot is still in its loader');
    }

    await expect(session.request('bootscope/setEnvironment', { name: 'autoboot_delay', value: '10' })).rejects.toThrow(/BS411/);
    expect(await session.request('bootscope/setEnvironment', { name: 'autoboot_delay', value: '9' })).toMatchObject({ before: '2', value: '9', limit: 1 });

    await session.request('continue', { threadId: 1 });
    expect((await session.waitFor<Stopped>('stopped')).description).toContain('init_dynamic_kenv');
    const inKernel = await environment();
    expect(inKernel.get('autoboot_delay')?.values.at(-1)).toMatchObject({ stage: 'kernel', value: '9' });
    expect(inKernel.get('vfs.root.mountfrom')?.values).toMatchObject([{ stage: 'loader' }, { stage: 'kernel', value: 'cd9660:/dev/iso9660/LIVECD' }]);
    expect(inKernel.get('loader.image_base')?.values.map(({ stage }) => stage)).toEqual(['loader']);
    expect(inKernel.get('autoboot_delay')?.faults.map(({ code }) => code)).toEqual([]);
    expect([...inKernel.values()].filter(({ faults }) => faults.some(({ code }) => code === 'dropped' || code === 'truncated' || code === 'contradicting'))).toEqual([]);

    // The script of init sets and removes; a hand at the console comes too late.
    await session.request('setFunctionBreakpoints', { breakpoints: [] });
    const filter = (condition: string): Promise<unknown> => session.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'serial', condition }] });
    await filter('/login:/');
    await session.request('continue', { threadId: 1 });
    await session.waitFor<Stopped>('stopped');
    const up = await environment();
    expect(up.get('init_chroot')?.changes).toMatchObject([{ kind: 'set', value: '/sysroot', stage: 'init', by: { process: expect.stringMatching(/^kenv:\d+$/) as string, function: 'sys_kenv' } }]);
    expect(up.get('init_chroot')?.faults).toEqual([]);
    expect(up.get('init_script')?.changes).toMatchObject([{ kind: 'removed', before: '/init.sh', stage: 'init' }]);
    const type = async (text: string, until: string): Promise<void> => {
      await filter(until);
      await session.request('bootscope/serial', { send: text });
      await session.request('continue', { threadId: 1 });
      await session.waitFor<Stopped>('stopped');
    };
    await type('root\n', '/# /');
    await type('kenv init_chroot=/elsewhere\n', '/# /');
    const late = (await environment()).get('init_chroot');
    expect(late?.changes?.at(-1)).toMatchObject({ kind: 'changed', before: '/sysroot', value: '/elsewhere', by: { function: 'sys_kenv' } });
    expect(late?.faults).toMatchObject([{ code: 'set-after-reader', message: expect.stringMatching(/^changed by kenv:\d+ .*: init reads it once, after init_script has ended/) as string }]);
  });
});
