import type { DebugProtocol } from '@vscode/debugprotocol';
import { findFailures } from '../../boot/diagnosis/diagnose';
import { failureRules } from '../../boot/diagnosis/rules';
import { detectChainBySerial } from '../../boot/stages';
import type { DiagnosisAnswer, Failure, SerialEventBody, StageInfo, StagesAnswer } from '../../debug-adapter/api';
import { failuresAnswer } from '../../debug-adapter/chains/diagnose';
import { DapClient } from '../../debug-adapter/session/client';
import type { Configuration } from './configuration';
import type { Goal } from './goal';

/** How a boot is followed. Times in milliseconds of the host's clock. */
export interface Wishes {
  /** What the boot shall come to, in this order. */
  readonly until: readonly Goal[];
  /** What it must not come to on the way. */
  readonly failOn: readonly Goal[];
  readonly timeoutMs: number;
  /** So long without a word on the console, and it hangs. */
  readonly quietMs: number;
  /** Everything the first serial line says, as it comes. */
  readonly onSerial: (text: string) => void;
  /** What happens, a line each, for who watches. */
  readonly tell: (line: string) => void;
}

export interface Frame {
  readonly function: string;
  readonly file?: string;
  readonly line?: number;
}

/** What became of a boot. */
export interface Verdict {
  readonly outcome: 'pass' | 'failed' | 'hung';
  /** One line: what decided. */
  readonly sentence: string;
  readonly reached: readonly { readonly goal: string; readonly atMs: number; readonly description: string }[];
  readonly stages: readonly StageInfo[];
  /** Where the machine stood at the end; left out when it was gone. */
  readonly frames?: readonly Frame[];
  readonly failures: readonly Failure[];
}

type Stopped = DebugProtocol.StoppedEvent['body'];
type Happening = { readonly kind: 'stopped'; readonly body: Stopped } | { readonly kind: 'ended' | 'quiet' | 'timeout' };

const mostFrames = 32;
const mostSaid = 1 << 20;
const tickMs = 250;
const pausePatienceMs = 30_000;

/** The user wants no more of it. */
export class Interrupted extends Error {}

/** One boot, from its first instruction to the verdict. */
export class Boot {
  readonly #client = new DapClient();
  readonly #wishes: Wishes;
  readonly #started = performance.now();
  #heard = performance.now();
  readonly #stops: Stopped[] = [];
  #ended = false;
  #wake: () => void = () => undefined;
  #goals = new Map<number, Goal>();
  readonly #told = new Set<string>();
  /** The end of what the console said: all there is to judge by when the machine is gone or cannot be stopped. */
  #said = '';
  #stages: readonly StageInfo[] = [];

