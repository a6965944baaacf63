import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import type { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SerialAnswer, StagesAnswer, TerminalEndedArguments, TerminalEventBody } from '../../../debug-adapter/api';
import { bundleAdapter, startClient } from './adapter';
import { buildKernel } from './kernel';
import type { TestKernel } from './kernel';

let adapter: Awaited<ReturnType<typeof bundleAdapter>>;
let kernel: TestKernel;
let client: DebugClient;
let gone = false;

beforeAll(async () => {
  kernel = buildKernel();
  adapter = await bundleAdapter();
});
afterAll(() => {
  kernel.remove();
  adapter.remove();
});
beforeEach(async () => {
  gone = false;
  client = await startClient(adapter.file);
});
afterEach(async () => {
  // A client that has disconnected has no adapter left to say goodbye to.
  if (!gone) await client.stop();
});
const disconnect = async (args: DebugProtocol.DisconnectArguments = {}): Promise<void> => {
  gone = true;
  await client.disconnectRequest(args);
};

const launchArguments = (more: object = {}) => ({
  request: 'launch',
  type: 'bootscope',
  name: 'test',
  qemu: ['qemu-system-i386', '-kernel', kernel.elf, '-display', 'none', '-m', '32'],
  images: [{ stage: 'kernel', file: kernel.elf }],
  ...more,
});

/** Launches, sets up, and lets the machine go; resolves at the first stop. */
const launchToStop = async (setUp: () => Promise<unknown>, more: object = {}): Promise<DebugProtocol.StoppedEvent['body']> => {
  const stopped = client.waitForEvent('stopped', 60_000);
  const initialized = client.waitForEvent('initialized', 60_000);
  await client.initializeRequest();
  await client.launchRequest(launchArguments(more) as never);
  await initialized;
  await setUp();
  await client.configurationDoneRequest();
  return (await stopped).body as DebugProtocol.StoppedEvent['body'];
};

const nextStop = async (act: () => Promise<unknown>): Promise<DebugProtocol.StoppedEvent['body']> => {
  const stopped = client.waitForEvent('stopped', 60_000);
  await act();
  return (await stopped).body as DebugProtocol.StoppedEvent['body'];
};

const failureOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it succeeded');
};

const custom = async <T>(command: string, args: object = {}): Promise<T> => (await client.customRequest(command, args)).body as T;

