import type { Duplex } from 'node:stream';
import { failure } from '../../errors/catalogue';
import { qemuErrors } from '../../errors/qemu';
import { PacketDecoder, encodePacket } from './packet';
import { classify, isStopReply, parseStopReply, shapes } from './reply';
import type { Reply, Shape, StopReply } from './reply';

export interface Request {
  /** One byte in each character. */
  readonly payload: string;
  readonly shape: Shape;
  /** Output of a monitor command, which comes as `O` packets before the answer. */
  readonly onConsole?: (bytes: Buffer) => void;
}

export interface BatchOptions {
  /** Longest silence of the stub, in ms; each answer starts it anew. */
  readonly silenceMs?: number;
  /** May be sent once more, as a whole, after the connection was brought back in step. */
  readonly idempotent?: boolean;
}

export interface ClientEvents {
  /** `solicited` is false for a stop while the client did not run the machine (attach, QMP's `cont`). */
  onStop: (stop: StopReply, solicited: boolean) => void;
  onClose: (reason: Error) => void;
}

/** Requests with their bytes on the wire, for sending many times. */
export interface PreparedRequests {
  readonly requests: readonly Request[];
  readonly bytes: string;
}

/** Encodes requests once. */
export const prepare = (requests: readonly Request[]): PreparedRequests => ({ requests, bytes: requests.map(({ payload }) => encodePacket(payload)).join('') });

interface Batch {
  readonly replies: Reply[];
  remaining: number;
  readonly silenceMs: number;
  readonly resolve: (replies: Reply[]) => void;
  readonly reject: (error: Error) => void;
}
interface Expected {
  readonly batch: Batch;
  readonly index: number;
  readonly request: Request;
}

/** Internal: the answers no longer belong to the requests; everything in flight is void. */
class OutOfStep extends Error {
  constructor(readonly why: Error) {
    super(why.message);
  }
}

const defaultSilenceMs = 5000;
/** After a deadline the event loop may just have been busy elsewhere: data that waits is read first. */
const graceMs = 100;

const show = (payload: Buffer | string): string => (typeof payload === 'string' ? payload : payload.toString('latin1')).slice(0, 60).replace(/[^\x20-\x7e]/g, '.');

/**
 * One connection to a gdbstub. Requests are pipelined: answers come in the order of the requests and are checked by their shape.
 * While the machine runs nothing but 0x03 is sent, because QEMU stops at any byte and drops the packet.
 * Acknowledgements are never sent: QEMU does not wait for them.
 */
export class RspClient {
  private readonly decoder = new PacketDecoder();
  private readonly expected: Expected[] = [];
  private head = 0;
  private backlog: { requests: readonly Request[]; batch: Batch }[] = [];
  private syncing = false;
  private runs = false;
  /** The machine runs by somebody else's will. */
  private adopted = false;
  private closed: Error | undefined;
  private timer: NodeJS.Timeout | undefined;
  private progressAt = 0;
  private graceUsed = false;
  /** What goes out in one write; undefined: everything at once. */
  private gathered: string | undefined;
  /** Sent first when getting back in step, so that no mode of an interrupted batch stays on. */
  recoveryRequests: readonly string[] = [];
  /** Answers that belonged to no request. */
  strays = 0;
  /** Hears every packet's payload, in both directions, when somebody wants a trace. */
  onMessage: ((to: 'qemu' | 'bootscope', payload: string) => void) | undefined;

  constructor(
    private readonly stream: Duplex,
    private readonly events: ClientEvents,
    /** Longest silence of the stub while an answer is due, in ms. */
    private readonly silenceMs = defaultSilenceMs,
  ) {
    stream.on('data', (chunk: Buffer) => this.receive(chunk));
    stream.on('error', (error) => this.lose(error.message));
    stream.on('close', () => this.lose('it was closed'));
    stream.on('end', () => this.lose('it was closed by QEMU'));
  }

  get running(): boolean {
    return this.runs;
  }

  /** Sends one request. @throws BS105, BS106, BS107, BS125 */
  async request(request: Request, options: BatchOptions = {}): Promise<Reply> {
    const [reply] = await this.batch([request], options);
    return reply ?? { kind: 'unsupported' };
  }

