import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { EnvironmentAnswer, MountHistoryAnswer, MountsAnswer, ProcessesAnswer, SerialAnswer, StagesAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';
import { buildRedoxLive } from '../../guests/redox-live/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];

let client: DapClient | undefined;
afterEach(async () => {
  await client?.stop();
  client = undefined;
});

const launch = async (configuration: object, filters: readonly [string, string?][], functions: readonly string[] = []): Promise<{ readonly client: DapClient; readonly stop: Stopped }> => {
  client = new DapClient();
  const session = client;
  await session.start({ request: 'launch', type: 'bootscope', name: 'guest', serialOutput: 'event', ...configuration } as never, async () => {
    const filterOptions = filters.map(([filterId, condition]) => ({ filterId, ...(condition === undefined ? {} : { condition }) }));
    await session.request('setExceptionBreakpoints', { filters: [], filterOptions });
    await session.request('setFunctionBreakpoints', { breakpoints: functions.map((name) => ({ name })) });
  });
  return { client: session, stop: await session.waitFor<Stopped>('stopped') };
};

const stackOf = async (session: DapClient): Promise<DebugProtocol.StackFrame[]> => (await session.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 })).stackFrames;

const scopeOf = async (session: DapClient, name: string, frameId: number): Promise<Map<string, string>> => {
  const { scopes } = await session.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId });
  const reference = scopes.find((scope) => scope.name === name)?.variablesReference ?? 0;
  const { variables } = await session.request<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference: reference });
  return new Map(variables.map((variable) => [variable.name, variable.value]));
};

