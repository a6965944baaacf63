import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AddressSpaceAnswer } from '../../../debug-adapter/api';
import { DapClient } from '../../../debug-adapter/session/client';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';

type ReadBody = NonNullable<DebugProtocol.ReadMemoryResponse['body']>;
type MemoryBody = DebugProtocol.MemoryEvent['body'];

/**
 * What memory editors ask for: VS Code's (the hex editor is its face; src/vs/workbench/contrib/debug/common/debugModel.ts,
 * MemoryRegion) and Eclipse's memory inspector. One stop of freebsd-live serves all.
 */
describe('memory, as editors ask for it', () => {
  const client = new DapClient();
  const events: { event: string; body: unknown }[] = [];
  let capabilities: DebugProtocol.Capabilities;
  let frameId: number;
  let ranges: AddressSpaceAnswer['ranges'];

  const read = (memoryReference: string, count: number, offset?: number): Promise<ReadBody> => client.request<ReadBody>('readMemory', { memoryReference, count, ...(offset === undefined ? {} : { offset }) });
  const bytesOf = ({ data = '' }: ReadBody): string => Buffer.from(data, 'base64').toString('hex');
  const write = (memoryReference: string, hex: string, more: object = {}): Promise<DebugProtocol.WriteMemoryResponse['body']> => client.request('writeMemory', { memoryReference, data: Buffer.from(hex, 'hex').toString('base64'), ...more });
  const told = (): MemoryBody[] => events.filter(({ event }) => event === 'memory').map(({ body }) => body as MemoryBody);
  const evaluate = (expression: string): Promise<DebugProtocol.EvaluateResponse['body']> => client.request('evaluate', { expression, frameId, context: 'watch' });
  const isReadable = async (address: bigint): Promise<boolean> => (await read(hex(address), 1)).unreadableBytes === undefined;
  /** An address with writable RAM before it, and behind it what cannot be read: not mapped, or mapped where no RAM is. */
  const edge = async (): Promise<bigint> => {
    for (const range of ranges.filter(({ flags }) => flags.startsWith('rw'))) {
      let [below, above] = [BigInt(range.start), BigInt(range.end)];
      if (!(await isReadable(below)) || (await isReadable(above))) continue;
      while (above - below > 4096n) {
        const middle = (below + above) >> 13n << 12n;
        if (await isReadable(middle)) below = middle;
        else above = middle;
      }
      return above;
    }
    throw new Error('every writable range is followed by another');
  };
  const hex = (address: bigint): string => `0x${address.toString(16)}`;

  beforeAll(async () => {
    const guest = await buildFreebsdLive({});
    client.onEvent((event, body) => events.push({ event, body }));
    capabilities = await client.start(
      { type: 'bootscope', request: 'launch', name: 'memory', chain: 'freebsd', serialOutput: 'event', qemu: guest.qemu('a'), images: [{ stage: 'kernel', file: guest.kernel }] } as never,
      async () => {
        await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'vfs_mountroot' }] });
      },
      { supportsMemoryReferences: true, supportsMemoryEvent: true, supportsInvalidatedEvent: true },
    );
    const { threadId } = await client.waitFor<DebugProtocol.StoppedEvent['body']>('stopped');
    const { stackFrames } = await client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId });
    frameId = stackFrames[0]?.id ?? -1;
    ({ ranges } = await client.request<AddressSpaceAnswer>('bootscope/addressSpace'));
  });
  afterAll(() => client.stop());

  it('offers reading and writing, and a reference with each value that lies in memory', async () => {
    expect(capabilities).toMatchObject({ supportsReadMemoryRequest: true, supportsWriteMemoryRequest: true });
    const { scopes } = await client.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId });
    const all = (await Promise.all(scopes.map(({ variablesReference }) => client.request<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference })))).flatMap(({ variables }) => variables);
    const referred = all.filter(({ memoryReference }) => memoryReference !== undefined);
    expect(referred.map(({ name }) => name)).toEqual(expect.arrayContaining(['rsp', 'rip']));
    for (const { memoryReference = '' } of referred) expect(memoryReference).toMatch(/^0x[0-9a-f]+$/);
    const { memoryReference: pc = '' } = referred.find(({ name }) => name === 'rip') ?? {};
    const { instructions } = await client.request<NonNullable<DebugProtocol.DisassembleResponse['body']>>('disassemble', { memoryReference: pc, instructionCount: 1 });
    const code = (instructions[0]?.instructionBytes ?? '').replaceAll(' ', '');
    expect(bytesOf(await read(pc, code.length / 2))).toBe(code);
    // Of a pointer: where it points to.
    const pointer = await evaluate('&root_mount_timeout');
    expect((await evaluate('root_mount_timeout')).memoryReference).toBe(pointer.memoryReference);
  });

  it('shows what the mouse rests on, and lets it change nothing', async () => {
    const hover = (expression: string): Promise<DebugProtocol.EvaluateResponse['body']> => client.request('evaluate', { expression, frameId, context: 'hover' });
    expect(capabilities.supportsEvaluateForHovers).toBe(true);
    const shown = await hover('root_mount_timeout');
    expect(shown).toEqual(await evaluate('root_mount_timeout'));
    expect(BigInt((await hover('$rip')).result)).toBe(BigInt((await evaluate('$rip')).result));
    expect((await hover('&root_mount_timeout')).variablesReference).toBeGreaterThan(0);
    await expect(hover('no_such_name')).rejects.toThrow(/^BS3\d\d: .*no_such_name.* Likely: .* Next: /);
    await expect(hover('root_mount_timeout +')).rejects.toThrow(/^BS3\d\d: .*column 21/);
    const before = told().length;
    await expect(hover('root_mount_timeout = 7')).rejects.toThrow(/^BS3\d\d: /);
    expect((await hover('root_mount_timeout')).result).toBe(shown.result);
    expect(told().length).toBe(before);
  });

  it('reads before and behind a reference', async () => {
    const { memoryReference = '' } = await evaluate('&root_mount_timeout');
    const whole = bytesOf(await read(hex(BigInt(memoryReference) - 16n), 48));
    expect(whole).toHaveLength(96);
    expect(await read(memoryReference, 16)).toMatchObject({ address: memoryReference });
    expect(bytesOf(await read(memoryReference, 16))).toBe(whole.slice(32, 64));
    expect(bytesOf(await read(memoryReference, 16, 16))).toBe(whole.slice(64));
    const before = await read(memoryReference, 16, -16);
    expect(before.address).toBe(hex(BigInt(memoryReference) - 16n));
    expect(bytesOf(before)).toBe(whole.slice(0, 32));
    // Eclipse's inspector takes what the user types.
    expect(bytesOf(await read(BigInt(memoryReference).toString(), 16))).toBe(whole.slice(32, 64));
    expect(await read(memoryReference, 0)).toEqual({ address: memoryReference });
  });

  it('says how much cannot be read', async () => {
    const end = await edge();
    const part = await read(hex(end - 16n), 64);
    expect([bytesOf(part).length / 2, part.unreadableBytes]).toEqual([16, 48]);
    expect(await read(hex(end), 32)).toEqual({ address: hex(end), data: '', unreadableBytes: 32 });
    expect(await read(hex(end), 4, 4096)).toEqual({ address: hex(end + 4096n), data: '', unreadableBytes: 4 });
    const last = await read('0xfffffffffffffff0', 64);
    expect(bytesOf(last).length / 2 + (last.unreadableBytes ?? 0)).toBe(64);
    await expect(read('the stack', 4)).rejects.toThrow(/BS334/);
  });

  it('gives a large range in one answer', async () => {
    const size = ({ start, end }: { start: string; end: string }): bigint => BigInt(end) - BigInt(start);
    const [largest] = [...ranges].sort((a, b) => (size(a) < size(b) ? 1 : -1));
    const count = Number(largest && size(largest) < 0x60_0000n ? size(largest) : 0x60_0000);
    expect(count).toBeGreaterThan(1024 * 1024);
    const all = await read(largest?.start ?? '', count);
    expect(all.unreadableBytes).toBeUndefined();
    expect(Buffer.from(all.data ?? '', 'base64')).toHaveLength(count);
    expect(bytesOf(await read(largest?.start ?? '', 64, count - 64))).toBe(Buffer.from(all.data ?? '', 'base64').subarray(-64).toString('hex'));
  });

  it('writes, and tells everyone who shows the place', async () => {
    const { memoryReference = '', result } = await evaluate('&root_mount_timeout');
    expect(result).toBeDefined();
    const before = (await evaluate('root_mount_timeout')).result;
    const old = bytesOf(await read(memoryReference, 8));
    const other = hex(BigInt(memoryReference) & ~0xfffn);
    await read(other, 4096);
    events.length = 0;
    expect(await write(memoryReference, '2a00', { offset: 0 })).toEqual({ bytesWritten: 2 });
    expect(told()).toContainEqual({ memoryReference, offset: 0, count: 2 });
    expect(told()).toContainEqual({ memoryReference: other, offset: 0, count: 4096 });
    expect(events.filter(({ event }) => event === 'invalidated')).toEqual([{ event: 'invalidated', body: { areas: ['variables'] } }]);
    expect((await evaluate('root_mount_timeout')).result).toBe('42');
    expect(bytesOf(await read(memoryReference, 8))).toBe(`2a00${old.slice(4)}`);
    await write(memoryReference, old);
    expect((await evaluate('root_mount_timeout')).result).toBe(before);
  });

  it('tells memory editors of what was changed elsewhere', async () => {
    const { memoryReference = '' } = await evaluate('&root_mount_timeout');
    await read(memoryReference, 64);
    await read(memoryReference, 64, 128);
    const isTold = (): boolean => told().some((range) => range.memoryReference === memoryReference && range.offset <= 0 && range.offset + range.count >= 192);
    const { result } = await evaluate('root_mount_timeout');
    events.length = 0;
    await client.request('setExpression', { expression: 'root_mount_timeout', value: '7', frameId });
    expect(isTold()).toBe(true);
    events.length = 0;
    await client.request('evaluate', { expression: `root_mount_timeout = ${result}`, frameId, context: 'repl' });
    expect(isTold()).toBe(true);
    expect(events.map(({ event }) => event)).toContain('invalidated');
    events.length = 0;
    await evaluate('root_mount_timeout');
    expect(told()).toEqual([]);
    await client.request('bootscope/setEnvironment', { name: 'beastie_disable', value: 'NO' });
    expect(isTold()).toBe(true);
    expect(events.map(({ event }) => event)).toContain('invalidated');
  });

  it('writes all or nothing over the end of memory, but for who asks for a part', async () => {
    const start = (await edge()) - 4n;
    const old = bytesOf(await read(hex(start), 4));
    await expect(write(hex(start), '0102030405060708')).rejects.toThrow(/^BS\d{3}: /);
    expect(bytesOf(await read(hex(start), 4))).toBe(old);
    events.length = 0;
    expect(await write(hex(start), '0102030405060708', { allowPartial: true })).toEqual({ bytesWritten: 4 });
    expect(told()).toContainEqual({ memoryReference: hex(start), offset: 0, count: 4 });
    expect(bytesOf(await read(hex(start), 4))).toBe('01020304');
    expect(await write(hex(start), old)).toEqual({ bytesWritten: 4 });
    expect(await write(hex(start + 4n), '00', { allowPartial: true })).toEqual({ bytesWritten: 0 });
  });
});
