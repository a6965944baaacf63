import { ProtocolServer } from '@vscode/debugadapter/lib/protocol';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { failure } from '../errors/catalogue';
import { sessionErrors } from '../errors/session';
import { Core } from './core';
import { coded, toDapError } from './errors';
import type { Handler, RequestGroup } from './handler';
import { Outgoing } from './outgoing';
import { groups } from './requests';
import { closeTarget } from './requests/lifecycle';

/** Requests that must not wait for others: they end waiting. */
const urgent = new Set(['pause', 'disconnect', 'terminate', 'cancel', 'bootscope/terminalEnded']);

/**
 * Requests that may look names up anywhere in the program: while the symbols of a big image are being read they wait, and
 * others are answered meanwhile. Custom requests do so too, but for those that only tell what is known.
 */
const wantsNames = new Set(['evaluate', 'variables', 'setVariable', 'setExpression', 'completions', 'dataBreakpointInfo', 'setExceptionBreakpoints', 'breakpointLocations', 'loadedSources']);
/** Those that let the machine run: a breakpoint whose place is not known yet would be run past. */
const resumes = new Set(['configurationDone', 'continue', 'next', 'stepIn', 'stepOut']);
const tellsOnly = new Set(['bootscope/stages', 'bootscope/serial']);

const needsNames = ({ command, arguments: args }: DebugProtocol.Request): boolean => {
  // No filter is set: nothing is to be found.
  if (command === 'setExceptionBreakpoints') return hasFilters(args as DebugProtocol.SetExceptionBreakpointsArguments | undefined);
  return wantsNames.has(command) || (command.startsWith('bootscope/') && !tellsOnly.has(command));
};

const hasFilters = (args: DebugProtocol.SetExceptionBreakpointsArguments | undefined): boolean => (args?.filters?.length ?? 0) + (args?.filterOptions?.length ?? 0) > 0;

const collect = (all: readonly RequestGroup[]): Map<string, Handler> => new Map(all.flatMap(({ handlers }) => Object.entries(handlers)));

/** Everything the adapter advertises: the sum of what its groups of requests do. */
export const capabilities: DebugProtocol.Capabilities = Object.assign({}, ...groups.map((group) => group.capabilities ?? {})) as DebugProtocol.Capabilities;

/**
 * One debug session over DAP: takes requests, answers each exactly once and one after the other, in order but for the urgent
 * ones, and those that wait for symbols.
 */
export class BootscopeSession extends ProtocolServer {
  readonly #handlers = collect(groups);
  readonly #core: Core;
  readonly #outgoing = new Outgoing();
  #queue: Promise<void> = Promise.resolve();
  /** Those that wait for symbols, in their own order. */
  #waiting: Promise<void> = Promise.resolve();
  #aside = 0;

  /** `finished` is called when the session is over and its last message was handed to the transport. */
  constructor(finished: () => void = () => undefined) {
    super();
    this.#core = new Core((event, body) => {
      this.sendEvent({ type: 'event', seq: 0, event, ...(body === undefined ? {} : { body }) });
    }, finished);
    // The editor is gone: nothing of ours may stay behind.
    this.on('close', () => void closeTarget(this.#core, undefined).finally(finished));
  }

  override start(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): void {
    this.#outgoing.through(output);
    super.start(input, output);
  }

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    if (urgent.has(request.command)) void this.#answer(request);
    else void this.#enqueue(request);
  }

  /** Answers in its turn; a request that has to wait for symbols is put aside then, and answered when they are there. */
  #enqueue(request: DebugProtocol.Request, waited = false): Promise<void> {
    this.#queue = this.#queue.then(() => {
      if (waited || !this.#mustWait(request)) return this.#answer(request);
      this.#aside++;
      this.#waiting = this.#waiting
        .then(() => this.#core.target?.symbols.settled)
        .then(() => this.#enqueue(request, true))
        .finally(() => this.#aside--);
      return undefined;
    });
    return this.#queue;
  }

  #mustWait(request: DebugProtocol.Request): boolean {
    const { target } = this.#core;
    const overtakes = this.#aside > 0;
    if (target?.symbols.settled === undefined && !overtakes) return false;
    return needsNames(request) || (resumes.has(request.command) && (overtakes || target?.locations.isWaiting === true));
  }

  async #answer(request: DebugProtocol.Request): Promise<void> {
    const response: DebugProtocol.Response = { type: 'response', seq: 0, request_seq: request.seq, command: request.command, success: true };
    let after: (() => void) | undefined;
    try {
      const handler = this.#handlers.get(request.command);
      if (!handler) throw failure(sessionErrors.unknownRequest, { request: request.command });
      const body = request.command === 'initialize' ? await this.#initialize(handler, request) : await handler(this.#core, (request.arguments ?? {}) as never);
      if (body !== undefined) response.body = body;
      if (request.command === 'disconnect') after = this.#core.finished;
    } catch (error) {
      const known = coded(error);
      response.success = false;
      response.message = known.message;
      response.body = { error: toDapError(known, request.command) };
    }
    this.#outgoing.answer(response, () => {
      this.sendResponse(response);
    });
    after?.();
  }

  async #initialize(handler: Handler, request: DebugProtocol.Request): Promise<object> {
    await handler(this.#core, (request.arguments ?? {}) as never);
    return capabilities;
  }
}
