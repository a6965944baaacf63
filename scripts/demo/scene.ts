import type { DebugProtocol } from '@vscode/debugprotocol';
import type { AddressSpaceAnswer, CustomRequests, InlinedMark, LaunchConfiguration } from '../../debug-adapter/api';
import { DapClient } from './dap-client';
import type { StopReport } from './report';

/** What the user of an editor would have set before pressing F5. */
export interface Wishes {
  functions?: string[];
  /** Source path → lines. */
  lines?: Record<string, number[]>;
  filters?: { filterId: string; condition?: string }[];
}

const mostFrames = 32;

/** One debug session of the demo. */
export class Scene {
  private constructor(
    private readonly client: DapClient,
    private thread: number,
  ) {}

  /** Starts the adapter and the machine with its breakpoints set, as an editor does. */
  static async start(adapter: string, configuration: Omit<LaunchConfiguration, 'type' | 'request' | 'name'>, wishes: Wishes): Promise<Scene> {
    const client = new DapClient(adapter);
    const scene = new Scene(client, 1);
    try {
      const initialized = client.once('initialized');
      await client.request('initialize', { adapterID: 'bootscope', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path', supportsProgressReporting: false });
      const launched = client.request('launch', { type: 'bootscope', request: 'launch', name: 'demo', serialOutput: 'event', ...configuration });
      await Promise.race([initialized, launched]);
      await scene.set(wishes);
      await client.request('configurationDone');
      await launched;
    } catch (error) {
      await client.close();
      throw error;
    }
    return scene;
  }

  /** Replaces all breakpoints. */
  async set(wishes: Wishes): Promise<void> {
    for (const [path, lines] of Object.entries(wishes.lines ?? {})) await this.client.request('setBreakpoints', { source: { path }, breakpoints: lines.map((line) => ({ line })) });
    await this.client.request('setFunctionBreakpoints', { breakpoints: (wishes.functions ?? []).map((name) => ({ name })) });
    await this.client.request('setExceptionBreakpoints', { filters: [], filterOptions: wishes.filters ?? [] });
  }

  async clearLines(path: string): Promise<void> {
    await this.client.request('setBreakpoints', { source: { path }, breakpoints: [] });
  }

  request<N extends keyof CustomRequests>(name: N, parameters: CustomRequests[N]['arguments']): Promise<CustomRequests[N]['answer']> {
    return this.client.request(name, parameters);
  }

  /** Runs until the next stop and reads it. */
  async run(withinMs = 120_000): Promise<StopReport> {
    await this.client.request('continue', { threadId: this.thread });
    return this.stop(withinMs);
  }

  async stepOver(): Promise<StopReport> {
    await this.client.request('next', { threadId: this.thread });
    return this.stop(60_000);
  }

  async pause(): Promise<StopReport> {
    await this.client.request('pause', { threadId: this.thread });
    return this.stop(30_000);
  }

  /** Back to the last place before now where one of the breakpoints was hit. */
  async reverse(withinMs = 300_000): Promise<StopReport> {
    await this.client.request('reverseContinue', { threadId: this.thread });
    return this.stop(withinMs);
  }

  /** Puts the machine back to a checkpoint; `seconds` from the request to the stop that the editor is told. */
  async restore(id: string): Promise<{ stop: StopReport; seconds: number }> {
    const stopped = this.client.once('stopped');
    const started = performance.now();
    const answered = this.request('bootscope/checkpoints', { restore: id });
    await Promise.all([answered, stopped]);
    const seconds = (performance.now() - started) / 1000;
    return { stop: await this.stop(), seconds };
  }

  async resume(): Promise<void> {
    await this.client.request('continue', { threadId: this.thread });
  }

  /** Waits until the serial console has said this. */
  async serialSays(pattern: RegExp, withinMs = 120_000): Promise<void> {
    let text = '';
    let from = 0;
    const read = async (): Promise<boolean> => {
      const answer = await this.request('bootscope/serial', { from });
      text += answer.text;
      from = answer.next;
      return pattern.test(text);
    };
    const end = Date.now() + withinMs;
    while (!(await read())) {
      if (Date.now() > end) throw new Error(`the serial console never said ${pattern.source}; it ends with: ${text.slice(-400)}`);
      await Promise.race([this.client.once('bootscope/serial'), new Promise((resolve) => setTimeout(resolve, 500))]);
    }
  }

  /** The stop that is under way or comes next, with its stack and the values of its innermost frame. */
  async stop(withinMs = 120_000): Promise<StopReport> {
    const body = await this.client.nextStop(withinMs);
    this.thread = body.threadId ?? this.thread;
    const { stackFrames } = await this.client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: this.thread, startFrame: 0, levels: mostFrames });
    const [top] = stackFrames;
    const values: Record<string, string> = {};
    if (top) {
      const { scopes } = await this.client.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId: top.id });
      for (const scope of scopes.filter((one) => one.presentationHint !== 'registers' && one.name !== 'Registers')) {
        const { variables } = await this.client.request<DebugProtocol.VariablesResponse['body']>('variables', { variablesReference: scope.variablesReference });
        for (const variable of variables.filter(({ name }) => name !== '')) values[scope.name === 'Return' ? `Return.${variable.name}` : variable.name] ??= variable.value;
      }
    }
    const [{ current }, process] = await Promise.all([this.request('bootscope/stages', {}), this.processName()]);
    return {
      reason: body.description ?? body.reason,
      stage: current,
      ...(process === undefined ? {} : { process }),
      function: top?.name ?? '?',
      ...(top?.source?.path === undefined ? {} : { file: top.source.path, line: top.line }),
      frames: stackFrames
        .filter((frame) => frame.presentationHint !== 'label')
        .map((frame: DebugProtocol.StackFrame & InlinedMark) => ({
          function: frame.name,
          ...(frame.source?.path === undefined ? {} : { file: frame.source.path, line: frame.line }),
          ...(frame.inlined ? { inlined: true } : {}),
        })),
      values,
    };
  }

  /** Evaluates in the innermost frame of the last stop. */
  async evaluate(expression: string): Promise<string> {
    const { stackFrames } = await this.client.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId: this.thread, startFrame: 0, levels: 1 });
    const frameId = stackFrames[0]?.id;
    const { result } = await this.client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, context: 'watch', ...(frameId === undefined ? {} : { frameId }) });
    return result;
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** Whose address space is current, when the chain knows its processes. */
  private async processName(): Promise<string | undefined> {
    try {
      const space: AddressSpaceAnswer = await this.request('bootscope/addressSpace', {});
      const { processes } = await this.request('bootscope/processes', {});
      // Kernel processes share one space: it does not tell them apart.
      const here = processes.filter((one) => one.space === space.cr3);
      return here.length === 1 ? here[0]?.name : undefined;
    } catch {
      return undefined;
    }
  }
}