  private constructor(wishes: Wishes) {
    this.#wishes = wishes;
    this.#client.onEvent((event, body) => {
      if (event === 'bootscope/serial') this.#hear(body as SerialEventBody);
      if (event === 'stopped') this.#stops.push(body as Stopped);
      if (event === 'terminated') this.#ended = true;
      if (event === 'stopped' || event === 'terminated') this.#wake();
      if (event === 'output') this.#output(body as DebugProtocol.OutputEvent['body']);
    });
  }

  /** Rejects with a coded error when the machine cannot be started. Nothing is left running, whatever happens. */
  static async follow(configuration: Configuration, wishes: Wishes, signal: AbortSignal): Promise<Verdict> {
    const boot = new Boot(wishes);
    try {
      await boot.#start(configuration, signal);
      return await boot.#run(signal);
    } finally {
      await boot.#client.stop().catch(() => undefined);
    }
  }

  /** Starting can take as long as the user's command takes to bring a machine up: an interrupt ends that wait too. */
  async #start(configuration: Configuration, signal: AbortSignal): Promise<void> {
    const giveUp = (): void => {
      this.#client.stop().catch(() => undefined);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await this.#client.start({ ...configuration, ...{ serialOutput: 'event' } }, () => this.#aimAt(this.#wishes.until[0]));
    } catch (error) {
      throw signal.aborted ? new Interrupted() : error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  async #run(signal: AbortSignal): Promise<Verdict> {
    const { until, failOn } = this.#wishes;
    const reached: Verdict['reached'][number][] = [];
    const verdict = async (outcome: Verdict['outcome'], sentence: string, thread?: number): Promise<Verdict> => {
      const facts = thread === undefined ? { failures: failuresAnswer(findFailures(failureRules, this.#said, new Map(), detectChainBySerial(this.#said))) } : await this.#facts(thread);
      return { outcome, sentence, reached, stages: this.#stages, ...facts };
    };
    for (;;) {
      const wanted = until[reached.length]?.text ?? '';
      const happening = await this.#next(signal);
      await this.#tellStages();
      if (happening.kind === 'ended') return verdict('failed', `the machine ended before ${wanted}`);
      if (happening.kind !== 'stopped') {
        const why = happening.kind === 'quiet' ? `the console has said nothing for ${seconds(this.#wishes.quietMs)}` : `${seconds(this.#wishes.timeoutMs)} have passed`;
        const judged = await verdict('hung', `${why}, and ${wanted} was not reached`, await this.#pause(signal));
        return judged.failures.length > 0 ? { ...judged, outcome: 'failed' } : judged;
      }
      const { hitBreakpointIds = [], description = '', threadId = 1 } = happening.body;
      const hit = hitBreakpointIds.flatMap((id) => this.#goals.get(id) ?? []);
      const goal = hit.find((one) => until[reached.length] === one);
      if (goal) {
        reached.push({ goal: goal.text, atMs: this.#elapsed(), description });
        this.#wishes.tell(`reached ${goal.text}: ${description}`);
        if (reached.length === until.length) return verdict('pass', `reached ${until.map(({ text }) => text).join(', ')} after ${seconds(this.#elapsed())}`, threadId);
        await this.#aimAt(until[reached.length]);
      } else {
        const failed = hit.find((one) => failOn.includes(one));
        if (failed) return verdict('failed', `${failed.text} before ${wanted}: ${description}`, threadId);
      }
      this.#heard = performance.now();
      await this.#client.request('continue', { threadId });
    }
  }

  #elapsed(): number {
    return Math.round(performance.now() - this.#started);
  }

  /** Sets the stops for the next goal and for all that must not happen. */
  async #aimAt(goal: Goal | undefined): Promise<void> {
    const all = [...(goal ? [goal] : []), ...this.#wishes.failOn];
    const functions = all.filter((one) => one.function !== undefined);
    const filters = all.filter((one) => one.filter !== undefined);
    const set = async (command: string, args: object): Promise<DebugProtocol.Breakpoint[]> => (await this.#client.request<{ breakpoints?: DebugProtocol.Breakpoint[] }>(command, args)).breakpoints ?? [];
    const answers = [
      ...(await set('setFunctionBreakpoints', { breakpoints: functions.map((one) => ({ name: one.function })) })),
      ...(await set('setExceptionBreakpoints', { filters: [], filterOptions: filters.map((one) => one.filter) })),
    ];
    this.#goals = new Map([...functions, ...filters].flatMap((one, index) => (answers[index]?.id === undefined ? [] : [[answers[index].id, one] as const])));
    const answer = answers[goal?.function === undefined ? functions.length : 0];
    if (goal && answer?.verified === false && answer.message !== undefined) this.#wishes.tell(`${goal.text}: ${answer.message}`);
  }

  /** The next thing that decides: a stop, the end of the machine, silence, or the end of patience. Rejects when interrupted. */
  async #next(signal: AbortSignal): Promise<Happening> {
    for (let ticks = 1; ; ticks++) {
      const body = this.#stops.shift();
      if (body) return { kind: 'stopped', body };
      if (this.#ended) return { kind: 'ended' };
      const now = performance.now();
      if (now - this.#started > this.#wishes.timeoutMs) return { kind: 'timeout' };
      if (now - this.#heard > this.#wishes.quietMs) return { kind: 'quiet' };
      if (ticks % 4 === 0) await this.#tellStages();
      await this.#happens(tickMs, signal);
    }
  }

  /** Until the session tells something, or so many milliseconds. */
  #happens(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', settle);
        if (signal.aborted) reject(new Interrupted());
        else resolve();
      };
      const timer = setTimeout(settle, ms);
      signal.addEventListener('abort', settle);
      this.#wake = settle;
      if (signal.aborted) settle();
    });
  }

  /** Stops the machine; the thread it stands in, or undefined when it does not answer. */
  async #pause(signal: AbortSignal): Promise<number | undefined> {
    const end = performance.now() + pausePatienceMs;
    try {
      await this.#client.request('pause', { threadId: 1 });
      while (this.#stops.length === 0 && !this.#ended && performance.now() < end) await this.#happens(tickMs, signal);
    } catch (error) {
      if (error instanceof Interrupted) throw error;
    }
    const stop = this.#stops.shift();
    return stop && (stop.threadId ?? 1);
  }

  async #facts(threadId: number): Promise<{ frames: Frame[]; failures: Failure[] }> {
    const { stackFrames } = await this.#client
      .request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId, startFrame: 0, levels: mostFrames })
      .catch(() => ({ stackFrames: [] }));
    const { failures } = await this.#client.request<DiagnosisAnswer>('bootscope/diagnosis').catch(() => ({ failures: [] }));
    return {
      frames: stackFrames.map(({ name, source, line }) => ({ function: name, ...(source?.path === undefined ? {} : { file: source.path, line }) })),
      failures,
    };
  }

  async #tellStages(): Promise<void> {
    const { stages } = await this.#client.request<StagesAnswer>('bootscope/stages').catch((): StagesAnswer => ({ current: null, stages: [...this.#stages] }));
    this.#stages = stages;
    for (const { id, name, enteredMs, evidence } of stages) {
      if (enteredMs === undefined || this.#told.has(id)) continue;
      this.#told.add(id);
      this.#wishes.tell(`${seconds(enteredMs)} stage ${name}: ${evidence.map(({ text }) => text).join('; ')}`);
    }
  }

  #hear({ port, text }: SerialEventBody): void {
    this.#heard = performance.now();
    if (port !== 1) return;
    this.#said = (this.#said + text).slice(-mostSaid);
    this.#wishes.onSerial(text);
  }

  #output({ category, output }: DebugProtocol.OutputEvent['body']): void {
    if (category !== 'stdout' && category !== 'telemetry') this.#wishes.tell(output.trimEnd());
  }
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
