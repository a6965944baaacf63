import { BootscopeError } from '../../errors/catalogue';
import type { Value } from '../../inspect/value';
import type { ProgramView } from '../../inspect/view';
import type { Memory } from '../../machine/machine';
import { holderOf, innerMember } from '../members';
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
  readonly heads: Set<bigint>;
  last?: bigint;
  /** The head was put back to the start, which one that goes round never is. */
  putBack: boolean;
}
/** A head that was seen at this many places, and never put back, goes round. */
const goesRound = 3;
/** So many answers are looked at before a head that stands still is taken as one that is put back. */
const firstAnswers = 3;

/**
 * What a daemon was asked, out of the kernel's queue of requests to it: `UserInner.todo` (kernel/src/scheme/user.rs), a
 * WaitQueue around a VecDeque of Sqe (kernel/src/sync/wait_queue.rs). An entry taken out stays in the ring until it is
 * overwritten, so at the answer the newest one of the answer's tag is there. Debug information tells where the queue lies;
 * without it, it is where the words of the object form one and its ring holds fitting requests. Where entries are taken one
 * by one the head moves on with each answer, and the newest lies before it; a queue that was drained (as since 2025) begins
 * again at its first slot.
 */
export class RequestQueue {
  readonly #watched = new Map<bigint, { seen: number; readonly layouts: Map<Layout, Watched> }>();
  readonly #layouts: readonly Layout[];

  constructor(kernel?: ProgramView) {
    const exact = kernel === undefined || kernel.level < 2 ? undefined : layoutOf(kernel);
    this.#layouts = exact === undefined ? layouts : [exact];
  }

  /** Requests by tag; only what cannot be meant otherwise. */
  async find(memory: Memory, object: bigint, responses: readonly SchemeResponse[]): Promise<Map<number, SchemeRequest>> {
    const bytes = await memory.readSome(object, objectSize);
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const state = this.#watched.get(object) ?? { seen: 0, layouts: new Map<Layout, Watched>() };
    this.#watched.set(object, state);
    state.seen++;
    const possible = this.#layouts.flatMap((layout) => {
      const ring = ringAt(data, layout);
      return ring === undefined ? [] : [{ ring, watched: watch(state.layouts, layout, ring) }];
    });
    const readings = readingsOf(possible, state.seen <= firstAnswers);
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

const watch = (layouts: Map<Layout, Watched>, layout: Layout, ring: Ring): Watched => {
  const watched: Watched = layouts.get(layout) ?? { heads: new Set(), putBack: false };
  layouts.set(layout, watched);
  if (ring.head === 0n && watched.last !== undefined && watched.last !== ring.capacity - 1n) watched.putBack = true;
  watched.heads.add(ring.head);
  watched.last = ring.head;
  return watched;
};

/** The ways to read the possible rings: from the head backwards, or from the first slot on. */
const readingsOf = (possible: readonly { readonly ring: Ring; readonly watched: Watched }[], early: boolean): { readonly ring: Ring; readonly drained: boolean }[] => {
  const round = possible.filter(({ watched }) => watched.heads.size >= goesRound && !watched.putBack);
  if (round.length > 0) return round.map(({ ring }) => ({ ring, drained: false }));
  return possible.flatMap(({ ring, watched }) => {
    const backwards = { ring, drained: false };
    if (ring.head !== 0n) return [backwards];
    return [{ ring, drained: true }, ...(early && !watched.putBack ? [backwards] : [])];
  });
};

/** The queue's place by debug information: `todo` of UserInner (kernel/src/scheme/user.rs; rustc gives a type no file), and in it the VecDeque's `head`, `len` and `buf` (of `ptr` and `cap`). */
const layoutOf = (kernel: ProgramView): Layout | undefined => {
  const base = 0x1000n;
  try {
    const deque = holderOf(innerMember(kernel.value(kernel.type('UserInner'), base), 'todo'), 'head', 'len', 'buf');
    const buffer = holderOf(deque.member('buf'), 'ptr', 'cap');
    const offset = (value: Value): number => Number((value.address ?? base) - base);
    return { head: offset(deque.member('head')), length: offset(deque.member('len')), capacity: offset(buffer.member('cap')), pointer: offset(buffer.member('ptr')) };
  } catch (error) {
    if (error instanceof BootscopeError) return undefined;
    throw error;
  }
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

/** Where an open or another request with a path carries it (redox-os/syscall src/schemev2.rs). */
export const pathArguments: Readonly<Record<string, readonly [address: number, length: number]>> = { Open: [0, 1], Rmdir: [0, 1], Unlink: [0, 1], OpenAt: [1, 2], UnlinkAt: [1, 2] };
/** PATH_MAX of kernel/src/syscall/fs.rs. */
export const longestPath = 4096n;
/** User space is the lower half; its first page is never mapped. */
const isUserAddress = (address: bigint): boolean => address >= 4096n && address < 1n << 47n;

/** Requests whose second and third arguments are a buffer in user space and its length (redox-os/syscall src/schemev2.rs); of `filled` the result is the number of bytes. */
const buffers: ReadonlySet<string> = new Set(['Dup', 'Read', 'Write', 'Fpath', 'Fstat', 'Fstatvfs', 'Futimens', 'Getdents', 'Call']);
const filled: ReadonlySet<string> = new Set(['Read', 'Write', 'Fpath', 'Getdents']);

/** A request has a caller; a path and a buffer lie in user space, and a successful answer tells no more bytes than were asked for. */
const isPlausible = (request: SchemeRequest, response: SchemeResponse): boolean => {
  if (request.caller >= 1n << 32n) return false;
  const path = pathArguments[request.operation];
  if (path !== undefined) {
    const [address, length] = [request.args[path[0]] ?? 0n, request.args[path[1]] ?? 0n];
    return length <= longestPath && (isUserAddress(address) || (length === 0n && address <= 1n));
  }
  if (!buffers.has(request.operation)) return true;
  const [, address = 0n, length = 0n] = request.args;
  return length < 1n << 32n && (isUserAddress(address) || length === 0n) && (response.errno !== 0 || !filled.has(request.operation) || response.result <= length);
};

const isSame = (a: SchemeRequest | undefined, b: SchemeRequest): boolean =>
  a !== undefined && a.opcode === b.opcode && a.tag === b.tag && a.caller === b.caller && a.args.every((arg, index) => arg === b.args[index]);
