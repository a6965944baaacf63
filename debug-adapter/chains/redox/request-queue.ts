import type { Memory } from '../../machine/machine';
import { decodeRequests, requestSize, type SchemeRequest, type SchemeResponse } from './scheme-messages';

/** Bytes of a UserInner that are searched; it holds a few counters, the queue and the slab of states. */
const objectSize = 512;
const upperHalf = 1n << 63n;
const mostEntries = 1024n;

/** Where in the object a VecDeque lies (library/alloc/src/collections/vec_deque: head, len, and a buffer of capacity and pointer), as byte offsets. */
interface Layout {
  readonly head: number;
  readonly length: number;
  readonly capacity: number;
  readonly pointer: number;
}

/** A VecDeque is four words, the two of its buffer side by side; Rust orders the rest as it likes. */
const layouts: readonly Layout[] = Array.from({ length: objectSize / 8 - 3 }, (_, word) => word * 8).flatMap((at) =>
  [0, 8, 16].flatMap((buffer) => {
    const [one = 0, other = 0] = [0, 8, 16, 24].filter((offset) => offset !== buffer && offset !== buffer + 8);
    const buffers = [{ capacity: at + buffer, pointer: at + buffer + 8 }, { capacity: at + buffer + 8, pointer: at + buffer }];
    return buffers.flatMap((pair) => [{ ...pair, head: at + one, length: at + other }, { ...pair, head: at + other, length: at + one }]);
  }),
);

/** What is known of a layout at one queue. */
interface Watched {
  head: bigint;
  moved: boolean;
}

/**
 * What a daemon was asked, out of the kernel's queue of requests to it: `UserInner.todo` (kernel/src/scheme/user.rs), a
 * WaitQueue around a VecDeque of Sqe (kernel/src/sync/wait_queue.rs). An entry taken out stays in the ring until it is
 * overwritten, so at the answer the newest one of the answer's tag is there. No debug information is needed: the queue is
 * where the words of the object form one and its ring holds fitting requests. Where entries are taken one by one the head
 * moves on with each answer, and the newest lies before it; a queue that is drained as a whole begins again at its first slot.
 */
export class RequestQueue {
  readonly #watched = new Map<bigint, { seen: number; readonly layouts: Map<Layout, Watched> }>();

  /** Requests by tag; only what cannot be meant otherwise. */
  async find(memory: Memory, object: bigint, responses: readonly SchemeResponse[]): Promise<Map<number, SchemeRequest>> {
    const bytes = await memory.readSome(object, objectSize);
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const state = this.#watched.get(object) ?? { seen: 0, layouts: new Map<Layout, Watched>() };
    this.#watched.set(object, state);
    const possible = layouts.flatMap((layout) => {
      const ring = ringAt(data, layout);
      return ring === undefined ? [] : [{ layout, ring, moved: watch(state.layouts, layout, ring.head) }];
    });
    state.seen++;
    const moving = possible.filter(({ moved }) => moved);
    // One answer alone does not tell whether a head stands still because the queue is drained.
    const still = possible.filter(({ ring }) => ring.head === 0n);
    const readings = moving.length > 0 ? moving.map((one) => ({ ...one, drained: false })) : [...still.map((one) => ({ ...one, drained: true })), ...(state.seen > 2 ? [] : possible.map((one) => ({ ...one, drained: false })))];
    const rings = await memory.readMany(readings.map(({ ring }) => ({ address: ring.pointer, length: Number(ring.capacity) * requestSize })));
    const fitting = readings.flatMap(({ ring, drained }, index) => {
      const content = rings[index];
      const requests = content === undefined ? undefined : newestOf(content, ring, drained, responses);
      return requests === undefined ? [] : [requests];
    });
    const [first, ...others] = fitting;
    const found = new Map(first);
    for (const [tag, request] of found) if (others.some((requests) => !isSame(requests.get(tag), request))) found.delete(tag);
    return found;
  }
}

const watch = (watched: Map<Layout, Watched>, layout: Layout, head: bigint): boolean => {
  const before = watched.get(layout);
  const moved = before !== undefined && (before.moved || before.head !== head);
  watched.set(layout, { head, moved });
  return moved;
};

interface Ring {
  readonly pointer: bigint;
  readonly capacity: bigint;
  readonly head: bigint;
}

const ringAt = (data: DataView, layout: Layout): Ring | undefined => {
  if (Math.max(layout.pointer, layout.capacity, layout.head, layout.length) + 8 > data.byteLength) return undefined;
  const word = (offset: number): bigint => data.getBigUint64(offset, true);
  const [pointer, capacity, head, length] = [word(layout.pointer), word(layout.capacity), word(layout.head), word(layout.length)];
  const isRing = pointer >= upperHalf && pointer % 8n === 0n && capacity > 0n && capacity <= mostEntries && head < capacity && length <= capacity;
  return isRing ? { pointer, capacity, head } : undefined;
};

/** For each answer the newest entry of its tag; undefined when one has none that fits. */
const newestOf = (content: Uint8Array, ring: Ring, drained: boolean, responses: readonly SchemeResponse[]): Map<number, SchemeRequest> | undefined => {
  const [head, capacity] = [Number(ring.head), Number(ring.capacity)];
  const found = new Map<number, SchemeRequest>();
  for (const response of responses) {
    for (let step = 0; step < capacity && !found.has(response.tag); step++) {
      const at = (drained ? step : (head - 1 - step + 2 * capacity) % capacity) * requestSize;
      const [request] = decodeRequests(content.subarray(at, at + requestSize));
      if (request?.tag !== response.tag) continue;
      if (!isPlausible(request, response)) return undefined;
      found.set(response.tag, request);
    }
    if (!found.has(response.tag)) return undefined;
  }
  return found;
};

/** A request has a caller; a read or write has a buffer, and a successful answer to it tells no more bytes than were asked for. */
const isPlausible = (request: SchemeRequest, response: SchemeResponse): boolean => {
  if (request.caller >= 1n << 32n) return false;
  if (request.operation !== 'Read' && request.operation !== 'Write') return true;
  const [, , length = 0n] = request.args;
  return length < 1n << 32n && (response.errno !== 0 || response.result <= length);
};

const isSame = (a: SchemeRequest | undefined, b: SchemeRequest): boolean =>
  a !== undefined && a.opcode === b.opcode && a.tag === b.tag && a.caller === b.caller && a.args.every((arg, index) => arg === b.args[index]);