describe('a launched machine', () => {
  it('stops at function, source and instruction breakpoints', async () => {
    let answer: DebugProtocol.SetFunctionBreakpointsResponse | undefined;
    const first = await launchToStop(async () => (answer = await client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'mount_root' }, { name: 'no_such_function' }] })));
    expect(answer?.body.breakpoints).toMatchObject([{ verified: true }, { verified: false, message: expect.stringContaining('no code for the function no_such_function') as string }]);
    expect(first).toMatchObject({ reason: 'function breakpoint', hitBreakpointIds: [answer?.body.breakpoints[0]?.id], allThreadsStopped: true });

    const line = kernel.line('sum += result');
    const source = await client.setBreakpointsRequest({ source: { path: kernel.source }, breakpoints: [{ line }] });
    const [breakpoint] = source.body.breakpoints;
    expect(breakpoint).toMatchObject({ verified: true, line });
    const second = await nextStop(() => client.continueRequest({ threadId: 1 }));
    expect(second).toMatchObject({ reason: 'breakpoint', hitBreakpointIds: [breakpoint?.id] });

    await client.setBreakpointsRequest({ source: { path: kernel.source }, breakpoints: [] });
    await client.customRequest('setInstructionBreakpoints', { breakpoints: [{ instructionReference: breakpoint?.instructionReference }] });
    const third = await nextStop(() => client.continueRequest({ threadId: 1 }));
    expect(third.reason).toBe('instruction breakpoint');
  });

  it('counts hits, and changes breakpoints while it runs', async () => {
    const line = kernel.line('counter++');
    const stop = await launchToStop(() => client.setBreakpointsRequest({ source: { path: kernel.source }, breakpoints: [{ line, hitCondition: '== 7' }] }));
    expect(stop.reason).toBe('breakpoint');
    await client.setBreakpointsRequest({ source: { path: kernel.source }, breakpoints: [] });
    await client.continueRequest({ threadId: 1 });
    const inLoop = kernel.line('if (in(0x3fd) & 1)');
    const running = await nextStop(() => client.setBreakpointsRequest({ source: { path: kernel.source }, breakpoints: [{ line: inLoop }] }));
    expect(running.reason).toBe('breakpoint');
  });

  it('keeps what the serial line says, sends what is typed, and tells it in whole characters', async () => {
    const outputs: string[] = [];
    client.on('output', (event: DebugProtocol.OutputEvent) => {
      if (event.body.category === 'stdout') outputs.push(event.body.output);
    });
    const initialized = client.waitForEvent('initialized', 60_000);
    await client.initializeRequest();
    await client.launchRequest(launchArguments() as never);
    await initialized;
    await client.configurationDoneRequest();
    let serial: SerialAnswer = { text: '', next: 0 };
    await expect.poll(async () => (serial = await custom<SerialAnswer>('bootscope/serial')).text, { timeout: 30_000 }).toContain('mount failed\n');
    expect(serial.text).toMatch(/^hello é from the guest\n/);
    await client.customRequest('bootscope/serial', { send: 'typed' });
    await expect.poll(async () => (await custom<SerialAnswer>('bootscope/serial', { from: serial.next })).text, { timeout: 30_000 }).toBe('typed');
    await expect.poll(() => outputs.join(''), { timeout: 30_000 }).toBe(`${serial.text}typed`);
    expect(await failureOf(client.customRequest('bootscope/serial', { port: 9 }))).toMatch(/^BS339: /);
    const paused = await nextStop(() => client.pauseRequest({ threadId: 1 }));
    expect(paused.reason).toBe('pause');
  });

  it('steps over calls, into them, and by instruction', async () => {
    await launchToStop(() => client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'mount_root' }] }));
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
    for (let i = 0; i < 4; i++) expect((await nextStop(() => client.nextRequest({ threadId: 1 }))).reason).toBe('step');
    expect((await nextStop(() => client.stepInRequest({ threadId: 1, granularity: 'instruction' }))).reason).toBe('step');
  });

  it('stops on entry, at a serial filter, and refuses a condition that cannot be read', async () => {
    const entry = await launchToStop(() => Promise.resolve(), { stopOnEntry: true });
    expect(entry.reason).toBe('entry');
    const answer = (await client.setExceptionBreakpointsRequest({ filters: [], filterOptions: [{ filterId: 'serial', condition: '/mount FAILED/i' }, { filterId: 'serial', condition: '/x' }, { filterId: 'nothing' }] }).then(
      ({ body }) => body as { breakpoints: DebugProtocol.Breakpoint[] },
    ));
    expect(answer.breakpoints).toMatchObject([{ verified: true }, { verified: false, message: expect.stringMatching(/^BS336: .*column 3/) as string }, { verified: false }]);
    const stop = await nextStop(() => client.continueRequest({ threadId: 1 }));
    expect(stop).toMatchObject({ reason: 'exception', description: 'Serial port 1 said: mount failed', said: { port: 1, line: 'mount failed' } });
    const info = await client.exceptionInfoRequest({ threadId: 1 });
    expect(info.body).toMatchObject({ exceptionId: 'serial', description: 'Serial port 1 said: mount failed' });
  });

  it('follows a triple fault, and stays usable', async () => {
    await launchToStop(() => Promise.resolve(), { stopOnEntry: true });
    await client.setExceptionBreakpointsRequest({ filters: ['cpu-reset'] });
    await client.continueRequest({ threadId: 1 });
    await expect.poll(async () => (await custom<SerialAnswer>('bootscope/serial')).text, { timeout: 30_000 }).toContain('mount failed');
    const reset = await nextStop(() => client.customRequest('bootscope/serial', { send: 'q' }));
    expect(reset).toMatchObject({ reason: 'exception', description: expect.stringMatching(/^The machine was reset: a triple fault at 0x10[0-9a-f]+ \(kmain\+0x[0-9a-f]+\)/) as string });
    expect((await client.exceptionInfoRequest({ threadId: 1 })).body).toMatchObject({ exceptionId: 'cpu-reset', details: { message: 'triple fault' } });
    await client.setExceptionBreakpointsRequest({ filters: [] });
    await client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'mount_root' }] });
    expect((await nextStop(() => client.continueRequest({ threadId: 1 }))).reason).toBe('function breakpoint');
    const stages = await custom<StagesAnswer>('bootscope/stages');
    expect(stages.current).toBe('kernel');

    // One stop for each reset, though SeaBIOS resets the machine behind it once more.
    await client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'mount_root' }] });
    await client.setExceptionBreakpointsRequest({ filters: ['cpu-reset'] });
    const { next: from } = await custom<SerialAnswer>('bootscope/serial');
    await client.continueRequest({ threadId: 1 });
    await expect.poll(async () => (await custom<SerialAnswer>('bootscope/serial', { from })).text, { timeout: 30_000 }).toContain('mount failed');
    expect((await nextStop(() => client.customRequest('bootscope/serial', { send: 'q' }))).description).toMatch(/a triple fault at 0x10/);
    expect(await nextStop(() => client.continueRequest({ threadId: 1 }))).toMatchObject({ description: 'Breakpoint in mount_root' });

    // A reset that the guest asks for, by the keyboard controller, is told apart.
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
    await client.setExceptionBreakpointsRequest({ filters: ['cpu-reset'] });
    const { next } = await custom<SerialAnswer>('bootscope/serial');
    await client.continueRequest({ threadId: 1 });
    await expect.poll(async () => (await custom<SerialAnswer>('bootscope/serial', { from: next })).text, { timeout: 30_000 }).toContain('mount failed');
    const asked = await nextStop(() => client.customRequest('bootscope/serial', { send: 'r' }));
    expect(asked.description).toMatch(/^The machine was reset: the guest asked for a reset at 0x10[0-9a-f]+ \(kmain/);
  });

  it('stops when the guest tells QEMU that it panicked, and says so', async () => {
    const more = { qemu: ['qemu-system-i386', '-kernel', kernel.elf, '-display', 'none', '-m', '32', '-device', 'pvpanic', '-action', 'panic=pause'] };
    await launchToStop(() => Promise.resolve(), { ...more, stopOnEntry: true });
    await client.continueRequest({ threadId: 1 });
    await expect.poll(async () => (await custom<SerialAnswer>('bootscope/serial')).text, { timeout: 30_000 }).toContain('mount failed');
    const stop = await nextStop(() => client.customRequest('bootscope/serial', { send: 'p' }));
    expect(stop.description).toBe('The guest told QEMU that it panicked, and QEMU stopped the machine');
    expect((await stackNames())[0]).toMatch(/^(kmain|out)$/);
  });

  it.each([
    ['pause', /^The machine's watchdog ran out, and QEMU stopped the machine$/],
    ['reset', /^The machine was reset: its watchdog ran out/],
  ] as const)('stops when the watchdog runs out and QEMU is to %s the machine, and stays usable', async (action, said) => {
    const more = { qemu: ['qemu-system-i386', '-kernel', kernel.elf, '-display', 'none', '-m', '32', '-device', 'ib700', '-action', `watchdog=${action}`] };
    await launchToStop(() => Promise.resolve(), { ...more, stopOnEntry: true });
    await client.setExceptionBreakpointsRequest({ filters: ['cpu-reset'] });
    await client.continueRequest({ threadId: 1 });
    await expect.poll(async () => (await custom<SerialAnswer>('bootscope/serial')).text, { timeout: 30_000 }).toContain('mount failed');
    expect((await nextStop(() => client.customRequest('bootscope/serial', { send: 'w' }))).description).toMatch(said);
    await client.setExceptionBreakpointsRequest({ filters: [] });
    await client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'mount_root' }] });
    if (action === 'reset') expect((await nextStop(() => client.continueRequest({ threadId: 1 }))).description).toBe('Breakpoint in mount_root');
    else expect((await stackNames())[0]).toMatch(/^(kmain|in|out)$/);
  });

  it('with -no-reboot ends at the reset, saying what it was', async () => {
    await launchToStop(() => Promise.resolve(), { qemu: ['qemu-system-i386', '-kernel', kernel.elf, '-display', 'none', '-m', '32', '-no-reboot'], stopOnEntry: true });
    const outputs: string[] = [];
    client.on('output', (event: DebugProtocol.OutputEvent) => outputs.push(event.body.output));
    const terminated = client.waitForEvent('terminated', 30_000);
    await client.continueRequest({ threadId: 1 });
    await expect.poll(async () => (await custom<SerialAnswer>('bootscope/serial')).text, { timeout: 30_000 }).toContain('mount failed');
    await client.customRequest('bootscope/serial', { send: 'q' });
    await terminated;
    expect(outputs.join('')).toMatch(/QEMU has ended: shutdown: a triple fault/);
  });

  /** Name → variable of a scope of the innermost frame. */
  const scopeOf = async (name: string, frame = 0): Promise<Map<string, DebugProtocol.Variable>> => {
    const { body: stack } = await client.stackTraceRequest({ threadId: 1 });
    const { body } = await client.scopesRequest({ frameId: stack.stackFrames[frame]?.id ?? 0 });
    const scope = body.scopes.find((candidate) => candidate.name === name);
    const { body: list } = await client.variablesRequest({ variablesReference: scope?.variablesReference ?? 0 });
    return new Map(list.variables.map((variable) => [variable.name, variable]));
  };
  const stackNames = async (): Promise<string[]> => (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames.map(({ name }) => name);

  it('shows the stack, its variables and registers, and sets them', async () => {
    await launchToStop(() => client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'read_block' }] }));
    const { body: stack } = await client.stackTraceRequest({ threadId: 1 });
    expect(stack.stackFrames.slice(0, 3)).toMatchObject([
      { name: 'read_block', source: { path: kernel.source }, line: kernel.line('counter++'), instructionPointerReference: expect.stringMatching(/^0x/) as string },
      { name: 'mount_root', line: kernel.line('int result = read_block') },
      { name: 'kmain', line: kernel.line('int error = mount_root') },
    ]);
    expect(stack.stackFrames.at(-1)).toMatchObject({ presentationHint: 'label', name: expect.stringMatching(/^The stack ends here: /) as string });
    const page = await client.stackTraceRequest({ threadId: 1, startFrame: 1, levels: 1 });
    expect(page.body.stackFrames).toMatchObject([{ name: 'mount_root' }]);

    const parameters = await scopeOf('Arguments');
    expect(parameters.get('block')?.value).toBe('0');
    const device = parameters.get('device');
    const { body: members } = await client.variablesRequest({ variablesReference: device?.variablesReference ?? 0 });
    expect(members.variables).toMatchObject([{ name: 'name', value: expect.stringContaining('"disk0"') as string }, { name: 'blocks', value: '16' }, { name: 'errors', value: '{1, 2, 3, 4}', indexedVariables: 4 }, { name: 'next' }]);
    const errors = members.variables[2]?.variablesReference ?? 0;
    const { body: elements } = await client.variablesRequest({ variablesReference: errors, filter: 'indexed', start: 1, count: 2 });
    expect(elements.variables.map(({ name, value }) => [name, value])).toEqual([['[1]', '2'], ['[2]', '3']]);

    await client.setVariableRequest({ variablesReference: device?.variablesReference ?? 0, name: 'blocks', value: '0' });
    expect(await failureOf(client.setVariableRequest({ variablesReference: device?.variablesReference ?? 0, name: 'errors', value: '0' }))).toMatch(/^BS356: /);
    expect((await client.evaluateRequest({ expression: 'first.blocks' })).body.result).toBe('0');
    // A page that the editor asked for far behind the first elements.
    const { body: array } = await client.evaluateRequest({ expression: '*(int (*)[20000])0x1000000' });
    const { body: far } = await client.variablesRequest({ variablesReference: array.variablesReference, filter: 'indexed', start: 15_000, count: 1 });
    expect(far.variables.map(({ name, value }) => [name, value])).toEqual([['[15000]', '0']]);
    await client.setVariableRequest({ variablesReference: array.variablesReference, name: '[15000]', value: '77' });
    expect((await client.evaluateRequest({ expression: '*(int *)(0x1000000 + 4 * 15000)' })).body.result).toBe('77');

    const registers = await scopeOf('Registers');
    expect(registers.get('esp')?.value).toMatch(/^0x0010/);
    expect(await failureOf(client.scopesRequest({ frameId: 7 }))).toMatch(/^BS332: /);
  });

  it('evaluates names, member paths and arithmetic', async () => {
    await launchToStop(() => client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'read_block' }] }));
    const frameId = (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames[0]?.id ?? 0;
    const value = async (expression: string): Promise<string> => (await client.evaluateRequest({ expression, frameId, context: 'watch' })).body.result;
    expect(await value('device->blocks')).toBe('16');
    expect(await value('device->next->blocks + 1')).toBe('65');
    expect(await value('(*device).errors[2] == 3 && block == 0')).toBe('true');
    expect(await value('&first == device')).toBe('true');
    expect(await value('first.errors[block] << 4')).toBe('16');
    expect(await value('-device->errors[0]')).toBe('-1');
    expect(BigInt(await value('$esp'))).toBeGreaterThan(0x100000n);
    expect(await failureOf(client.evaluateRequest({ expression: 'nothing', frameId }))).toMatch(/^BS361: /);
    expect(await failureOf(client.evaluateRequest({ expression: 'device->', frameId }))).toMatch(/^BS360: .*column/);
    expect(await failureOf(client.evaluateRequest({ expression: 'device->nothing', frameId }))).toMatch(/^BS361: /);
    expect((await custom<DebugProtocol.SetExpressionResponse['body']>('setExpression', { expression: 'first.errors[3]', value: '0x10', frameId })).value).toBe('16');
    // Only the debug console assigns.
    expect(await failureOf(client.evaluateRequest({ expression: 'first.errors[3] = 7', frameId, context: 'watch' }))).toMatch(/^BS360: column 17: an assignment is no value/);
    expect(await value('first.errors[3]')).toBe('16');
    expect((await client.evaluateRequest({ expression: 'first.errors[3] += 7', frameId, context: 'repl' })).body.result).toBe('23');
    expect(await value('first.errors[3]')).toBe('23');
    const before = BigInt(await value('$ecx'));
    expect((await client.evaluateRequest({ expression: '$ecx = $ecx ^ 1', frameId, context: 'repl' })).body.result).toBe(String(before ^ 1n));
    expect(BigInt(await value('$ecx'))).toBe(before ^ 1n);
    expect(await value('device->name == "disk0" ? first.errors[2] : 0')).toBe('3');
  });

  it('counts by condition, and writes log points instead of stopping', async () => {
    const outputs: string[] = [];
    client.on('output', (event: DebugProtocol.OutputEvent) => {
      if (event.body.category === 'console') outputs.push(event.body.output);
    });
    const stop = await launchToStop(() =>
      client.setBreakpointsRequest({ source: { path: kernel.source }, breakpoints: [{ line: kernel.line('counter++'), logMessage: 'block {block} of {device->blocks}' }, { line: kernel.line('if (block >= device->blocks)'), condition: 'block == 11' }] }),
    );
    expect(stop.reason).toBe('breakpoint');
    expect((await scopeOf('Arguments')).get('block')?.value).toBe('11');
    expect(outputs.join('').split('\n').filter((line) => line.startsWith('block '))).toEqual(Array.from({ length: 12 }, (_, block) => `block ${block} of 16`));
  });

  it('stops where a function returns an error, with its arguments', async () => {
    await launchToStop(() => Promise.resolve(), { stopOnEntry: true });
    const answer = await client.setExceptionBreakpointsRequest({ filters: [], filterOptions: [{ filterId: 'errno', condition: 'read_block returns EINVAL' }, { filterId: 'errno', condition: 'no_function returns error' }, { filterId: 'errno', condition: 'EINVAL' }] });
    expect((answer.body as { breakpoints: DebugProtocol.Breakpoint[] }).breakpoints).toMatchObject([{ verified: true }, { message: expect.stringMatching(/^BS338/) as string }, { message: expect.stringMatching(/^BS337/) as string }]);
    const stop = await nextStop(() => client.continueRequest({ threadId: 1 }));
    expect(stop).toMatchObject({ reason: 'exception', description: expect.stringMatching(/read_block returns EINVAL .*block 16/) as string });
    expect((await stackNames()).slice(0, 2)).toEqual(['read_block', 'mount_root']);
    const returned = await scopeOf('Return');
    expect(returned.get('result')?.value).toMatch(/^-22/);
    expect(returned.get('block')?.value).toBe('16');
    expect((await client.exceptionInfoRequest({ threadId: 1 })).body.exceptionId).toBe('errno');
    await client.setExceptionBreakpointsRequest({ filters: [], filterOptions: [{ filterId: 'errno', condition: 'mount_root returns < 0' }] });
    expect((await nextStop(() => client.continueRequest({ threadId: 1 }))).description).toContain('mount_root returns');
  });

  it('stops at some hits of an exception filter only: of a function, of the console', async () => {
    const filter = async (filterId: string, condition: string): Promise<DebugProtocol.Breakpoint[]> =>
      ((await client.setExceptionBreakpointsRequest({ filters: [], filterOptions: [{ filterId, condition }] })).body as { breakpoints: DebugProtocol.Breakpoint[] }).breakpoints;
    await launchToStop(() => Promise.resolve(), { stopOnEntry: true });
    expect(await filter('errno', 'read_block returns >= 0 hits % 0')).toMatchObject([{ verified: false, message: expect.stringMatching(/^BS336: .*column 30/) as string }]);
    await filter('errno', 'read_block returns >= 0 hits % 5');
    const description = async (): Promise<string> => (await nextStop(() => client.continueRequest({ threadId: 1 }))).description ?? '';
    expect(await description()).toMatch(/read_block returns .*block 4.* \(hit 5\)$/);
    expect(await description()).toMatch(/block 9.* \(hit 10\)$/);
    await filter('serial', '/mount|x/ hits == 3');
    await client.continueRequest({ threadId: 1 });
    await expect.poll(async () => (await custom<SerialAnswer>('bootscope/serial')).text, { timeout: 30_000 }).toContain('mount failed\n');
    expect((await nextStop(() => client.customRequest('bootscope/serial', { send: 'x\ny\nx\n' }))).description).toBe('Serial port 1 said: x (hit 3)');
  });

  it('stops when a variable changes, and says from what to what', async () => {
    await launchToStop(() => client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'mount_root' }] }));
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
    type Info = NonNullable<DebugProtocol.DataBreakpointInfoResponse['body']>;
    const info = await custom<Info>('dataBreakpointInfo', { name: 'counter' });
    expect(info).toMatchObject({ dataId: expect.any(String) as string, description: expect.stringMatching(/^counter \(4 bytes at 0x/) as string, accessTypes: ['write', 'read', 'readWrite'] });
    const set = async (...breakpoints: DebugProtocol.DataBreakpoint[]) => (await custom<DebugProtocol.SetDataBreakpointsResponse['body']>('setDataBreakpoints', { breakpoints })).breakpoints;
    expect(await set({ dataId: info.dataId ?? '', hitCondition: '3' }, { dataId: 'another' })).toMatchObject([{ verified: true }, { verified: false, message: expect.stringMatching(/^BS344: /) as string }]);
    const changed = await nextStop(() => client.continueRequest({ threadId: 1 }));
    expect(changed).toMatchObject({ reason: 'data breakpoint', description: 'counter changed: 2 → 3' });
    expect((await stackNames())[0]).toBe('read_block');

    // What the user writes is no change by the guest, and the old value of the next one.
    await custom('setExpression', { expression: 'counter', value: '40' });
    await set({ dataId: info.dataId ?? '', condition: 'counter > 41' });
    expect((await nextStop(() => client.continueRequest({ threadId: 1 }))).description).toBe('counter changed: 41 → 42');

    const member = await custom<Info>('dataBreakpointInfo', { name: 'first.blocks' });
    await set({ dataId: member.dataId ?? '', accessType: 'read' });
    expect((await nextStop(() => client.continueRequest({ threadId: 1 }))).description).toBe('first.blocks was read: 16');

    const byAddress = await custom<Info>('dataBreakpointInfo', { name: (await client.evaluateRequest({ expression: '&wanted' })).body.memoryReference, asAddress: true, bytes: 1 });
    await set({ dataId: byAddress.dataId ?? '' });
    expect((await nextStop(() => client.continueRequest({ threadId: 1 }))).description).toMatch(/^0x[0-9a-f]+ changed: 0x00 → 0xea$/);

    expect(await custom<Info>('dataBreakpointInfo', { name: 'first' })).toMatchObject({ dataId: null, description: expect.stringMatching(/^BS343: first cannot be watched: it has 28 bytes/) as string });
    expect(await custom<Info>('dataBreakpointInfo', { name: '$esp' })).toMatchObject({ dataId: null, description: expect.stringMatching(/^BS343: /) as string });
    expect(await set()).toEqual([]);
    await client.continueRequest({ threadId: 1 });
    expect((await nextStop(() => client.pauseRequest({ threadId: 1 }))).reason).toBe('pause');
  });

  it('steps out to the caller, and lands on lines with code', async () => {
    await launchToStop(() => client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'read_block' }] }));
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
    await nextStop(() => client.stepOutRequest({ threadId: 1 }));
    expect((await stackNames())[0]).toBe('mount_root');
    expect((await scopeOf('Return')).get('read_block')).toMatchObject({ value: '1', type: 'int' });
    const lines: number[] = [];
    for (let i = 0; i < 8; i++) {
      await nextStop(() => client.nextRequest({ threadId: 1 }));
      const [frame] = (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames;
      expect(frame?.name).toBe('mount_root');
      lines.push(frame?.line ?? 0);
    }
    expect(lines.every((line) => line > kernel.line('mount_root(struct device'))).toBe(true);
    for (let i = 0; i < 6 && (await stackNames())[0] === 'mount_root'; i++) await nextStop(() => client.stepInRequest({ threadId: 1 }));
    expect((await stackNames())[0]).toBe('read_block');
  });

  it('disassembles forwards and backwards', async () => {
    await launchToStop(() => client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'read_block' }] }));
    const [frame] = (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames;
    const { instructions } = (await client.disassembleRequest({ memoryReference: frame?.instructionPointerReference ?? '', instructionOffset: -5, instructionCount: 20, resolveSymbols: true })).body ?? { instructions: [] };
    expect(instructions).toHaveLength(20);
    expect(instructions[5]).toMatchObject({ address: frame?.instructionPointerReference, symbol: expect.stringContaining('read_block') as string, line: kernel.line('counter++') });
    const starts = instructions.map(({ address }) => Number(address));
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });

  it('reads and writes memory', async () => {
    await launchToStop(() => client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'mount_root' }] }));
    const read = await custom<DebugProtocol.ReadMemoryResponse['body']>('readMemory', { memoryReference: '0x100000', count: 4 });
    expect(Buffer.from(read?.data ?? '', 'base64').readUInt32LE()).toBe(0x1badb002);
    await client.customRequest('writeMemory', { memoryReference: '0x100000', offset: 1, data: Buffer.from([1, 2]).toString('base64') });
    const again = await custom<DebugProtocol.ReadMemoryResponse['body']>('readMemory', { memoryReference: '0x100000', count: 4 });
    expect(Buffer.from(again?.data ?? '', 'base64').toString('hex')).toBe('0201021b');
    expect(await failureOf(client.customRequest('readMemory', { memoryReference: 'rax', count: 4 }))).toMatch(/^BS334: /);
  });

  it('lists modules and sources', async () => {
    await launchToStop(() => client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'mount_root' }] }));
    const { body } = await client.modulesRequest({});
    expect(body.modules).toMatchObject([{ name: 'kernel.elf', addressRange: expect.stringMatching(/^0x100000-/) as string }]);
    const loaded = await custom<DebugProtocol.LoadedSourcesResponse['body']>('loadedSources');
    expect(loaded.sources).toEqual(expect.arrayContaining([expect.objectContaining({ path: kernel.source })]));
  });

  it('ends when QEMU is killed, saying so', async () => {
    await launchToStop(() => client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'mount_root' }] }));
    const outputs: string[] = [];
    client.on('output', (event: DebugProtocol.OutputEvent) => outputs.push(event.body.output));
    const terminated = client.waitForEvent('terminated', 30_000);
    await client.continueRequest({ threadId: 1 });
    const qemu = childrenNamed('qemu-system-i386', kernel.elf);
    expect(qemu).toHaveLength(1);
    process.kill(qemu[0] ?? 0, 'SIGKILL');
    await terminated;
    expect(outputs.join('')).toMatch(/BS108: QEMU has ended/);
  });

  it('refuses bad configurations and bad input with a code', async () => {
    await client.initializeRequest();
    expect(await failureOf(client.launchRequest(launchArguments({ stoponentry: true }) as never))).toMatch(/^BS320: /);
    expect(await failureOf(client.launchRequest(launchArguments({ images: [{ stage: 'kernel', file: '/no/such/kernel' }] }) as never))).toMatch(/^BS(300|20\d): /);
    expect(await failureOf(client.launchRequest(launchArguments({ qemu: ['qemu-system-nowhere'] }) as never))).toMatch(/^BS103: /);
    expect(await failureOf(client.launchRequest(launchArguments({ qemu: ['qemu-system-i386', '-no-such-option', 'x'] }) as never))).toMatch(/^BS104: /);
    expect(await failureOf(client.customRequest('noSuchRequest'))).toMatch(/^BS333: /);
    expect(await failureOf(client.continueRequest({ threadId: 1 }))).toMatch(/^BS330: /);
    expect(childrenNamed('qemu-system-i386', kernel.elf)).toEqual([]);
  });

  it('joins the QEMU that a command starts, and ends both', async () => {
    const gdb = path.join(kernel.directory, 'command.sock');
    const line = `sleep 0.2; exec qemu-system-i386 -kernel ${kernel.elf} -display none -m 32 -S -gdb unix:${gdb},server=on,wait=off`;
    const stop = await launchToStop(() => client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'mount_root' }] }), { qemu: undefined, command: ['sh', '-c', line], gdb: `unix:${gdb}` });
    expect(stop.reason).toBe('function breakpoint');
    await disconnect();
    await expect.poll(() => childrenNamed('qemu-system-i386', kernel.elf), { timeout: 20_000 }).toEqual([]);
  });

  it('says with a code why a command did not lead to a machine', async () => {
    await client.initializeRequest();
    const gdb = `unix:${path.join(kernel.directory, 'nobody.sock')}`;
    const launchWith = (...command: string[]) => client.launchRequest(launchArguments({ qemu: undefined, command, gdb }) as never);
    expect(await failureOf(launchWith('/no/such/make'))).toMatch(/^BS500: /);
    expect(await failureOf(launchWith('sh', '-c', 'echo no rule to make qemu; exit 2'))).toMatch(/^BS501: .*exit code 2.*no rule/);
  });

  it('has a client with terminals run the command, and hears from it how that ended', async () => {
    await client.initializeRequest();
    const address = `unix:${path.join(kernel.directory, 'terminal.sock')}`;
    const asked: TerminalEventBody[] = [];
    let answer: (body: TerminalEventBody) => void = () => undefined;
    client.on('bootscope/terminal', ({ body }: DebugProtocol.Event) => {
      asked.push(body as TerminalEventBody);
      answer(body as TerminalEventBody);
    });
    const launch = (more: object = {}) => client.launchRequest(launchArguments({ qemu: undefined, command: ['make', 'qemu'], env: { MARK: '1' }, cwd: kernel.directory, gdb: address, __terminal: true, ...more }) as never);
    const failedBy = async (how: TerminalEndedArguments): Promise<string> => {
      answer = (body) => {
        if (body.do === 'start') void custom('bootscope/terminalEnded', how);
      };
      return failureOf(launch());
    };
    expect(await failedBy({ status: 'exit code 2', lastWords: 'no rule to make qemu' })).toMatch(/^BS501: the command make qemu ended \(exit code 2\).*no rule/);
    expect(await failedBy({ status: 'SIGINT', byUser: true })).toMatch(/^BS507: /);
    expect(await failedBy({ status: 'not started', refused: 'ENOENT' })).toMatch(/^BS500: .*ENOENT/);
    expect(await failureOf(client.customRequest('bootscope/terminalEnded', { status: 3 }))).toMatch(/^BS\d+: .*status/);

    // A command that has done its work is not the end of its QEMU; left with the session, it is not ended with it.
    asked.length = 0;
    let qemu: ChildProcess | undefined;
    answer = (body) => {
      if (body.do !== 'start') return;
      void custom('bootscope/terminalEnded', { status: 'exit code 0', success: true });
      qemu = spawn('qemu-system-i386', ['-kernel', kernel.elf, '-display', 'none', '-m', '32', '-S', '-gdb', `${address},server=on,wait=off`], { stdio: 'ignore' });
    };
    try {
      await launch();
      await disconnect({ terminateDebuggee: false });
      expect(asked).toEqual([{ do: 'start', command: ['make', 'qemu'], cwd: kernel.directory, env: { MARK: '1' } }, { do: 'leave' }]);
      expect(qemu?.exitCode).toBeNull();
    } finally {
      qemu?.kill();
    }
  });

  it('has the client end the command with the session, and runs it here where there is no terminal', async () => {
    await client.initializeRequest();
    const asked: TerminalEventBody[] = [];
    client.on('bootscope/terminal', ({ body }: DebugProtocol.Event) => asked.push(body as TerminalEventBody));
    const said: string[] = [];
    client.on('output', ({ body }: DebugProtocol.OutputEvent) => said.push(body.output));
    const gdb = `unix:${path.join(kernel.directory, 'nobody.sock')}`;
    expect(await failureOf(client.launchRequest(launchArguments({ qemu: undefined, command: ['sh', '-c', 'echo here; exit 1'], gdb, __terminal: 'no terminal because of a test' }) as never))).toMatch(/^BS501: .*here/);
    expect(said.join('')).toMatch(/no terminal because of a test/);
    expect(asked).toEqual([]);
    const started = new Promise((resolve) => client.once('bootscope/terminal', resolve));
    void failureOf(client.launchRequest(launchArguments({ qemu: undefined, command: ['make'], gdb, __terminal: true }) as never)).catch(() => undefined);
    await started;
    await disconnect();
    expect(asked.at(-1)).toEqual({ do: 'end' });
  });

  it('gives a command up that is waited for when the session ends', async () => {
    await client.initializeRequest();
    const said = new Promise<void>((resolve) => {
      client.on('output', ({ body }: DebugProtocol.OutputEvent) => {
        if (body.output.includes('building')) resolve();
      });
    });
    // Its words are on the command line, where the test can find it.
    const building = path.join(kernel.directory, 'building');
    const launch = failureOf(client.launchRequest(launchArguments({ qemu: undefined, command: ['sh', '-c', `echo building; exec tail -f /dev/null ${building}`], gdb: `unix:${path.join(kernel.directory, 'nobody.sock')}` }) as never));
    void launch.catch(() => undefined);
    await said;
    await expect.poll(() => childrenNamed('tail', building), { timeout: 20_000 }).toHaveLength(1);
    await disconnect();
    await expect.poll(() => childrenNamed('tail', building), { timeout: 20_000 }).toEqual([]);
  });

  it('leaves nothing behind after disconnect', async () => {
    await launchToStop(() => client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'mount_root' }] }));
    const started = performance.now();
    await disconnect();
    expect(performance.now() - started).toBeLessThan(5000);
    expect(childrenNamed('qemu-system-i386', kernel.elf)).toEqual([]);
  });
});

