import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { DebugProtocol } from '@vscode/debugprotocol';

type Message = DebugProtocol.Request | DebugProtocol.Response | DebugProtocol.Event;

/** A DAP client on the stdio of an adapter process: the demo sees exactly what an editor would. */
export class DapClient {
  private readonly events = new EventEmitter();
  private readonly waiting = new Map<number, { resolve: (body: unknown) => void; reject: (error: Error) => void }>();
  private readonly child: ChildProcess;
  private buffer = Buffer.alloc(0);
  private sequence = 1;
  /** Every `stopped` event that nobody has taken yet. */
  private readonly stops: DebugProtocol.StoppedEvent['body'][] = [];
  private over: string | undefined;

  constructor(adapter: string) {
    this.child = spawn(process.execPath, [adapter], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout?.on('data', (data: Buffer) => this.receive(data));
    this.child.on('exit', (code) => this.end(`the adapter ended with ${code ?? 'a signal'}`));
  }

  /** Sends a request; rejects with the adapter's own words. */
  request<T = unknown>(command: string, parameters: object = {}): Promise<T> {
    if (this.over !== undefined) return Promise.reject(new Error(this.over));
    const seq = this.sequence++;
    const body = Buffer.from(JSON.stringify({ seq, type: 'request', command, arguments: parameters }));
    this.child.stdin?.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
    return new Promise<T>((resolve, reject) => this.waiting.set(seq, { resolve: resolve as (body: unknown) => void, reject }));
  }

  on(event: string, listener: (body: never) => void): void {
    this.events.on(event, listener as (body: unknown) => void);
  }

  once<T = unknown>(event: string): Promise<T> {
    return new Promise((resolve, reject) => {
      this.events.once(event, resolve);
      this.events.once('over', (why: string) => reject(new Error(why)));
    });
  }

  /** The next stop, also one that came before it was asked for. Rejects when the session ends or `withinMs` passes. */
  async nextStop(withinMs: number): Promise<DebugProtocol.StoppedEvent['body']> {
    const early = this.stops.shift();
    if (early) return early;
    if (this.over !== undefined) throw new Error(this.over);
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.events.off('stop', taken);
        this.events.off('over', ended);
      };
      const taken = (): void => {
        const stop = this.stops.shift();
        if (!stop) return;
        done();
        resolve(stop);
      };
      const ended = (why: string): void => {
        done();
        reject(new Error(why));
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`no stop within ${withinMs / 1000} s`));
      }, withinMs);
      this.events.on('stop', taken);
      this.events.on('over', ended);
    });
  }

  /** Ends the session and waits until the adapter is gone. */
  async close(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const gone = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    await this.request('disconnect', { terminateDebuggee: true }).catch(() => undefined);
    this.child.stdin?.end();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 8000);
    await gone;
    clearTimeout(timer);
  }

  private receive(data: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, data]);
    for (;;) {
      const headerEnd = this.buffer.indexOf('\r\n\r\n');
      if (headerEnd < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.buffer.toString('latin1', 0, headerEnd))?.[1]);
      const start = headerEnd + 4;
      if (this.buffer.length < start + length) return;
      const message = JSON.parse(this.buffer.toString('utf8', start, start + length)) as Message;
      this.buffer = this.buffer.subarray(start + length);
      this.dispatch(message);
    }
  }

  private dispatch(message: Message): void {
    if (message.type === 'response') {
      const response = message as DebugProtocol.Response;
      const waiter = this.waiting.get(response.request_seq);
      this.waiting.delete(response.request_seq);
      const error = (response.body as { error?: { format?: string } } | undefined)?.error;
      if (response.success) waiter?.resolve(response.body);
      else waiter?.reject(new Error(error?.format ?? response.message ?? `${response.command} failed`));
    } else if (message.type === 'event') {
      const event = message as DebugProtocol.Event;
      if (event.event === 'stopped') {
        this.stops.push((event as DebugProtocol.StoppedEvent).body);
        this.events.emit('stop');
      } else if (event.event === 'terminated') this.end('the session has ended');
      this.events.emit(event.event, event.body);
    }
  }

  private end(why: string): void {
    this.over ??= why;
    for (const { reject } of this.waiting.values()) reject(new Error(why));
    this.waiting.clear();
    this.events.emit('over', why);
  }
}