  /** Sends requests in one go and resolves with their answers in order; `E` and empty answers are answers. */
  async batch(requests: readonly Request[], options: BatchOptions = {}): Promise<Reply[]> {
    try {
      return await this.send(requests, options);
    } catch (error) {
      if (!(error instanceof OutOfStep)) throw error;
      if (options.idempotent !== true) throw error.why;
      try {
        return await this.send(requests, options);
      } catch (again) {
        throw again instanceof OutOfStep ? again.why : again;
      }
    }
  }

  private send(requests: readonly Request[], options: BatchOptions): Promise<Reply[]> {
    if (this.closed !== undefined) return Promise.reject(this.closed);
    if (this.runs) return Promise.reject(failure(qemuErrors.running, { what: `"${show(requests[0]?.payload ?? '')}"` }));
    if (requests.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const batch: Batch = { replies: [], remaining: requests.length, silenceMs: options.silenceMs ?? this.silenceMs, resolve, reject };
      if (this.syncing) this.backlog.push({ requests, batch });
      else this.write(prepare(requests), batch);
    });
  }

  /**
   * As `batch`, without a promise: `done` is called while the last answer is being read, `failed` in its place when there is none. Nothing is
   * sent twice. False: nothing can be sent now.
   */
  exchange(prepared: PreparedRequests, done: (replies: readonly Reply[]) => void, failed: (error: Error) => void): boolean {
    if (this.closed !== undefined || this.runs || this.syncing) return false;
    const reject = (error: Error): void => {
      failed(error instanceof OutOfStep ? error.why : error);
    };
    this.write(prepared, { replies: [], remaining: prepared.requests.length, silenceMs: this.silenceMs, resolve: done, reject });
    return true;
  }

  private write({ requests, bytes }: PreparedRequests, batch: Batch): void {
    if (this.head === this.expected.length) this.progressAt = performance.now();
    for (let index = 0; index < requests.length; index++) {
      const request = requests[index] as Request;
      this.onMessage?.('qemu', request.payload);
      this.expected.push({ batch, index, request });
    }
    this.put(bytes);
    this.arm();
  }

  /** What is sent inside `work` goes out in one write. */
  together(work: () => void): void {
    this.gathered = '';
    try {
      work();
    } finally {
      const bytes = this.gathered;
      this.gathered = undefined;
      if (bytes !== '' && this.closed === undefined) this.put(bytes);
    }
  }

  private put(bytes: string): void {
    if (this.gathered === undefined) this.stream.write(bytes, 'latin1');
    else this.gathered += bytes;
  }

  /**
   * Lets the machine run, by `c`, `s` or `vCont…`; the stop comes as an event. Requests sent before are answered first.
   * @throws BS107, BS125
   */
  run(payload: string): void {
    if (this.closed !== undefined) throw this.closed;
    if (this.runs) throw failure(qemuErrors.running, { what: 'running on' });
    this.runs = true;
    this.adopted = false;
    this.onMessage?.('qemu', payload);
    this.put(encodePacket(payload));
  }

  /**
   * Asks a running machine to stop. Nothing is sent to a stopped one.
   * QEMU drops 0x03 while its last answer is not acknowledged; our own `c` counts as that, somebody else's `cont` does not.
   */
  interrupt(): void {
    if (!this.runs || this.closed !== undefined) return;
    this.onMessage?.('qemu', '\x03');
    this.stream.write(this.adopted ? '+\x03' : '\x03', 'latin1');
  }

  /** Somebody else (QMP) let the machine run: from now on nothing but 0x03 may be sent. */
  adoptRunning(): void {
    this.runs = true;
    this.adopted = true;
  }

  /** Somebody else stopped it and no stop packet came (QEMU from 8.1 sends none that was not asked for). */
  adoptStopped(): void {
    this.runs = false;
  }

  /** Gives the connection up for a reason found above. */
  fail(detail: string): void {
    this.lose(detail);
  }

  /** Closes the connection; QEMU lets go of its client. */
  close(): void {
    this.lose('Bootscope closed it');
  }

  private receive(chunk: Buffer): void {
    const found = this.decoder.push(chunk);
    if (found.some(({ kind }) => kind === 'packet')) {
      this.progressAt = performance.now();
      this.graceUsed = false;
    }
    for (const incoming of found) {
      if (incoming.kind === 'packet') this.packet(incoming.payload);
      else if (incoming.kind === 'damaged') this.outOfStep(this.nonsense(incoming.payload));
    }
    if (this.head > 1024 || this.head === this.expected.length) {
      this.expected.splice(0, this.head);
      this.head = 0;
    }
  }

  private packet(payload: Buffer): void {
    this.onMessage?.('bootscope', payload.toString('latin1'));
    if (this.syncing) {
      if (isStopReply(payload)) this.stop(payload);
      else if (shapes.currentThread(payload)) this.inStep();
      return;
    }
    const next = this.expected[this.head];
    if (isStopReply(payload) && (next === undefined || next.request.shape !== shapes.stop)) {
      this.stop(payload);
      return;
    }
    if (next === undefined) {
      this.strays++;
      return;
    }
    const { batch, index, request } = next;
    if (payload[0] === 0x4f && !shapes.ok(payload)) {
      // Console output that nobody asked for, as while the machine runs, answers no request.
      if (request.onConsole === undefined) this.strays++;
      else request.onConsole(Buffer.from(payload.toString('latin1', 1), 'hex'));
      return;
    }
    const reply = classify(payload);
    if (reply.kind === 'data' && !request.shape(payload)) {
      this.outOfStep(this.nonsense(payload));
      return;
    }
    this.head++;
    batch.replies[index] = reply;
    if (--batch.remaining === 0) batch.resolve(batch.replies);
  }

  private stop(payload: Buffer): void {
    const solicited = this.runs;
    this.runs = false;
    this.events.onStop(parseStopReply(payload), solicited);
  }

  private nonsense(payload: Buffer): Error {
    return failure(qemuErrors.stubNonsense, { request: show(this.expected[this.head]?.request.payload ?? 'continue'), reply: show(payload) });
  }

  /**
   * Voids what is in flight and asks for the current thread, whose answer `QC…` looks like no other:
   * everything before it is late. A damaged stop while running is read anew the same way.
   */
  private outOfStep(why: Error): void {
    if (this.syncing || this.closed !== undefined) return;
    const wasRunning = this.runs;
    const voided = new Set(this.expected.splice(this.head).map((entry) => entry.batch));
    this.syncing = true;
    this.runs = false;
    this.progressAt = performance.now();
    this.graceUsed = false;
    const requests = [...this.recoveryRequests, ...(wasRunning ? ['?'] : []), 'qC'];
    this.stream.write(requests.map(encodePacket).join(''), 'latin1');
    this.arm();
    for (const batch of voided) batch.reject(new OutOfStep(why));
  }

  private inStep(): void {
    this.syncing = false;
    const waiting = this.backlog;
    this.backlog = [];
    for (const { requests, batch } of waiting) {
      if (this.runs) batch.reject(failure(qemuErrors.running, { what: 'a request' }));
      else this.write(prepare(requests), batch);
    }
  }

  private arm(delay?: number): void {
    if (this.timer !== undefined && delay === undefined) return;
    clearTimeout(this.timer);
    const silence = this.expected[this.head]?.batch.silenceMs ?? this.silenceMs;
    this.timer = setTimeout(() => this.look(), delay ?? silence);
  }

  /** The one clock of the connection: looks whether the answer that is due has come. */
  private look(): void {
    this.timer = undefined;
    const next = this.expected[this.head];
    if ((next === undefined && !this.syncing) || this.closed !== undefined) return;
    const silence = next?.batch.silenceMs ?? this.silenceMs;
    const left = this.progressAt + silence - performance.now();
    if (left > 1) this.arm(left);
    else if (!this.graceUsed) {
      this.graceUsed = true;
      this.arm(graceMs);
    } else if (this.syncing) this.lose('it no longer answers');
    else this.outOfStep(failure(qemuErrors.stubTimeout, { request: show(next?.request.payload ?? ''), seconds: silence / 1000 }));
  }

  private lose(detail: string): void {
    if (this.closed !== undefined) return;
    const reason = failure(qemuErrors.connectionLost, { what: 'QEMU\'s gdbstub', detail });
    this.closed = reason;
    this.runs = false;
    clearTimeout(this.timer);
    this.stream.destroy();
    const batches = new Set([...this.expected.splice(0).map((entry) => entry.batch), ...this.backlog.map((entry) => entry.batch)]);
    this.head = 0;
    this.backlog = [];
    for (const batch of batches) batch.reject(reason);
    this.events.onClose(reason);
  }
}
