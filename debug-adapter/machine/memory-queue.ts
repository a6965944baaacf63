import { decodeDigits } from '../wire/rsp/digits';
import { shapes } from '../wire/rsp/reply';
import type { Reply } from '../wire/rsp/reply';
import type { Request } from '../wire/rsp/client';
import { oneRun } from './memory-file';
import type { MemoryFile } from './memory-file';
import type { Stub, StubThread } from './stub';

interface Read {
  readonly address: bigint;
  readonly length: number;
  readonly resolve: (bytes: Uint8Array | undefined) => void;
  readonly reject: (error: unknown) => void;
}

type View = StubThread | 'physical';

/** From so many pages on, a promise for each packet costs more than gathering saves. */
const bulk = 8;

/**
 * Gathers the reads of one turn of the event loop into one batch, all virtual ones first and all physical ones between
 * one switch to physical mode and back.
 */
export class MemoryQueue {
  private physical: Read[] = [];
  private virtual = new Map<string, { thread: StubThread; reads: Read[] }>();
  private scheduled = false;
  /** Most bytes one `m` may ask for: the answer is two digits a byte and must fit a packet. */
  readonly readLimit: number;

  constructor(
    private readonly stub: Stub,
    /** A faster way for much memory in one piece. */
    private readonly file?: MemoryFile,
  ) {
    let limit = 256;
    while (limit * 2 <= Math.floor(stub.features.packetSize / 2) && limit < 4096) limit *= 2;
    this.readLimit = limit;
  }

