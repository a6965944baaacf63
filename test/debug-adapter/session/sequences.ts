import { PassThrough } from 'node:stream';
import { ProtocolServer } from '@vscode/debugadapter/lib/protocol';
import type { DebugProtocol } from '@vscode/debugprotocol';
import fc from 'fast-check';
import { BootscopeSession } from '../../../debug-adapter/session/session';

/** One request of an editor: `pick` chooses its arguments, `wait` whether its answer is waited for. */
export interface Action {
  readonly ask: string;
  readonly pick: number;
  readonly wait: boolean;
}

/** What the arguments of requests are chosen from. */
export interface Places {
  readonly source: string;
  readonly lines: readonly number[];
  readonly functions: readonly string[];
  readonly variables: readonly string[];
}

/** Both ends of a session's transport. */
export interface Transport {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** A session in this process. */
export const inProcess = (): Transport => {
  const toAdapter = new PassThrough();
  const toClient = new PassThrough();
  new BootscopeSession(() => undefined).start(toAdapter, toClient);
  return { input: toClient, output: toAdapter };
};

/** An editor that counts: answers to each request, and stops against what lets the machine run. */
export class Editor extends ProtocolServer {
  /** What was not as it has to be. */
  readonly faults: string[] = [];
  /** Last that the editor heard of: where its user may look. */
  frameId: number | undefined;
  scope = 0;
  dataId: string | undefined;
  address = '0x100000';
  targetId = 0;
  stops = 0;
  /** Requests that lead to a stop, and `continued` events. */
  runs = 1;
  /** The session is at its end. */
  over = false;
  readonly #answers = new Map<number, number>();
  readonly #asked = new Map<number, string>();
  #wakers: (() => void)[] = [];

  constructor({ input, output }: Transport) {
    super();
    this.start(input, output);
  }

  override handleMessage(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'event') this.#event(message as DebugProtocol.Event);
    else if (message.type === 'response') {
      const { request_seq: seq, command, success, message: words = '' } = message as DebugProtocol.Response;
      const count = (this.#answers.get(seq) ?? 0) + 1;
      this.#answers.set(seq, count);
      if (count > 1) this.faults.push(`${command} was answered ${count} times`);
      if (!success && !/^BS\d{3}: .+ Likely: .+ Next: .+/s.test(words)) this.faults.push(`${command}: ${words}`);
    }
    super.handleMessage(message);
  }