describe('redox-live', () => {
  const images = (guest: Awaited<ReturnType<typeof buildRedoxLive>>, programs: readonly ('lived' | 'redoxfs')[]) => [
    { stage: 'loader', file: guest.loaderDwarf, optional: true },
    { stage: 'kernel', file: guest.kernel },
    ...programs.map((process) => ({ stage: 'userland', file: guest.programs[process], process })),
  ];

  it('stops where the async read of lived returns EINVAL, with block, offset and length', async () => {
    const guest = await buildRedoxLive();
    const { client: session, stop } = await launch({ chain: 'redox', qemu: guest.qemu, images: images(guest, ['lived', 'redoxfs']) }, [['errno', 'LiveDisk::read returns EINVAL']]);
    const { preloadMib, sizeMib } = guest.constants;
    expect(stop.reason).toBe('exception');
    const stack = await stackOf(session);
    expect(stack[0]).toMatchObject({ name: expect.stringMatching(/LiveDisk.*read|read::\{async_fn#0\}/) as string, source: { name: 'main.rs' } });
    expect(stack.map(({ name }) => name)).toEqual(expect.arrayContaining([expect.stringContaining('lived::daemon')]));
    const returned = await scopeOf(session, 'Return', stack[0]?.id ?? 0);
    const block = Number(returned.get('block'));
    expect(block * 4096).toBeGreaterThanOrEqual(preloadMib << 20);
    expect(returned.get('result')).toContain('EINVAL');
    expect(returned.get('buffer.len')).toBe('4096');
    for (const figure of [`block ${block}`, `offset ${block * 4096}`, 'length 4096', 'returns EINVAL (Invalid argument): past the preload', `preload ${preloadMib} MiB`, `filesystem ${sizeMib} MiB`]) expect(stop.description).toContain(figure);
    const { processes } = await session.request<ProcessesAnswer>('bootscope/processes');
    expect(processes.map(({ name }) => name)).toEqual(expect.arrayContaining([expect.stringMatching(/lived$/), expect.stringMatching(/redoxfs$/)]));
    const { variables } = await session.request<EnvironmentAnswer>('bootscope/environment');
    expect(variables.find(({ name }) => name === 'DISK_LIVE_SIZE')?.faults.map(({ code }) => code)).toContain('preload-smaller-than-filesystem');
    const { kernel } = await session.request<MountsAnswer>('bootscope/mounts');
    expect(kernel).toContainEqual(expect.objectContaining({ on: '/scheme/memory', from: 'kernel' }));
    expect(kernel).toContainEqual(expect.objectContaining({ fstype: 'scheme', from: expect.stringMatching(/lived:\d+$/) as string, flags: ['user'] }));
  });

  it('stops at the entry of the loader, and reads the environment as the loader wrote it', async () => {
    const guest = await buildRedoxLive({ loader: 'dwarf' });
    const { client: session, stop } = await launch({ chain: 'redox', qemu: guest.qemu, images: [{ stage: 'loader', file: guest.loaderDwarf }] }, [['stage', 'loader']], ['kernel_entry']);
    expect(stop.description).toMatch(/^The stage .* was entered: .*at its entry point/);
    const [entry] = await stackOf(session);
    expect(entry?.name).toMatch(/efi_main|efi_entry|_start|main/);
    await session.request('continue', { threadId: 1 });
    expect((await session.waitFor<Stopped>('stopped')).reason).toBe('function breakpoint');
    const { variables } = await session.request<EnvironmentAnswer>('bootscope/environment');
    expect(variables.find(({ name }) => name === 'DISK_LIVE_SIZE')?.values).toContainEqual(expect.objectContaining({ stage: 'loader', value: (guest.constants.preloadMib << 20).toString(16).padStart(16, '0') }));
  });

  it("stops where lived answers with EINVAL, without the program's symbols", async () => {
    const guest = await buildRedoxLive();
    const { client: session, stop } = await launch({ chain: 'redox', qemu: guest.qemu, images: images(guest, []) }, [['errno', 'EINVAL in process:lived']]);
    expect(stop).toMatchObject({ reason: 'exception', description: expect.stringMatching(/lived .*EINVAL/) as string });
    expect((await session.request<DebugProtocol.ExceptionInfoResponse['body']>('exceptionInfo', { threadId: 1 })).exceptionId).toBe('errno');
  });
});

describe('freebsd-live', () => {
  it('stops where the root could not be mounted, with the error', async () => {
    const guest = await buildFreebsdLive();
    const { client: session, stop } = await launch({ qemu: guest.qemu('d19'), images: [{ stage: 'kernel', file: guest.kernel }] }, [['mountroot-failed']]);
    expect(stop).toMatchObject({ reason: 'exception', description: expect.stringMatching(/error 19 ENODEV/) as string });
    expect((await stackOf(session)).map(({ name }) => name)).toContain('vfs_mountroot');
    expect((await session.request<SerialAnswer>('bootscope/serial')).text).toContain('failed with error 19');
  });

  it('stops at vfs_mountroot, and shows environment, mounts and processes', async () => {
    const guest = await buildFreebsdLive();
    const { client: session, stop } = await launch({ qemu: guest.qemu('a'), images: [{ stage: 'kernel', file: guest.kernel }] }, [['serial', '/login:/']], ['vfs_mountroot']);
    expect(stop).toMatchObject({ reason: 'function breakpoint', description: 'Breakpoint in vfs_mountroot' });
    // Its body begins with an inlined function, which is not entered yet.
    expect((await stackOf(session)).slice(0, 2).map(({ name }) => name)).toEqual(['vfs_mountroot', 'start_init']);
    const { variables } = await session.request<EnvironmentAnswer>('bootscope/environment');
    expect(variables.map(({ name }) => name)).toContain('vfs.root.mountfrom');
    await session.request('setFunctionBreakpoints', { breakpoints: [] });
    await session.request('continue', { threadId: 1 });
    expect((await session.waitFor<Stopped>('stopped')).description).toMatch(/^Serial port 1 said: .*login:/);
    const mounts = await session.request<MountsAnswer>('bootscope/mounts');
    expect(mounts.kernel.length).toBeGreaterThan(1);
    expect(mounts.views.flatMap((view) => view.mounts).some(({ differs }) => differs !== undefined)).toBe(true);
  });

  it('enters the stages that begin inside the kernel without a word on the console, and stops there when asked', async () => {
    const guest = await buildFreebsdLive();
    const { client: session, stop } = await launch({ qemu: guest.qemu('a'), images: [{ stage: 'kernel', file: guest.kernel }] }, [['stage', 'chroot']], ['vfs_mountroot']);
    expect(stop.reason).toBe('function breakpoint');
    expect((await session.request<StagesAnswer>('bootscope/stages')).current).toBe('kernel');
    await session.request('continue', { threadId: 1 });
    expect((await session.waitFor<Stopped>('stopped')).description).toBe('The stage Changed root was entered: pwd_chroot is called');
    const { current, stages } = await session.request<StagesAnswer>('bootscope/stages');
    expect(current).toBe('chroot');
    const init = stages.find(({ id }) => id === 'init');
    expect(init?.evidence).toContainEqual({ kind: 'breakpoint', text: 'kern_execve is called' });
    expect(init?.leftMs).toBeGreaterThanOrEqual(init?.enteredMs ?? Infinity);
  });

  it('stops in a function that exists only inlined, as a frame of its own', async () => {
    const guest = await buildFreebsdLive();
    const { client: session, stop } = await launch({ qemu: guest.qemu('a'), images: [{ stage: 'kernel', file: guest.kernel }] }, [], ['vfs_mountroot_conf0']);
    expect(stop.description).toBe('Breakpoint in vfs_mountroot_conf0, inlined into vfs_mountroot');
    expect((await stackOf(session)).slice(0, 3).map(({ name }) => name)).toEqual(['vfs_mountroot_conf0', 'vfs_mountroot', 'start_init']);
  });

  it('stops where a variable of the environment is set, with the old value and the new', async () => {
    const guest = await buildFreebsdLive();
    const { client: session, stop } = await launch({ qemu: guest.qemu('a'), images: [{ stage: 'kernel', file: guest.kernel }] }, [['environment', 'init_* set']]);
    expect(stop).toMatchObject({ reason: 'exception', description: expect.stringMatching(/^init_\w+ is set to "[^"]+" by .+; it was (not set|".*")$/) as string });
    expect((await stackOf(session)).map(({ name }) => name).slice(0, 2)).toEqual(expect.arrayContaining(['kern_setenv']));
    const [, name = '', value] = /^(\w+) is set to "([^"]+)"/.exec(stop.description ?? '') ?? [];
    expect((await session.request<DebugProtocol.ExceptionInfoResponse['body']>('exceptionInfo', { threadId: 1 })).exceptionId).toBe('environment');
    const answer = await session.request<{ breakpoints: DebugProtocol.Breakpoint[] }>('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'serial', condition: '/login:/' }, { filterId: 'environment', condition: '* removed = unquoted' }] });
    expect(answer.breakpoints).toMatchObject([{ verified: true }, { verified: false, message: expect.stringMatching(/^BS336: /) as string }]);
    await session.request('continue', { threadId: 1 });
    expect((await session.waitFor<Stopped>('stopped')).description).toContain('login:');
    const { variables } = await session.request<EnvironmentAnswer>('bootscope/environment');
    expect(variables.find((variable) => variable.name === name)?.values.map((one) => one.value)).toContain(value);
  });

  it('stops at each mount, as the table shows it', async () => {
    const guest = await buildFreebsdLive();
    const { client: session, stop } = await launch({ qemu: guest.qemu('a'), images: [{ stage: 'kernel', file: guest.kernel }] }, [['mount', 'added'], ['serial', '/login:/']]);
    const added: string[] = [];
    for (let now = stop; !now.description?.includes('login:'); now = await session.waitFor<Stopped>('stopped')) {
      expect(now.description).toMatch(/ was mounted on \//);
      for (const [, path = ''] of (now.description ?? '').matchAll(/ was mounted on (\S+)/g)) added.push(path);
      expect(added.length).toBeLessThan(40);
      await session.request('continue', { threadId: 1 });
    }
    const { kernel } = await session.request<MountsAnswer>('bootscope/mounts');
    // Each row of the table was seen when it came; what was unmounted since is no row.
    expect(added.length).toBeGreaterThanOrEqual(kernel.length);
    expect(kernel.length).toBeGreaterThan(3);
    // The history has the table of each of these stops, and the code that changed it.
    const { stops } = await session.request<MountHistoryAnswer>('bootscope/mountHistory');
    expect(stops.at(-1)?.mounts.map(({ on }) => on)).toEqual(kernel.map(({ on }) => on));
    const changed = stops.filter(({ changes }) => changes.length > 0);
    expect(changed.length).toBeGreaterThan(3);
    for (const { by, stage, changes } of changed) {
      expect(by).toMatchObject({ function: expect.stringMatching(/mount/) as string, source: { path: expect.stringMatching(/vfs_\w+\.c$/) as string } });
      expect(stage).not.toBe('firmware');
      for (const { text } of changes) expect(text).toMatch(/ was (un)?mounted (on|from) \/| changed: | moved from /);
    }
  });

  it('stops at one mount by path and kind only', async () => {
    const guest = await buildFreebsdLive();
    const { client: session, stop } = await launch({ qemu: guest.qemu('a'), images: [{ stage: 'kernel', file: guest.kernel }] }, [['mount', 'added on /sysroot* fstype unionfs'], ['serial', '/login:/']]);
    expect(stop.description).toMatch(/unionfs.* was mounted on \/sysroot/);
    expect((await stackOf(session)).map(({ name }) => name).join()).toMatch(/mount/);
  });
});
