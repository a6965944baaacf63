import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../debug-adapter/inspect/evaluate/evaluate';
import { render } from '../../../debug-adapter/inspect/render/render';
import type { Frame } from '../../../debug-adapter/inspect/stack/frame';
import { stackOf } from '../../../debug-adapter/inspect/stack/unwind';
import { MemoryQueue } from '../../../debug-adapter/machine/memory-queue';
import { PagedMemory } from '../../../debug-adapter/machine/paged-memory';
import type { Space } from '../../../debug-adapter/machine/space';
import type { Stub } from '../../../debug-adapter/machine/stub';
import type { Request } from '../../../debug-adapter/wire/rsp/client';
import type { Reply } from '../../../debug-adapter/wire/rsp/reply';
import { clang, compile, gcc, gdb, runUnderGdb, snapshotOf } from './harness';

/** A stub that answers from a snapshot and counts how often it is asked. */
class CountingStub {
  batches = 0;
  readonly features = { packetSize: 0x1000 };
  constructor(private readonly from: Space) {}
  asVirtual(_thread: unknown, requests: readonly Request[]): Request[] {
    return [...requests];
  }
  async batch(requests: readonly Request[]): Promise<Reply[]> {
    this.batches++;
    // An answer takes its way through the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    return Promise.all(
      requests.map(async ({ payload }): Promise<Reply> => {
        const [address = '', length = ''] = String(payload).slice(1).split(',');
        const bytes = await this.known(BigInt(`0x${address}`), parseInt(length, 16));
        return bytes ? { kind: 'data', bytes: Buffer.from(bytes.toString('hex')) } : ({ kind: 'error', code: 14 } as unknown as Reply);
      }),
    );
  }

  /** A snapshot does not end where pages do: what it lacks of one is zero. */
  private async known(address: bigint, length: number): Promise<Buffer | undefined> {
    const start = address & ~0xfffn;
    const page = Buffer.alloc(4096);
    let any = false;
    for (let at = 0; at < page.length; at += 8) {
      const bytes = await this.from.readSome(start + BigInt(at), 8);
      page.set(bytes, at);
      any ||= bytes.length > 0;
    }
    return any ? page.subarray(Number(address - start), Number(address - start) + length) : undefined;
  }
}

class QueuedSpace extends PagedMemory implements Space {
  readonly root = 0x1000n;
  private readonly queue: MemoryQueue;
  constructor(stub: CountingStub) {
    super({ epoch: 1 }, 'snapshot', 1n << 64n);
    this.queue = new MemoryQueue(stub as unknown as Stub);
  }
  protected fetch(addresses: readonly bigint[]): Promise<readonly (Uint8Array | undefined)[]> {
    return this.queue.readPages({ id: '1', number: 1 }, addresses);
  }
  protected store(): Promise<boolean> {
    return Promise.resolve(false);
  }
  translate(address: bigint): Promise<bigint> {
    return Promise.resolve(address);
  }
  ranges(): AsyncIterable<never> {
    throw new Error('a snapshot has no page tables');
  }
}

/** All variables of a frame, as the editor is shown them. */
const shown = async (frame: Frame): Promise<Record<string, string>> =>
  Object.fromEntries(await Promise.all(frame.variables().map(async (variable) => [variable.name, (await render(await frame.valueOf(variable))).text] as const)));

describe.skipIf(!gdb).each([
  { name: 'gcc -O0', compiler: gcc, flags: ['-O0'] },
  { name: 'gcc -O2', compiler: gcc, flags: ['-O2', '-fno-ipa-cp', '-fno-optimize-sibling-calls'] },
  { name: 'clang -O1', compiler: clang, flags: ['-O1'] },
])('reads for a stack of 24 frames, $name', ({ name, compiler, flags }) => {
  it('are one batch for the stack and one for each frame at most', async () => {
    const program = compile({ name: `deep ${name}`, compiler, flags: [...flags, '-g', '-static', '-no-pie'], source: 'deep.c' });
    const { stops, memory } = runUnderGdb(program, ['checkpoint'], { locals: false, limit: 1 });
    let stub: CountingStub | undefined;
    const snapshot = snapshotOf(program, stops[0]!, memory, 0n, (space) => new QueuedSpace((stub = new CountingStub(space))));
    const frames = await stackOf(snapshot.program, snapshot.machine);
    expect(frames.filter(({ scope }) => scope?.function.name === 'level').length).toBeGreaterThanOrEqual(24);
    const forStack = stub!.batches;
    expect(forStack).toBeLessThanOrEqual(2);
    const perFrame: number[] = [];
    let texts = 0;
    for (const frame of frames) {
      const before = stub!.batches;
      const values = await shown(frame);
      perFrame.push(stub!.batches - before);
      if (/"label of level \d+"/.test(values.label ?? '')) texts++;
    }
    expect(Math.max(...perFrame)).toBe(1);
    // The texts are really read: their pages are known from nowhere else.
    expect(texts).toBeGreaterThan(0);
    console.log(`${name}: ${forStack} batches for ${frames.length} frames, ${perFrame.filter((count) => count > 0).length} frames of one batch`);
  });

  it('a condition on the innermost frame costs one for the stack and one for what it names', async () => {
    const program = compile({ name: `deep ${name}`, compiler, flags: [...flags, '-g', '-static', '-no-pie'], source: 'deep.c' });
    const { stops, memory } = runUnderGdb(program, ['checkpoint'], { locals: false, limit: 1 });
    let stub: CountingStub | undefined;
    const snapshot = snapshotOf(program, stops[0]!, memory, 0n, (space) => new QueuedSpace((stub = new CountingStub(space))));
    const [frame] = await stackOf(snapshot.program, snapshot.machine, undefined, 1);
    await evaluate('sink == 0 || items[3].n > 2', frame, snapshot.program);
    expect(stub!.batches).toBeLessThanOrEqual(3);
  });
});
