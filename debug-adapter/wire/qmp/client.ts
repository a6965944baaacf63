import type { Duplex } from 'node:stream';
import { failure } from '../../errors/catalogue';
import { qemuErrors } from '../../errors/qemu';
import { connect, formatAddress } from '../address';
import type { Address } from '../address';
import { LineDecoder } from './lines';

/** Source: QEMU, docs/interop/qmp-spec.rst. */
export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Waiting {
  readonly command: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

type Message = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Message => typeof value === 'object' && value !== null;

/** Events without data that come with every run and stop, by the end of their line as QEMU writes it (qapi/run-state.json); written otherwise they are read as all others. */
const frequent = ['RESUME', 'STOP'].map((event) => ({ end: `}, "event": "${event}"}`, event: { event, data: {} } }));

/** Events are held back no longer than this, in ms. */
const restMs = 10;

/** One connection to QEMU's machine protocol, negotiated and ready for commands. */
export class QmpClient {
  private readonly decoder = new LineDecoder();
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners = new Set<(event: QmpEvent) => void>();
  private next = 1;
  private closed: Error | undefined;
  /** Hears every line, in both directions, when somebody wants a trace. */
  onMessage: ((to: 'qemu' | 'bootscope', line: string) => void) | undefined;
  private greet: ((error?: Error) => void) | undefined;
  private resting: NodeJS.Timeout | undefined;
  /** Something was read since the last rest: one that ended just now is not followed by another. */
  private heard = true;

  private constructor(private readonly stream: Duplex) {
    stream.on('data', (chunk: Buffer) => {
      this.heard = true;
      for (const line of this.decoder.push(chunk)) this.line(line);
    });
    stream.on('error', (error) => this.lose(error.message));
    stream.on('close', () => this.lose('it was closed'));
    stream.on('end', () => this.lose('it was closed by QEMU'));
  }

  /** Connects, waits for the greeting and leaves negotiation mode. @throws BS101, BS117 */
  static async connect(address: Address, deadlineMs = 3000): Promise<QmpClient> {
    return QmpClient.over(await connect(address, 'QMP'), formatAddress(address), deadlineMs);
  }

  /** As `connect`, over a stream that is open. `name` is used in messages. */
  static async over(stream: Duplex, name: string, deadlineMs = 3000): Promise<QmpClient> {
    const client = new QmpClient(stream);
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(failure(qemuErrors.qmpSilent, { address: name, seconds: deadlineMs / 1000 })), deadlineMs);
        client.greet = (error) => {
          clearTimeout(timer);
          if (error === undefined) resolve();
          else reject(error);
        };
      });
      await client.execute('qmp_capabilities', {}, deadlineMs);
    } catch (error) {
      client.close();
      throw error;
    }
    return client;
  }

  /** Runs a command and answers what it returns. @throws BS116 with QEMU's words, BS105, BS125 */
  execute(command: string, parameters: Message = {}, deadlineMs = 30_000): Promise<unknown> {
    if (this.closed !== undefined) return Promise.reject(this.closed);
    this.wake();
    const id = this.next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(failure(qemuErrors.stubTimeout, { request: command, seconds: deadlineMs / 1000 }));
      }, deadlineMs);
      this.waiting.set(id, { command, resolve, reject, timer });
      const line = JSON.stringify({ execute: command, arguments: parameters, id });
      this.onMessage?.('qemu', line);
      this.stream.write(`${line}\n`);
    });
  }

  /**
   * For while QEMU tells of thousands of runs and stops a second that nobody has to hear of: what it says is read some ms later, much at once.
   * Ends by itself, by a command, and by `wake`.
   */
  rest(): void {
    if (this.resting !== undefined || !this.heard || this.waiting.size > 0 || this.closed !== undefined) return;
    this.heard = false;
    this.stream.pause();
    this.resting = setTimeout(() => {
      this.wake();
    }, restMs);
  }

  wake(): void {
    if (this.resting === undefined) return;
    clearTimeout(this.resting);
    this.resting = undefined;
    this.stream.resume();
  }

  onEvent(listener: (event: QmpEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.lose('Bootscope closed it');
  }

  private line(line: string): void {
    this.onMessage?.('bootscope', line);
    for (const { end, event } of frequent) {
      if (!line.endsWith(end)) continue;
      this.tell(event);
      return;
    }
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      // Not JSON: another service, or a line of the human monitor. The deadline of the greeting says so.
      return;
    }
    if (!isObject(message)) return;
    if ('QMP' in message) this.greet?.();
    else if (typeof message['event'] === 'string') {
      this.tell({ event: message['event'], data: isObject(message['data']) ? message['data'] : {} });
    } else if (typeof message['id'] === 'number') this.answer(message['id'], message);
  }

  private tell(event: QmpEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  private answer(id: number, message: Message): void {
    const waiting = this.waiting.get(id);
    if (waiting === undefined) return;
    this.waiting.delete(id);
    clearTimeout(waiting.timer);
    const error = message['error'];
    if (isObject(error)) waiting.reject(failure(qemuErrors.qmpRefused, { command: waiting.command, detail: String(error['desc'] ?? error['class'] ?? 'no reason given') }));
    else waiting.resolve(message['return']);
  }

  private lose(detail: string): void {
    if (this.closed !== undefined) return;
    this.closed = failure(qemuErrors.connectionLost, { what: 'QMP', detail });
    clearTimeout(this.resting);
    this.stream.destroy();
    this.greet?.(this.closed);
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(this.closed);
    }
    this.waiting.clear();
  }
}
