import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { ChainContext, ErrorSites } from '../../../debug-adapter/chains/chain';
import { withFilesystems } from '../../../debug-adapter/chains/redox/schemes';
import { redoxfsLog } from '../../../boot/redoxfs-log';
import { RedoxChain } from '../../../debug-adapter/chains/redox/redox';
import { decodeRequests, decodeResponses } from '../../../debug-adapter/chains/redox/scheme-messages';
import type { Registers } from '../../../debug-adapter/machine/registers';
import { anyPointer, FakeKernel, struct, u64 } from './fake-machine';
import { seahash } from '../../../boot/redoxfs-header';

const request = (opcode: number, tag: number, args: bigint[]): Buffer => {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt8(opcode, 0);
  bytes.writeUInt32LE(tag, 4);
  args.forEach((arg, i) => bytes.writeBigUInt64LE(arg, 8 + i * 8));
  bytes.writeBigUInt64LE(7n, 56);
  return bytes;
};
const response = (tag: number, result: bigint, kind = 0): Buffer => {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt8(kind, 0);
  bytes.writeUInt32LE(tag, 4);
  bytes.writeBigInt64LE(result, 8);
  return bytes;
};

const text = 'RSDP_ADDR=000000003f913000\nDISK_LIVE_ADDR=0000000030000000\nDISK_LIVE_SIZE=0000000000400000\nREDOXFS_BLOCK=0000000000000000\nREDOXFS_UUID=00000000-0000-0000-0000-000000000000\n';
const physmap = 0xffff_8000_0000_0000n;

/** A kernel with BOOTSTRAP as a once-cell, a preload with a header, and a daemon's buffers. */
const kernelWith = (options: { debug?: boolean; filesystem?: bigint } = {}): FakeKernel => {
  const kernel = new FakeKernel();
  const slice = struct('&[u8]', { data_ptr: anyPointer, length: u64 });
  const bootstrap = struct('Bootstrap', { base: u64, page_count: u64, env: slice }, 4);
  const cell = struct('Once<Bootstrap>', { status: u64, data: struct('UnsafeCell', { value: struct('MaybeUninit', { value: bootstrap }) }) }, 3);
  const variable = kernel.global('BOOTSTRAP', cell);
  const at = physmap + 0x20_0000n;
  kernel.memory.put(at, Buffer.from(text));
  const env = variable.member('data').member('value').member('value').member('env');
  kernel.set(env, 'data_ptr', at);
  kernel.set(env, 'length', text.length);
  if (options.debug === false) kernel.variables.delete('BOOTSTRAP');
  const header = Buffer.alloc(4096);
  header.write('RedoxFS\0', 'latin1');
  header.writeBigUInt64LE(options.filesystem ?? 16n << 20n, 32);
  header.writeBigUInt64LE(seahash(header.subarray(0, 4072)), 4088);
  kernel.memory.put(0x3000_0000n, header);
  kernel.symbols.set('syscall_instruction', 0xffff_ffff_8000_1000n);
  kernel.symbols.set('enter_usermode', 0xffff_ffff_8000_2000n);
  return kernel;
};
const registers = (values: Record<string, bigint>, cr3 = 0x9000n): Registers => ({ mode: 'long', cpl: 0, cr3, pc: 1n, get: (name: string) => values[name] }) as unknown as Registers;
const contextOf = (kernel: FakeKernel | undefined, over: Partial<ChainContext> = {}, values: Record<string, bigint> = {}): ChainContext =>
  ({
    kernel,
    stage: 'init',
    serialText: () => '',
    machine: { registers: () => Promise.resolve(registers(values)), physical: kernel?.memory, currentSpace: () => Promise.resolve(kernel?.memory) },
    program: { modules: [{ process: 'lived', roots: new Set([0x9000n]) }], modulesOf: () => [] },
    ...over,
  }) as unknown as ChainContext;