  /** Undefined when the stub answers with an error: something in the range is not mapped. */
  read(view: View, address: bigint, length: number): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
      const read = { address, length, resolve, reject };
      if (view === 'physical') this.physical.push(read);
      else {
        const group = this.virtual.get(view.id) ?? { thread: view, reads: [] };
        this.virtual.set(view.id, group);
        group.reads.push(read);
      }
      if (!this.scheduled) {
        this.scheduled = true;
        // Behind everything that can go on without an answer: reads that chains of promises come to at different times share a batch.
        queueMicrotask(() => process.nextTick(() => void this.flush()));
      }
    });
  }

  /** Ranges of at most a page each, in as few packets as they fit in. */
  readParts(view: View, parts: readonly { readonly address: bigint; readonly length: number }[]): Promise<(Uint8Array | undefined)[]> {
    if (parts.length >= bulk && view !== 'physical' && parts.every(({ length }) => length <= this.readLimit)) return this.readManyParts(view, parts);
    return Promise.all(
      parts.map(async ({ address, length }) => {
        if (length <= this.readLimit) return this.read(view, address, length);
        const blocks = await Promise.all(
          Array.from({ length: Math.ceil(length / this.readLimit) }, (_, i) => this.read(view, address + BigInt(i * this.readLimit), Math.min(this.readLimit, length - i * this.readLimit))),
        );
        return blocks.every((block) => block !== undefined) ? Buffer.concat(blocks) : undefined;
      }),
    );
  }

  /** Many ranges that fit a packet each: one batch of their own, decoded into one piece of memory. */
  private async readManyParts(thread: StubThread, parts: readonly { readonly address: bigint; readonly length: number }[]): Promise<(Uint8Array | undefined)[]> {
    const requests = this.stub.asVirtual(thread, parts.map(askMemory));
    const replies = await this.stub.batch(requests, { idempotent: true });
    const before = requests.length - parts.length;
    const bytes = Buffer.allocUnsafeSlow(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    return parts.map(({ length }, index) => {
      const reply = replies[before + index];
      const start = at;
      at += length;
      // Undecodable digits would leave the piece short.
      return reply?.kind === 'data' && bytes.write(reply.bytes.toString('latin1'), start, 'hex') === length ? bytes.subarray(start, at) : undefined;
    });
  }

  /** As `read` of several ranges that fit a packet each, but written at once. */
  async readNow(thread: StubThread, extents: readonly { readonly address: bigint; readonly length: number }[]): Promise<(Uint8Array | undefined)[]> {
    const requests = this.stub.asVirtual(thread, extents.map(askMemory));
    const replies = await this.stub.batch(requests, { idempotent: true });
    return replies.slice(requests.length - extents.length).map(bytesOf);
  }

  /** Whole pages of 4 KiB. */
  async readPages(view: View, addresses: readonly bigint[]): Promise<(Uint8Array | undefined)[]> {
    const size = 4096;
    const parts = size / this.readLimit;
    if (addresses.length >= bulk) return this.readBulk(view, addresses, parts);
    const blocks = await Promise.all(
      addresses.flatMap((address) => Array.from({ length: parts }, (_, i) => this.read(view, address + BigInt(i * this.readLimit), this.readLimit))),
    );
    return addresses.map((_, i) => {
      const page = blocks.slice(i * parts, (i + 1) * parts);
      return page.every((block) => block !== undefined) ? (parts === 1 ? page[0] : Buffer.concat(page as Uint8Array[])) : undefined;
    });
  }

  /** Many pages: one batch of their own, decoded into one piece of memory. */
  private async readBulk(view: View, addresses: readonly bigint[], parts: number): Promise<(Uint8Array | undefined)[]> {
    const length = view === 'physical' || this.file === undefined ? 0 : oneRun(addresses);
    const whole = length === 0 || view === 'physical' ? undefined : await this.file?.read(view.number, addresses[0] ?? 0n, length);
    if (whole !== undefined) return addresses.map((_, i) => whole.subarray(i * 4096, (i + 1) * 4096));
    const { readLimit } = this;
    const asked = addresses.flatMap((address) => Array.from({ length: parts }, (_, i) => askMemory({ address: address + BigInt(i * readLimit), length: readLimit })));
    const requests = view === 'physical' ? this.stub.asPhysical(asked) : this.stub.asVirtual(view, asked);
    const before = requests.indexOf(asked[0] as Request);
    const replies = await this.stub.batch(requests, { idempotent: true });
    const bytes = Buffer.allocUnsafeSlow(asked.length * readLimit);
    return addresses.map((_, page) => {
      for (let part = page * parts; part < (page + 1) * parts; part++) {
        const reply = replies[before + part];
        if (reply?.kind !== 'data') return undefined;
        // Undecodable digits would leave the piece short.
        if (bytes.write(reply.bytes.toString('latin1'), part * readLimit, 'hex') !== readLimit) return undefined;
      }
      return bytes.subarray(page * parts * readLimit, (page + 1) * parts * readLimit);
    });
  }

  /** Writes in pieces that fit a packet. False when the stub refuses one. */
  async write(view: View, address: bigint, bytes: Uint8Array): Promise<boolean> {
    const requests: Request[] = [];
    for (let done = 0; done < bytes.length; ) {
      const at = (address + BigInt(done)).toString(16);
      // `M` + address + `,` + four digits of length + `:`; QEMU drops a packet that fills its buffer without an answer.
      const room = Math.floor((this.stub.features.packetSize - 16 - at.length) / 2);
      const part = bytes.subarray(done, done + Math.min(room, 4096));
      requests.push({ payload: `M${at},${part.length.toString(16)}:${Buffer.from(part).toString('hex')}`, shape: shapes.ok });
      done += part.length;
    }
    const replies = await this.stub.batch(view === 'physical' ? this.stub.asPhysical(requests) : this.stub.asVirtual(view, requests), { idempotent: true });
    return replies.every((reply) => reply.kind === 'data');
  }

  private async flush(): Promise<void> {
    this.scheduled = false;
    const { physical, virtual } = this;
    this.physical = [];
    this.virtual = new Map();
    const requests: Request[] = [];
    const owners: (Read | undefined)[] = [];
    const add = (group: readonly Request[], reads: readonly Read[], before: number): void => {
      requests.push(...group);
      for (let i = 0; i < group.length; i++) owners.push(reads[i - before]);
    };
    for (const { thread, reads } of virtual.values()) {
      const group = this.stub.asVirtual(thread, reads.map(askMemory));
      add(group, reads, group.length - reads.length);
    }
    if (physical.length > 0) add(this.stub.asPhysical(physical.map(askMemory)), physical, 1);
    let replies: Reply[];
    try {
      replies = await this.stub.batch(requests, { idempotent: true });
    } catch (error) {
      for (const read of owners) read?.reject(error);
      return;
    }
    owners.forEach((read, i) => {
      read?.resolve(bytesOf(replies[i]));
    });
  }
}

/** Asks for virtual memory that fits one packet. */
export const askMemory = ({ address, length }: { readonly address: bigint; readonly length: number }): Request => ({ payload: `m${address.toString(16)},${length.toString(16)}`, shape: shapes.hex(length) });

/** Undefined where the stub could not read. */
export const bytesOf = (reply: Reply | undefined): Uint8Array | undefined => {
  if (reply?.kind !== 'data') return undefined;
  const bytes = new Uint8Array(reply.bytes.length >> 1);
  return decodeDigits(reply.bytes, bytes) ? bytes : undefined;
};
