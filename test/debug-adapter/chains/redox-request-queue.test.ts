import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestQueue } from '../../../debug-adapter/chains/redox/request-queue';
import { anyPointer, FakeKernel, struct, u64 } from './fake-machine';

const object = 0xffff_ff7f_8010_2880n;
const ringAt = 0xffff_ff7f_8010_2200n;
const slabAt = 0xffff_ff7f_8020_3490n;
const capacity = 4;

/** A UserInner as the kernel of August 2026 lays it out: the queue at 64, behind it a slab whose words look like a ring too. */
class Queue {
  readonly kernel = new FakeKernel();
  head = 0;
  waiting: number[] = [];
  readonly #drains: boolean;

  constructor(drains: boolean, exact: boolean) {
    this.#drains = drains;
    const buffer = struct('RawVec', { inner: struct('RawVecInner', { cap: u64, ptr: anyPointer }) });
    const deque = struct('VecDeque', { buf: buffer, head: u64, len: u64 });
    const lock = struct('Mutex', { value: deque });
    if (exact) {
      this.kernel.types.set('UserInner', struct('UserInner', { context: u64, root_id: u64, scheme_id: u64, lock: u64, condition: struct('WaitCondition', { contexts: struct('Contexts', { cap: u64, ptr: anyPointer, len: u64, locked: u64 }) }), todo: struct('WaitQueue', { inner: lock }) }));
    } else this.kernel.level = 1;
    const { memory } = this.kernel;
    memory.put(object, new Uint8Array(512));
    memory.put(ringAt, new Uint8Array(capacity * 64));
    memory.put(slabAt, new Uint8Array(32 * 64));
    memory.putNumber(slabAt + 8n, 8n, 8);
    memory.putNumber(slabAt + 24n, 0xffff_ff7f_8010_3000n, 8);
    [0xffff_ff7f_8010_2660n, 0x10n, 0x11n, 0x3634_3a35_3039_3700n, 4n, 0xffff_ff7f_8010_1f20n, 0n, 0x3337_3234_3831_3000n, BigInt(capacity), ringAt, 0n, 0n, 0x3337_3234_3831_3000n, 0x20n, slabAt, 1n, 1n, 1n].forEach((word, index) => {
      memory.putNumber(object + BigInt(index) * 8n, word, 8);
    });
  }

  push(tag: number, offset: bigint): void {
    const at = ringAt + BigInt(((this.head + this.waiting.length) % capacity) * 64);
    const { memory } = this.kernel;
    memory.put(at, new Uint8Array(64));
    memory.putNumber(at, 5n, 1);
    memory.putNumber(at + 4n, BigInt(tag), 4);
    [7n, 0x6060n, 4096n, offset].forEach((arg, index) => {
      memory.putNumber(at + 8n + BigInt(index) * 8n, arg, 8);
    });
    memory.putNumber(at + 56n, 13n, 8);
    this.waiting.push(tag);
    this.#store();
  }

  /** As a daemon that reads one request at a time. */
  take(): number {
    const tag = this.waiting.shift() ?? -1;
    this.head = this.#drains && this.waiting.length === 0 ? 0 : (this.head + 1) % capacity;
    this.#store();
    return tag;
  }

  #store(): void {
    this.kernel.memory.putNumber(object + 80n, BigInt(this.head), 8);
    this.kernel.memory.putNumber(object + 88n, BigInt(this.waiting.length), 8);
  }
}

const answer = { errno: 22, result: -22n };

describe.each([['drained', true], ['taken one by one', false]] as const)('a queue of requests that is %s', (_how, drains) => {
  it.each([[true], [false]])('tells at each answer what was asked (debug information: %s)', async (exact) => {
    const queue = new Queue(drains, exact);
    const requests = new RequestQueue(queue.kernel);
    for (let n = 0; n < 12; n++) {
      queue.push(0, BigInt(n) * 4096n);
      const found = await requests.find(queue.kernel.memory, object, [{ tag: queue.take(), ...answer }]);
      // Without debug information two neighbours of the same tag do not tell yet which way the queue goes.
      if (exact || n >= 4) expect(found.get(0)).toMatchObject({ operation: 'Read', caller: 13n, args: [7n, 0x6060n, 4096n, BigInt(n) * 4096n, 0n, 0n] });
    }
  });

  it('never tells a wrong one of the first answers, and with several waiting tells the newest of each tag', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.shuffledSubarray([0, 1, 2], { minLength: 1 }), { minLength: 1, maxLength: 12 }), fc.boolean(), async (bursts, exact) => {
        const queue = new Queue(drains, exact);
        const requests = new RequestQueue(queue.kernel);
        let offset = 0n;
        for (const burst of bursts) {
          const asked = burst.map((tag) => ({ tag, offset: (offset += 4096n) }));
          for (const one of asked) queue.push(one.tag, one.offset);
          for (const one of asked) {
            expect(queue.take()).toBe(one.tag);
            const request = (await requests.find(queue.kernel.memory, object, [{ tag: one.tag, ...answer }])).get(one.tag);
            if (request !== undefined) expect(request.args[3]).toBe(one.offset);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