describe('Redox environment', () => {
  it.each([[true], [false]])('is read with debug information: %s', async (debug) => {
    const answer = await new RedoxChain().environment(contextOf(kernelWith({ debug })));
    expect(answer.variables.map((v) => v.name)).toEqual(['RSDP_ADDR', 'DISK_LIVE_ADDR', 'DISK_LIVE_SIZE', 'REDOXFS_BLOCK', 'REDOXFS_UUID']);
    const size = answer.variables.find((v) => v.name === 'DISK_LIVE_SIZE');
    expect(size).toMatchObject({ values: [{ stage: 'init', value: '0000000000400000' }], meaning: expect.stringContaining('4 MiB') });
    expect(size?.faults.map((f) => f.code)).toEqual(['preload-smaller-than-filesystem']);
    expect(size?.readers[0]?.name).toBe('lived');
  });
  it('says nothing is wrong with a whole preload', async () => {
    const answer = await new RedoxChain().environment(contextOf(kernelWith({ filesystem: 4n << 20n })));
    expect(answer.variables.flatMap((v) => v.faults)).toEqual([]);
  });
  it('is read behind KernelArgs at the kernel entry and by the loader\'s locals', async () => {
    const kernel = kernelWith();
    kernel.symbols.set('kstart', 1n);
    kernel.memory.put(0x50_0000n, Buffer.from('A=1\n'));
    const args = Buffer.alloc(96);
    args.writeBigUInt64LE(0x50_0000n, 0x20);
    args.writeBigUInt64LE(4n, 0x28);
    kernel.memory.put(0x60_0000n, args);
    const atEntry = await new RedoxChain().environment(contextOf(kernel, { stage: 'kernel' }, { rdi: 0x60_0000n }));
    expect(atEntry.variables.map((v) => v.name)).toEqual(['A']);
    const local = async (name: string): Promise<unknown> => {
      if (name !== 'w') return undefined;
      const type = struct('SliceWriter', { slice: struct('&mut [u8]', { data_ptr: anyPointer, length: u64 }), i: u64 });
      const writer = kernel.value(type, kernel.allocate(64));
      kernel.set(writer, 'slice.data_ptr', 0x50_0000n);
      kernel.set(writer, 'i', 4);
      return writer;
    };
    const inLoader = await new RedoxChain().environment(contextOf(kernel, { stage: 'loader', local } as unknown as Partial<ChainContext>));
    expect(inLoader.variables[0]?.values).toEqual([{ stage: 'loader', value: '1', address: '0x500000' }]);
  });
  it('says why it is not there', async () => {
    expect((await new RedoxChain().environment(contextOf(undefined))).unknown).toContain('no kernel image');
    const bare = new FakeKernel();
    expect((await new RedoxChain().environment(contextOf(bare))).unknown).toMatch(/^because no symbol BOOTSTRAP/);
    expect((await new RedoxChain().mounts(contextOf(bare))).unknown).toMatch(/^because no symbol HANDLES/);
    expect((await new RedoxChain().mounts(contextOf(undefined))).unknown).toContain('no kernel image');
  });
});

describe('scheme messages', () => {
  it('are decoded by the wire format', () => {
    expect(decodeRequests(Buffer.concat([request(5, 3, [1n, 0x1000n, 4096n, 0x500000n]), Buffer.alloc(64)]))).toMatchObject([{ operation: 'Read', tag: 3, caller: 7n }]);
    expect(decodeResponses(Buffer.concat([response(3, -22n), response(4, 10n), response(5, 1n, 1)]))).toEqual([
      { tag: 3, errno: 22, result: BigInt.asUintN(64, -22n) },
      { tag: 4, errno: 0, result: 10n },
    ]);
    expect(decodeResponses(Buffer.alloc(15))).toBeUndefined();
    expect(decodeResponses(response(0, 0n, 7))).toBeUndefined();
  });
  it('never throw on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void [decodeRequests(bytes), decodeResponses(bytes)]));
  });
});

