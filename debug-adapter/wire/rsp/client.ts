import type { Duplex } from 'node:stream';
import { failure } from '../../errors/catalogue';
import { qemuErrors } from '../../errors/qemu';
import { PacketDecoder, encodePacket } from './packet';
import type { FrameSink } from './packet';
import { classify, isOk, isStopLetter, okPayload, parseStopReply, shapes } from './reply';
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

/** Requests that are under way, and the answers to the first of them. */
interface Batch {
  readonly requests: readonly Request[];
  readonly replies: Reply[];
  readonly silenceMs: number;
  readonly resolve: (replies: Reply[]) => void;
  readonly reject: (error: Error) => void;
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
export class RspClient implements FrameSink {
  private readonly decoder = new PacketDecoder();
  /** Batches with answers to come, from `head` on. */
  private readonly expected: Batch[] = [];
  private head = 0;
  private backlog: Batch[] = [];
  private syncing = false;
  private runs = false;
  /** The machine runs by somebody else's will. */
  private adopted = false;
  private closed: Error | undefined;
  private timer: NodeJS.Timeout | undefined;
  private progressAt = 0;
  private graceUsed = false;
  /** A packet was in what is being read. */
  private heard = false;
  /** The last stop as it was written: a breakpoint that is hit again and again says the same. */
  private stopText = '';
  private stopReply: StopReply | undefined;
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
      const batch: Batch = { requests, replies: [], silenceMs: options.silenceMs ?? this.silenceMs, resolve, reject };
      if (this.syncing) this.backlog.push(batch);
      else this.write(prepare(requests).bytes, batch);
    });
  }

  /**
   * As `batch`, without a promise: `done` is called while the last answer is being read, `failed` in its place when there is none. Nothing is
   * sent twice. False: nothing can be sent now.
   */
  exchange({ requests, bytes }: PreparedRequests, done: (replies: readonly Reply[]) => void, failed: (error: Error) => void): boolean {
    if (this.closed !== undefined || this.runs || this.syncing) return false;
    const reject = (error: Error): void => {
      failed(error instanceof OutOfStep ? error.why : error);
    };
    this.write(bytes, { requests, replies: [], silenceMs: this.silenceMs, resolve: done, reject });
    return true;
  }

  private write(bytes: string, batch: Batch): void {
    if (this.head === this.expected.length) this.progressAt = performance.now();
    this.expected.push(batch);
    this.put(bytes);
    if (this.onMessage !== undefined) for (const { payload } of batch.requests) this.onMessage('qemu', payload);
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
    this.heard = false;
    this.decoder.push(chunk, this);
    if (this.heard) {
      this.progressAt = performance.now();
      this.graceUsed = false;
    }
    if (this.head === this.expected.length) this.expected.length = this.head = 0;
    else if (this.head > 1024) {
      this.expected.splice(0, this.head);
      this.head = 0;
    }
  }

  /** As a `FrameSink`. */
  damaged(payload: Buffer): void {
    this.outOfStep(this.nonsense(payload));
  }

  /** As a `FrameSink`. */
  packet(data: Buffer, start: number, end: number): void {
    this.heard = true;
    this.onMessage?.('bootscope', data.toString('latin1', start, end));
    const letter = data[start];
    const isStop = isStopLetter(letter);
    if (this.syncing) {
      if (isStop) this.stop(data, start, end);
      else if (shapes.currentThread(data.subarray(start, end))) this.inStep();
      return;
    }
    const batch = this.expected[this.head];
    const request = batch?.requests[batch.replies.length];
    if (isStop && request?.shape !== shapes.stop) {
      this.stop(data, start, end);
      return;
    }
    if (batch === undefined || request === undefined) {
      this.strays++;
      return;
    }
    const payload = isOk(data, start, end) ? okPayload : data.subarray(start, end);
    if (letter === 0x4f && payload !== okPayload) {
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
    if (batch.replies.push(reply) < batch.requests.length) return;
    this.head++;
    batch.resolve(batch.replies);
  }

  private stop(data: Buffer, start: number, end: number): void {
    const solicited = this.runs;
    this.runs = false;
    const written = data.toString('latin1', start, end);
    if (this.stopReply === undefined || written !== this.stopText) {
      this.stopText = written;
      this.stopReply = parseStopReply(data.subarray(start, end));
    }
    this.events.onStop(this.stopReply, solicited);
  }

  /** The request whose answer comes next. */
  private get due(): Request | undefined {
    const batch = this.expected[this.head];
    return batch?.requests[batch.replies.length];
  }

  private nonsense(payload: Buffer): Error {
    return failure(qemuErrors.stubNonsense, { request: show(this.due?.payload ?? 'continue'), reply: show(payload) });
  }

  /**
   * Voids what is in flight and asks for the current thread, whose answer `QC…` looks like no other:
   * everything before it is late. A damaged stop while running is read anew the same way.
   */
  private outOfStep(why: Error): void {
    if (this.syncing || this.closed !== undefined) return;
    const wasRunning = this.runs;
    const voided = this.expected.splice(this.head);
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
    for (const batch of waiting) {
      if (this.runs) batch.reject(failure(qemuErrors.running, { what: 'a request' }));
      else this.write(prepare(batch.requests).bytes, batch);
    }
  }

  private arm(delay?: number): void {
    if (this.timer !== undefined && delay === undefined) return;
    clearTimeout(this.timer);
    const silence = this.expected[this.head]?.silenceMs ?? this.silenceMs;
    this.timer = setTimeout(() => this.look(), delay ?? silence);
  }

  /** The one clock of the connection: looks whether the answer that is due has come. */
  private look(): void {
    this.timer = undefined;
    const next = this.expected[this.head];
    if ((next === undefined && !this.syncing) || this.closed !== undefined) return;
    const silence = next?.silenceMs ?? this.silenceMs;
    const left = this.progressAt + silence - performance.now();
    if (left > 1) this.arm(left);
    else if (!this.graceUsed) {
      this.graceUsed = true;
      this.arm(graceMs);
    } else if (this.syncing) this.lose('it no longer answers');
    else this.outOfStep(failure(qemuErrors.stubTimeout, { request: show(this.due?.payload ?? ''), seconds: silence / 1000 }));
  }

  private lose(detail: string): void {
    if (this.closed !== undefined) return;
    const reason = failure(qemuErrors.connectionLost, { what: 'QEMU\'s gdbstub', detail });
    this.closed = reason;
    this.runs = false;
    clearTimeout(this.timer);
    this.stream.destroy();
    const batches = [...this.expected.splice(this.head), ...this.backlog];
    this.expected.length = this.head = 0;
    this.backlog = [];
    for (const batch of batches) batch.reject(reason);
    this.events.onClose(reason);
  }
}
