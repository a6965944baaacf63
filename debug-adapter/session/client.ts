import { PassThrough } from 'node:stream';
import { ProtocolServer } from '@vscode/debugadapter/lib/protocol';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { BootscopeSession } from './session';

/** An error answer of the adapter. */
export class DapError extends Error {
  constructor(
    readonly command: string,
    readonly response: DebugProtocol.Response,
  ) {
    super(response.message ?? `${command} failed`);
    this.name = 'DapError';
  }

  /** The number of the coded error, 320 for BS320. */
  get id(): number | undefined {
    const body = response(this.response);
    return body?.error?.id;
  }
}

const response = (answer: DebugProtocol.Response): { readonly error?: { readonly id?: number } } | undefined => answer.body as { readonly error?: { readonly id?: number } } | undefined;

interface Waiter {
  readonly event: string;
  readonly accepts: (body: never) => boolean;
  readonly resolve: (body: never) => void;
}

/** The client's end of the protocol: the library's framing serves both ends. */
class ClientEnd extends ProtocolServer {
  onEvent: (event: DebugProtocol.Event) => void = () => undefined;

  override handleMessage(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'event') this.onEvent(message as DebugProtocol.Event);
    else super.handleMessage(message);
  }
}

/**
 * A DAP client of a session in this process, over streams: what it sees is what an editor sees. Events are kept from the start,
 * so a wait that begins late misses none.
 */
export class DapClient {
  readonly #end = new ClientEnd();
  readonly #waiters = new Set<Waiter>();
  readonly #unseen: { readonly event: string; readonly body: unknown }[] = [];
  readonly #listeners = new Set<(event: string, body: unknown) => void>();

  constructor() {
    this.#end.onEvent = ({ event, body }) => {
      this.#take(event, body as unknown);
    };
    const toAdapter = new PassThrough();
    const toClient = new PassThrough();
    new BootscopeSession(() => undefined).start(toAdapter, toClient);
    this.#end.start(toClient, toAdapter);
  }

  /** `initialize`, then `launch` or `attach`, then `setUp` (breakpoints), then `configurationDone`. `able`: what this client says it can do. */
  async start(configuration: object & { readonly request: 'launch' | 'attach' }, setUp: () => Promise<void> = () => Promise.resolve(), able: Partial<DebugProtocol.InitializeRequestArguments> = {}): Promise<DebugProtocol.Capabilities> {
    const capabilities = await this.request<DebugProtocol.Capabilities>('initialize', { adapterID: 'bootscope', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path', ...able });
    await this.request(configuration.request, configuration);
    await setUp();
    await this.request('configurationDone');
    return capabilities;
  }

  /** The body of the answer. Rejects with a DapError. */
  request<T = unknown>(command: string, args: object = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#end.sendRequest(command, args, 600_000, (answer) => {
        if (answer.success) resolve(answer.body as T);
        else reject(new DapError(command, answer));
      });
    });
  }

  /** The next event of that name that is accepted and was not handed out before. Rejects after `timeoutMs`. */
  waitFor<T>(event: string, accepts: (body: T) => boolean = () => true, timeoutMs = 120_000): Promise<T> {
    const index = this.#unseen.findIndex((candidate) => candidate.event === event && accepts(candidate.body as T));
    if (index >= 0) return Promise.resolve(this.#unseen.splice(index, 1)[0]?.body as T);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`no event "${event}" within ${timeoutMs / 1000} s`));
      }, timeoutMs);
      const waiter: Waiter = {
        event,
        accepts,
        resolve: (body: never) => {
          clearTimeout(timer);
          resolve(body);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  /** Hears every event as it comes. Returns the way to stop listening. */
  onEvent(listener: (event: string, body: unknown) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the session and what it launched. */
  async stop(terminateDebuggee?: boolean): Promise<void> {
    await this.request('disconnect', terminateDebuggee === undefined ? {} : { terminateDebuggee });
  }

  #take(event: string, body: unknown): void {
    for (const listener of this.#listeners) listener(event, body);
    for (const waiter of this.#waiters) {
      if (waiter.event !== event || !waiter.accepts(body as never)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(body as never);
      return;
    }
    // Output is for listeners; kept, it would only grow.
    if (event !== 'output' && event !== 'bootscope/serial') this.#unseen.push({ event, body });
  }
}