describe('an error in a reply', () => {
  const read = 0x2200_0003n;
  const write = 0x2100_0004n;
  const prepare = (): { sites: ErrorSites; context: ChainContext; kernel: FakeKernel } => {
    const kernel = kernelWith();
    kernel.memory.put(0x7000n, Buffer.concat([request(5, 9, [2n, 0x1000n, 4096n, 0x600000n]), Buffer.alloc(64)]));
    const context = contextOf(kernel);
    return { sites: new RedoxChain().errorSites(context, 'lived') as ErrorSites, context, kernel };
  };
  const call = (sites: ErrorSites, context: ChainContext, rax: bigint, rsi: bigint, rdx: bigint, cr3 = 0x9000n): ReturnType<ErrorSites['inspect']> =>
    sites.inspect(context, registers({ rax, rsi, rdx }, cr3));
  const returned = (sites: ErrorSites, context: ChainContext, cr3 = 0x9000n): ReturnType<ErrorSites['inspect']> =>
    sites.inspect(context, { ...registers({}, cr3), pc: 0xffff_ffff_8000_2000n } as Registers);

  it('is told with block, offset, length and why', async () => {
    const { sites, context, kernel } = prepare();
    expect(await call(sites, context, read, 0x7000n, 128n)).toBeUndefined();
    expect(await returned(sites, context)).toBeUndefined();
    kernel.memory.put(0x7000n, new Uint8Array(128));
    kernel.memory.put(0x8000n, response(9, -22n));
    const seen = await call(sites, context, write, 0x8000n, 16n);
    expect(seen).toMatchObject({ errno: 22, errnoName: 'EINVAL', process: 'lived', operation: 'Read' });
    expect(seen?.arguments).toEqual([
      { name: 'block', value: 0x600n },
      { name: 'file', value: 2n },
      { name: 'length', value: 4096n },
      { name: 'offset', value: 0x600000n },
    ]);
    expect(seen?.sentence).toMatch(/lived answers EINVAL .*4096 bytes at offset 6291456 \(block 1536\).*preload, which holds 4 MiB of a filesystem of 16 MiB/);
  });
  it('is not told for success, for other processes, for other writes', async () => {
    const { sites, context, kernel } = prepare();
    await call(sites, context, read, 0x7000n, 128n);
    await returned(sites, context, 0xb000n);
    kernel.memory.put(0x8000n, response(9, 4096n));
    expect(await call(sites, context, write, 0x8000n, 16n)).toBeUndefined();
    kernel.memory.put(0x8000n, response(9, -22n));
    expect(await call(sites, context, write, 0x8000n, 16n, 0xa000n)).toBeUndefined();
    expect(await call(sites, context, write, 0x8000n, 17n)).toBeUndefined();
    expect(await call(sites, context, 0x2000_0006n, 0x8000n, 16n)).toBeUndefined();
  });
  it('needs an entry symbol of the kernel', () => {
    const kernel = new FakeKernel();
    expect(new RedoxChain().errorSites(contextOf(kernel), 'lived')).toMatchObject({ unknown: expect.stringContaining('syscall_instruction') });
  });
});

describe('the filesystem redoxfs serves', () => {
  const scheme = (id: number, from: string) => ({ id: `scheme ${id}`, fstype: 'scheme', from, on: `scheme number ${id}`, flags: ['user'] });
  const rows = [scheme(17, '/scheme/initfs/bin/lived:12'), scheme(18, '/scheme/initfs/bin/redoxfs:14')];
  const said = 'redoxfs: opening /scheme/disk.live/0\nredoxfs: mounted filesystem on /scheme/disk.live/0 to /scheme/file\n';
  it('stands in place of its scheme', () => {
    expect(withFilesystems(rows, redoxfsLog(said).attempts)).toEqual([rows[0], { id: 'scheme 18', fstype: 'redoxfs', from: '/scheme/disk.live/0 by redoxfs:14', on: '/scheme/file', flags: ['user'] }]);
  });
  it('is not told where it is not said, or could be another', () => {
    expect(withFilesystems(rows, redoxfsLog('redoxfs: opening /scheme/disk.live/0\n').attempts)).toEqual(rows);
    const two = [...rows, scheme(19, '/usr/bin/redoxfs:30')];
    expect(withFilesystems(two, redoxfsLog(said).attempts)).toEqual(two);
  });
});