  /** Requests that have no answer. */
  get unanswered(): string[] {
    return [...this.#asked].filter(([seq]) => !this.#answers.has(seq)).map(([, command]) => command);
  }

  /** Resolves with the answer, whatever it says. */
  ask(command: string, args: object = {}): Promise<DebugProtocol.Response> {
    if (leadsToStop.has(command) || 'restore' in args) this.runs++;
    return new Promise((resolve) => {
      const before = this.sequence;
      this.sendRequest(command, args, 600_000, resolve);
      this.#asked.set(before, command);
    });
  }

  /** The body of an answer that is a success. */
  private async told<T>(command: string, args: object): Promise<T | undefined> {
    const { success, body } = await this.ask(command, args);
    return success ? (body as T) : undefined;
  }

  /** Rejects with the words of an answer that is no success. */
  async need<T>(command: string, args: object = {}): Promise<T> {
    const { success, message, body } = await this.ask(command, args);
    if (!success) throw new Error(`${command}: ${message ?? ''}`);
    return body as T;
  }

  /** Until one more stop has come after the first `than`. */
  async stopAfter(than: number): Promise<void> {
    while (this.stops <= than && !this.over) await new Promise<void>((resolve) => this.#wakers.push(resolve));
  }

  /** Until the machine stands for the user, who then sees its frames. */
  async stand(): Promise<void> {
    for (;;) {
      const before = this.stops;
      const { success, body } = await this.ask('stackTrace', { threadId: 1 });
      if (success) {
        const [top] = (body as DebugProtocol.StackTraceResponse['body']).stackFrames;
        if (top !== undefined) [this.frameId, this.address] = [top.id, top.instructionPointerReference ?? this.address];
        return;
      }
      if (this.over) return;
      await this.ask('pause', { threadId: 1 });
      await this.stopAfter(before);
    }
  }

  /** Sends it; arguments come from `places` and from what was heard last. */
  async perform({ ask, pick, wait }: Action, places: Places): Promise<void> {
    // One that is not waited for may come too early or too late, and look for what is no more.
    if (wait && atFrames.has(ask)) await this.stand();
    if (wait && atScopes.has(ask)) this.scope = (await this.told<DebugProtocol.ScopesResponse['body']>('scopes', { frameId: this.frameId }))?.scopes[0]?.variablesReference ?? 0;
    const one = <T>(all: readonly T[]): T => all[pick % all.length] as T;
    const { frameId } = this;
    const some = pick % 3;
    switch (ask) {
      case 'stand':
        await this.stand();
        break;
      case 'scopes':
        this.scope = (await this.told<DebugProtocol.ScopesResponse['body']>(ask, { frameId: frameId ?? 1 }))?.scopes[some]?.variablesReference ?? pick;
        break;
      case 'variables':
        await this.ask(ask, { variablesReference: this.scope });
        break;
      case 'gotoTargets': {
        const found = await this.told<DebugProtocol.GotoTargetsResponse['body']>(ask, { source: { path: places.source }, line: one(places.lines) });
        this.targetId = found?.targets[0]?.id ?? this.targetId;
        break;
      }
      case 'dataBreakpointInfo': {
        this.dataId = (await this.told<DebugProtocol.DataBreakpointInfoResponse['body']>(ask, { name: one(places.variables), frameId }))?.dataId ?? this.dataId;
        break;
      }
      default:
        await this.ask(ask, argumentsOf(ask, { ...places, frameId, one, some, pick, editor: this }));
    }
  }

  #event({ event, body }: DebugProtocol.Event): void {
    if (event === 'output') return;
    if (event === 'continued') this.runs++;
    if (event === 'stopped' && ++this.stops > this.runs) this.faults.push(`stop ${this.stops} of ${this.runs} runs: ${JSON.stringify(body)}`);
    if (event === 'stopped') this.#wake();
  }

  /** Sends `disconnect`: from now on nothing stops any more. */
  async end(): Promise<DebugProtocol.Response> {
    this.over = true;
    this.#wake();
    return this.ask('disconnect');
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }

  private get sequence(): number {
    return (this as unknown as { _sequence: number })._sequence;
  }
}

/** What is asked of a frame. */
const atFrames = new Set(['scopes', 'variables', 'evaluate', 'setVariable', 'setExpression', 'dataBreakpointInfo', 'gotoTargets', 'goto', 'disassemble', 'bootscope/goBack', 'bootscope/forceReturn']);
const atScopes = new Set(['variables', 'setVariable']);
const leadsToStop = new Set(['continue', 'next', 'stepIn', 'stepOut', 'stepBack', 'reverseContinue', 'restart', 'goto', 'bootscope/goBack', 'bootscope/forceReturn']);

interface Chosen extends Places {
  readonly frameId: number | undefined;
  readonly one: <T>(all: readonly T[]) => T;
  readonly some: number;
  readonly pick: number;
  readonly editor: Editor;
}

const argumentsOf = (ask: string, { source, lines, functions, variables, frameId, one, some, pick, editor }: Chosen): object => {
  const expression = one(variables);
  switch (ask) {
    case 'setBreakpoints':
      return { source: { path: source }, breakpoints: lines.slice(pick % lines.length).slice(0, some).map((line) => ({ line, ...(pick % 5 === 0 ? { condition: 'counter > 3' } : {}) })) };
    case 'setFunctionBreakpoints':
      return { breakpoints: functions.slice(pick % functions.length).slice(0, some).map((name) => ({ name, ...(pick % 7 === 0 ? { hitCondition: '>= 2' } : {}) })) };
    case 'setDataBreakpoints':
      return { breakpoints: some === 0 || editor.dataId === undefined ? [] : [{ dataId: editor.dataId, accessType: 'write' }] };
    case 'setInstructionBreakpoints':
      return { breakpoints: some === 0 ? [] : [{ instructionReference: editor.address, offset: 0 }] };
    case 'setExceptionBreakpoints':
      return some === 0 ? { filters: [] } : { filters: [], filterOptions: [one([{ filterId: 'serial', condition: '/mount/' }, { filterId: 'errno', condition: 'read_block returns error' }, { filterId: 'cpu-reset' }, { filterId: 'panic' }, { filterId: 'serial', condition: '/' }])] };
    case 'setVariable':
      return { variablesReference: editor.scope, name: expression, value: String(pick % 50) };
    case 'setExpression':
      return { expression, value: String(pick % 50), frameId };
    case 'writeMemory':
      return { memoryReference: one(['&counter', '0x1000000', '0xfffffffffffffff0']), data: Buffer.of(pick & 0xff).toString('base64') };
    case 'readMemory':
      return { memoryReference: one([editor.address, '0x1000000', '0xfffffffffffffff0', 'nothing']), offset: some, count: pick * 3 };
    case 'disassemble':
      return { memoryReference: editor.address, instructionOffset: -some, instructionCount: pick % 20 };
    case 'evaluate':
      return { expression: one([expression, `${expression} + 1`, '$pc', 'first.next->name', '1 +', 'no_such_name']), frameId, context: 'watch' };
    case 'goto':
      return { threadId: 1, targetId: editor.targetId };
    case 'next':
    case 'stepIn':
    case 'stepBack':
      return { threadId: 1, granularity: some === 0 ? 'instruction' : 'line' };
    case 'bootscope/goBack':
      return some === 0 ? { to: 'previousStop' } : { to: 'lastWrite', expression, frameId };
    case 'bootscope/forceReturn':
      return { value: one(['EIO', '3', 'no_such_name']), frameId };
    case 'bootscope/checkpoints':
      return one([{ create: 'mine' }, { restore: 'kernel' }, { restore: 'manual-1' }, { restore: `manual-${pick}` }, { remove: `manual-${some + 1}` }, {}]);
    case 'bootscope/serial':
      return some === 0 ? { send: 'x' } : {};
    default:
      return { threadId: 1 };
  }
};

const running = ['continue', 'pause', 'next', 'stepIn', 'stepOut', 'stepBack', 'reverseContinue', 'bootscope/goBack', 'restart', 'bootscope/checkpoints', 'goto', 'bootscope/forceReturn'];
const setting = ['setBreakpoints', 'setFunctionBreakpoints', 'setDataBreakpoints', 'setExceptionBreakpoints', 'setInstructionBreakpoints', 'setVariable', 'setExpression', 'writeMemory'];
const looking = ['stand', 'stackTrace', 'scopes', 'variables', 'gotoTargets', 'dataBreakpointInfo', 'evaluate', 'readMemory', 'disassemble', 'modules', 'threads', 'bootscope/stages', 'bootscope/serial'];

/** Requests of an editor, in any order. */
export const actions = (minLength: number, maxLength: number): fc.Arbitrary<Action[]> =>
  fc.array(fc.record({ ask: fc.oneof(fc.constantFrom(...running), fc.constantFrom(...setting), fc.constantFrom(...looking)), pick: fc.nat(255), wait: fc.integer({ min: 0, max: 3 }).map((n) => n > 0) }), { minLength, maxLength });

/** Sends them all; gives those whose answers were not waited for. */
export const sendAll = async (editor: Editor, places: Places, list: readonly Action[]): Promise<{ readonly answered: Promise<unknown> }> => {
  const under: Promise<void>[] = [];
  for (const action of list) {
    const done = editor.perform(action, places);
    under.push(done);
    if (action.wait) await done;
  }
  return { answered: Promise.all(under) };
};