describe('an attached machine', () => {
  let qemu: ChildProcess | undefined;
  afterEach(() => {
    qemu?.kill('SIGKILL');
  });

  const startQemu = async (...more: string[]): Promise<{ gdb: string; serial: string; monitor: string }> => {
    const sockets = { gdb: path.join(kernel.directory, 'gdb.sock'), serial: path.join(kernel.directory, 'serial.sock'), monitor: path.join(kernel.directory, 'monitor.sock') };
    for (const file of Object.values(sockets)) fs.rmSync(file, { force: true });
    qemu = spawn('qemu-system-i386', ['-kernel', kernel.elf, '-display', 'none', '-m', '32', '-S', '-gdb', `unix:${sockets.gdb},server=on,wait=off`, '-serial', `unix:${sockets.serial},server=on,wait=off`, '-monitor', `unix:${sockets.monitor},server=on,wait=off`, ...more], { stdio: 'ignore' });
    await expect.poll(() => Object.values(sockets).every((file) => fs.existsSync(file)), { timeout: 20_000 }).toBe(true);
    return { gdb: `unix:${sockets.gdb}`, serial: `unix:${sockets.serial}`, monitor: sockets.monitor };
  };

  it('is joined, stopped, and runs on after disconnect', async () => {
    const sockets = await startQemu();
    const initialized = client.waitForEvent('initialized', 60_000);
    await client.initializeRequest();
    await client.attachRequest({ request: 'attach', type: 'bootscope', name: 'join', gdb: sockets.gdb, serial: sockets.serial, images: [{ stage: 'kernel', file: kernel.elf }] } as never);
    await initialized;
    await client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'mount_root' }] });
    expect((await nextStop(() => client.configurationDoneRequest())).reason).toBe('function breakpoint');
    await disconnect();
    expect(qemu?.exitCode).toBeNull();
    const serial = net.connect(sockets.serial.slice('unix:'.length));
    const echoed = new Promise<string>((resolve) => serial.on('data', (data) => { resolve(data.toString()); }));
    serial.write('x');
    expect(await echoed).toContain('x');
    serial.destroy();
  });

  it('is ended when asked for', async () => {
    const sockets = await startQemu();
    const initialized = client.waitForEvent('initialized', 60_000);
    await client.initializeRequest();
    await client.attachRequest({ request: 'attach', type: 'bootscope', name: 'join', gdb: sockets.gdb } as never);
    await initialized;
    await client.configurationDoneRequest();
    await disconnect({ terminateDebuggee: true });
    await expect.poll(() => qemu?.exitCode ?? qemu?.signalCode, { timeout: 20_000 }).not.toBeNull();
  });

  it('is heard and typed at over its serial line alone', async () => {
    const sockets = await startQemu('-S');
    const initialized = client.waitForEvent('initialized', 60_000);
    await client.initializeRequest();
    await client.attachRequest({ request: 'attach', type: 'bootscope', name: 'listen', serial: sockets.serial } as never);
    await initialized;
    await client.configurationDoneRequest();
    const monitor = net.connect(sockets.monitor);
    monitor.write('cont\n');
    await expect.poll(async () => (await custom<SerialAnswer>('bootscope/serial')).text, { timeout: 30_000 }).toContain('mount failed');
    await client.customRequest('bootscope/serial', { send: 'typed' });
    await expect.poll(async () => (await custom<SerialAnswer>('bootscope/serial')).text, { timeout: 30_000 }).toContain('typed');
    expect(await failureOf(client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'x' }] }).then(() => custom('readMemory', { memoryReference: '0', count: 1 })))).toMatch(/^BS341: /);
    monitor.destroy();
  });

  it('that is not there is an error with a code', async () => {
    await client.initializeRequest();
    expect(await failureOf(client.attachRequest({ request: 'attach', type: 'bootscope', name: 'join', gdb: `unix:${path.join(kernel.directory, 'nothing.sock')}` } as never))).toMatch(/^BS101: /);
  });
});

/** Processes of that name whose command line names the file. */
const childrenNamed = (name: string, file: string): number[] =>
  fs
    .readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words[0]?.endsWith(name) === true && words.includes(file);
      } catch {
        return false;
      }
    });
