import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, expect, it } from 'vitest';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildFreebsdLive, type FreebsdLive, type FreebsdLiveOptions } from '../../guests/freebsd-live/build.mjs';

type Stopped = DebugProtocol.StoppedEvent['body'];
type Breakpoints = DebugProtocol.SetBreakpointsResponse['body'];
type Stack = DebugProtocol.StackTraceResponse['body'];

const seed = Number(process.env['SHUFFLE'] ?? 1 + Math.floor(Math.random() * 100_000));
console.log(`SHUFFLE=${seed}`);

let client = new DapClient();
afterEach(async () => {
  await client.stop();
});

const go = async (): Promise<Stopped> => {
  await client.request('continue', { threadId: 1 });
  return client.waitFor<Stopped>('stopped');
};
const sourceOf = (guest: FreebsdLive): string => join(guest.source, 'modules/module.c');
const lineOf = (guest: FreebsdLive, text: string): number => 1 + readFileSync(sourceOf(guest), 'utf8').split('\n').findIndex((line) => line.includes(text));
const frames = async (): Promise<DebugProtocol.StackFrame[]> => (await client.request<Stack>('stackTrace', { threadId: 1 })).stackFrames;
const evaluate = async (expression: string, frameId?: number): Promise<string> => (await client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, frameId, context: 'watch' })).result;

/** Starts with the modules among the images and a breakpoint at their first load; it stands as soon as a condition of `until` holds. */
const start = async (guest: FreebsdLive, qemu: readonly string[], modules: readonly string[], filters: readonly (readonly [string, string])[]): Promise<DebugProtocol.Breakpoint> => {
  client = new DapClient();
  const images = [{ stage: 'kernel', file: guest.kernel }, ...modules.map((name) => ({ stage: 'kernel', file: join(guest.directory, 'objects', `${name}.ko`) }))];
  let set: Breakpoints | undefined;
  await client.start({ request: 'launch', type: 'bootscope', name: 'modules', serialOutput: 'event', qemu: [...qemu], images } as never, async () => {
    set = await client.request<Breakpoints>('setBreakpoints', { source: { path: sourceOf(guest) }, breakpoints: [{ line: lineOf(guest, 'module_loads++') }] });
    await client.request('setExceptionBreakpoints', { filters: [], filterOptions: filters.map(([filterId, condition]) => ({ filterId, condition })) });
  });
  const [breakpoint] = set?.breakpoints ?? [];
  if (breakpoint === undefined) throw new Error('no breakpoint');
  return breakpoint;
};

describe.each<[string, FreebsdLiveOptions]>([
  ['clang, 15.1', {}],
  ['shuffled, gcc, 13.2', { shuffle: seed, shape: '13.2', compiler: 'gcc' }],
])('a module of the kernel, %s', (_name, options) => {
  it('that comes by kldload: its breakpoint waits, is verified when it is linked, and stands before its first line has run', async () => {
    const guest = await buildFreebsdLive(options);
    const waiting = await start(guest, guest.qemu('f'), ['fdescfs'], [['serial', '/login:/']]);
    expect(waiting).toMatchObject({ verified: false });
    expect((await client.waitFor<Stopped>('stopped')).description).toContain('login:');
    await client.request('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId: 'serial', condition: '/^# /' }] });
    await client.request('bootscope/serial', { send: 'root\n' });
    expect((await go()).description).toContain('#');
    await client.request('bootscope/serial', { send: 'kldload fdescfs\n' });
    const stopped = await go();
    expect(stopped.reason).toContain('breakpoint');
    const verified = await client.waitFor<DebugProtocol.BreakpointEvent['body']>('breakpoint', ({ breakpoint }) => breakpoint.id === waiting.id && breakpoint.verified);
    expect(verified.breakpoint.line).toBe(lineOf(guest, 'module_loads++'));
    const stack = await frames();
    expect(stack[0]).toMatchObject({ name: 'module_event', line: lineOf(guest, 'module_loads++') });
    expect(stack.map(({ name }) => name)).toEqual(expect.arrayContaining(['module_event', 'sys_kldload']));
    expect(await evaluate('module_loads', stack[0]?.id)).toBe('0');
    expect(await evaluate('module_mod.name', stack[0]?.id)).toContain('fdescfs');
    await client.request('next', { threadId: 1 });
    await client.waitFor('stopped');
    expect(await evaluate('module_loads', (await frames())[0]?.id)).toBe('1');
    const { modules } = await client.request<DebugProtocol.ModulesResponse['body']>('modules', {});
    expect(modules.find(({ name }) => name.includes('fdescfs'))?.addressRange).toMatch(/0xffffffff8/);
  });
});

describe('modules that the loader brings', () => {
  it('are placed before their first code has run, each with its own variables', async () => {
    const guest = await buildFreebsdLive();
    const waiting = await start(guest, guest.efiQemu('a'), ['unionfs', 'geom_uzip'], [['panic', '']]);
    expect(waiting.verified).toBe(false);
    const names: string[] = [];
    for (let at = 0; at < 2; at++) {
      const stopped = at === 0 ? await client.waitFor<Stopped>('stopped') : await go();
      expect(stopped.reason).toContain('breakpoint');
      const stack = await frames();
      expect(stack.map(({ name }) => name)).toEqual(expect.arrayContaining(['module_event', 'linker_preload']));
      expect(await evaluate('module_loads', stack[0]?.id)).toBe('0');
      names.push(await evaluate('module_mod.name', stack[0]?.id));
    }
    expect(names.join(' ')).toMatch(/unionfs/);
    expect(names.join(' ')).toMatch(/geom_uzip/);
  });
});
