import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { EnvironmentAnswer, EnvironmentVariable, PreloadedFile, StagesAnswer } from '../../../debug-adapter/api';
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

describe('the BIOS loader of FreeBSD, a 32-bit program linked at 0 whose segments begin at 0xa000', () => {
  it('has its stack, its values, its variables and its files; the kernel finds what it left behind', async () => {
    const guest = await buildFreebsdLive();
    const session = (client = new DapClient());
    const images = [
      { stage: 'loader', file: guest.biosLoaderSymbols, at: 0xa000 },
      { stage: 'kernel', file: guest.kernel },
    ];
    const stopAt = async (...names: string[]): Promise<void> => { await session.request('setFunctionBreakpoints', { breakpoints: names.map((name) => ({ name })) }); };
    const stopped = async (): Promise<Stopped> => session.waitFor<Stopped>('stopped');
    const goOn = async (): Promise<Stopped> => {
      await session.request('continue', { threadId: 1 });
      return stopped();
    };
    const environment = (): Promise<EnvironmentAnswer> => session.request<EnvironmentAnswer>('bootscope/environment');
    const stackFrames = async (): Promise<DebugProtocol.StackFrame[]> => (await session.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 })).stackFrames;
    await session.start({ request: 'launch', type: 'bootscope', name: 'bios', serialOutput: 'event', qemu: guest.biosQemu('mfsroot'), cwd: join(guest.media, 'mfsroot'), images } as never, () => stopAt('bi_load', 'hammer_time'));

    expect((await stopped()).description).toContain('bi_load');
    const stack = await stackFrames();
    expect(stack.map(({ name }) => name)).toEqual(['bi_load', 'elf64_exec', 'main', '_start+0x7', expect.stringContaining('outermost')]);
    expect(stack[0]?.source?.name).toBe('modinfo.c');
    const frameId = stack[0]?.id;
    const value = async (expression: string): Promise<string> => (await session.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, frameId, context: 'watch' })).result;
    expect(await value('kfp->f_name')).toContain('"/boot/kernel/kernel"');
    expect(await value('preloaded_files->f_next->f_type')).toContain('"mfs_root"');
    expect(await value('archsw.arch_copyin')).toContain('<i386_copyin>');
    expect(await value('*archsw.arch_copyin')).toContain('<i386_copyin>');

    // A data address is told as the machine has it: what is read there is what the value shows.
    const { memoryReference = '' } = await session.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression: 'kfp->f_name', frameId, context: 'watch' });
    const { data = '' } = await session.request<{ data?: string }>('readMemory', { memoryReference, count: 8 });
    expect(Buffer.from(data, 'base64').toString('latin1')).toBe('/boot/ke');
    const { instructions } = await session.request<DebugProtocol.DisassembleResponse['body'] & object>('disassemble', { memoryReference: stack[0]?.instructionPointerReference ?? '', instructionCount: 2, resolveSymbols: true });
    expect(instructions[0]?.symbol).toMatch(/^bi_load/);

    expect((await session.request<StagesAnswer>('bootscope/stages')).current).toBe('loader');
    const inLoader = await environment();
    const held = new Map(inLoader.variables.map((variable) => [variable.name, variable]));
    expect(held.get('vfs.root.mountfrom')?.values).toMatchObject([{ stage: 'loader', value: 'ufs:/dev/md0', origin: { path: 'boot/loader.conf' } }]);
    expect(held.get('teken.fg_color')?.faults).toMatchObject([{ code: 'not-handed' }]);
    const files = inLoader.preloaded as PreloadedFile[];
    expect(files.map(({ name, type }) => [name, type])).toEqual([['/boot/kernel/kernel', 'elf kernel'], ['/boot/mfsbsd.img', 'mfs_root']]);
    await expect(session.request('bootscope/setEnvironment', { name: 'autoboot_delay', value: '100' })).rejects.toThrow(/BS411/);
    expect(await session.request('bootscope/setEnvironment', { name: 'autoboot_delay', value: '7' })).toMatchObject({ value: '7', limit: 1 });

    // A write to the loader's own memory is caught where it happens; a step over a line and one out of the function end in their places.
    const watched = await session.request<{ dataId: string | null }>('dataBreakpointInfo', { name: '*modulep', frameId });
    expect(watched.dataId).not.toBeNull();
    await session.request('setDataBreakpoints', { breakpoints: [{ dataId: watched.dataId, accessType: 'write' }] });
    expect((await goOn()).reason).toBe('data breakpoint');
    expect((await stackFrames()).map(({ name }) => name).slice(0, 3)).toEqual(['bi_load', 'elf64_exec', 'main']);
    await session.request('setDataBreakpoints', { breakpoints: [] });
    const before = (await stackFrames())[0]?.line ?? 0;
    await session.request('next', { threadId: 1 });
    expect((await stopped()).reason).toBe('step');
    expect((await stackFrames())[0]?.line).not.toBe(before);
    // Out of what the compiler put inside, if it stepped there, and out of bi_load itself.
    const top = async (): Promise<string | undefined> => (await stackFrames())[0]?.name;
    for (let left = 0; left < 3 && (await top()) !== 'elf64_exec'; left++) {
      await session.request('stepOut', { threadId: 1 });
      await stopped();
    }
    expect(await top()).toBe('elf64_exec');

    // At its first C function the kernel has taken over nothing yet: the variables are where the loader's list of records says.
    expect((await goOn()).description).toContain('hammer_time');
    const first = await environment();
    expect(new Map(first.variables.map((variable) => [variable.name, variable])).get('autoboot_delay')?.values.at(-1)).toMatchObject({ stage: 'kernel', value: '7' });
    const kernelFiles = first.preloaded as PreloadedFile[];
    expect(kernelFiles.map(({ name, type, size }) => [name, type, size])).toEqual(files.map(({ name, type, size }) => [name, type, size]));
    expect(kernelFiles.map(({ address }) => BigInt(address) & 0x7fff_ffffn)).toEqual(files.map(({ address }) => BigInt(address)));

    await stopAt('start_init');
    expect((await goOn()).description).toContain('start_init');
    const later = await environment();
    expect(new Map(later.variables.map((variable) => [variable.name, variable])).get('autoboot_delay')?.values.at(-1)).toMatchObject({ value: '7' });
    expect(later.preloaded).toEqual(kernelFiles);
    expect((await session.request<StagesAnswer>('bootscope/stages')).stages.map(({ id }) => id).slice(0, 3)).toEqual(['firmware', 'loader', 'kernel']);
  });

  it('goes on from another statement, and lets a call fail, which its caller passes on', async () => {
    const guest = await buildFreebsdLive();
    const session = (client = new DapClient());
    const configuration = { request: 'launch', type: 'bootscope', name: 'bios', chain: 'freebsd', serialOutput: 'event', qemu: guest.biosQemu('a'), images: [{ stage: 'loader', file: guest.biosLoaderSymbols, at: 0xa000 }] };
    await session.start(configuration as never, async () => {
      await session.request('setFunctionBreakpoints', { breakpoints: [{ name: 'bi_load' }] });
    });
    const stopped = async (): Promise<Stopped> => session.waitFor<Stopped>('stopped');
    const top = async (): Promise<DebugProtocol.StackFrame | undefined> => (await session.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: 1 })).stackFrames[0];
    expect((await stopped()).description).toContain('bi_load');
    const here = await top();
    const { targets } = await session.request<DebugProtocol.GotoTargetsResponse['body']>('gotoTargets', { source: here?.source, line: here?.line });
    await session.request('goto', { threadId: 1, targetId: targets[0]?.id });
    expect((await stopped()).reason).toBe('goto');
    expect(await top()).toMatchObject({ name: 'bi_load', line: here?.line, instructionPointerReference: targets[0]?.instructionPointerReference });

    const filters = await session.request<NonNullable<DebugProtocol.SetExceptionBreakpointsResponse['body']>>('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'errno', condition: 'main returns error' }] });
    expect(filters.breakpoints).toMatchObject([{ verified: true }]);
    // FreeBSD's functions return error numbers as they are.
    expect(await session.request('bootscope/forceReturn', { value: 'EINVAL' })).toEqual({ function: 'bi_load', value: '22' });
    await stopped();
    expect((await top())?.name).toBe('elf64_exec');
    await session.request('continue', { threadId: 1 });
    expect((await stopped()).description).toMatch(/^main returns EPERM/);
    expect((await top())?.name).toBe('main');
    await expect.poll(async () => (await session.request<{ text: string }>('bootscope/serial', {})).text).toContain("OK can't boot");
  });
});

describe('variables that the kernel does not take over', () => {
  it('are told: one that is too long, and those behind the last it has room for', async () => {
    const guest = await buildFreebsdLive();
    const session = (client = new DapClient());
    // KENV_SIZE is 512; the variables come to the kernel in the order of their names (stand/libsa/environment.c).
    const many = Array.from({ length: 520 }, (_, index) => `zz.filler.${String(index).padStart(3, '0')}="x"`);
    const conf = [`aa.long="${'y'.repeat(300)}"`, ...many].join('\n') + '\n';
    const images = [
      { stage: 'loader', file: guest.biosLoaderSymbols, at: 0xa000 },
      { stage: 'kernel', file: guest.kernel },
    ];
    await session.start({ request: 'launch', type: 'bootscope', name: 'dropped', serialOutput: 'event', qemu: guest.biosQemu('f', { conf }), cwd: join(guest.media, 'f'), images } as never, () =>
      session.request('setFunctionBreakpoints', { breakpoints: [{ name: 'bi_load' }, { name: 'init_dynamic_kenv' }, { name: 'start_init' }] }),
    );
    const faulty = async (wanted: string): Promise<string[]> => (await session.request<EnvironmentAnswer>('bootscope/environment')).variables.filter(({ faults }) => faults.some(({ code }) => code === wanted)).map(({ name }) => name);
    const goOn = async (): Promise<string> => {
      await session.request('continue', { threadId: 1 });
      return (await session.waitFor<Stopped>('stopped')).description ?? '';
    };
    expect((await session.waitFor<Stopped>('stopped')).description).toContain('bi_load');
    // What is too long for the kernel is known before it has seen it.
    expect(await faulty('not-handed')).toContain('aa.long');
    expect(await faulty('dropped')).toEqual([]);
    // The block that the loader left holds them all; the kernel's own array does not.
    expect(await goOn()).toContain('init_dynamic_kenv');
    expect(await faulty('dropped')).toEqual([]);
    expect(await goOn()).toContain('start_init');
    const rest = await faulty('dropped');
    expect(rest.length).toBeGreaterThan(8);
    expect([...rest].sort()).toEqual(many.map((one) => one.slice(0, one.indexOf('='))).slice(-rest.length));
    const { text } = await session.request<{ text: string }>('bootscope/serial', {});
    expect(text).toContain('WARNING: too long kenv string, ignoring aa.long');
    expect(text).toContain('WARNING: too many kenv strings, ignoring zz.filler.519=x');
    expect(text).not.toContain('too many kenv strings, ignoring zz.filler.400');
  });
});
