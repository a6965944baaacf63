import * as vscode from 'vscode';
import type { CustomRequests, SaidLine, SerialEventBody } from '../../debug-adapter/api';
import { SerialRecord, type RecordedPiece } from '../console/serial-record';
import { debugType } from './debug-type';

export interface SerialPiece extends RecordedPiece {
  readonly session: vscode.DebugSession;
  readonly port: number;
}

/** A stop as the adapter told the editor of it. */
export interface SessionStop {
  readonly session: vscode.DebugSession;
  readonly reason: string;
  readonly description: string | undefined;
  /** The line of a serial port that made an exception filter stop. */
  readonly said: SaidLine | undefined;
}

/** What is known of one session. */
export class SessionFacts {
  stopped = false;
  ended = false;
  /** The adapter has its machine. */
  joined = false;
  readonly serial = new Map<number, SerialRecord>();
  readonly stops: SessionStop[] = [];
  /** What the adapter said it can do. */
  capabilities: unknown;
  private moves = 0;
  private clock = { atMs: 0, at: performance.now() };

  constructor(readonly session: vscode.DebugSession) {}

  /** Milliseconds since the machine was started, estimated from the last time the adapter told; stands still while the machine does. */
  get nowMs(): number {
    return this.stopped || this.ended ? this.clock.atMs : this.clock.atMs + performance.now() - this.clock.at;
  }

  /** Names what the machine holds now: another text once it has run or was written to. */
  get moment(): string {
    return `${this.session.id} ${this.moves}`;
  }

  /** What was read of the machine before is old. */
  hasMoved(): void {
    this.moves++;
  }

  /** The adapter told the time. */
  tick(atMs: number): void {
    if (atMs > this.nowMs || !this.stopped) this.clock = { atMs: Math.max(atMs, this.clock.atMs), at: performance.now() };
  }

  setStopped(stopped: boolean): void {
    this.clock = { atMs: this.nowMs, at: performance.now() };
    this.stopped = stopped;
    this.hasMoved();
  }
}

interface AdapterMessage {
  readonly type?: string;
  readonly event?: string;
  readonly command?: string;
  readonly body?: unknown;
}

const mostStops = 200;

/** The Bootscope sessions of this window, and what the adapter says of them. */
export class Sessions implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.DebugSession | undefined>();
  private readonly serialPiece = new vscode.EventEmitter<SerialPiece>();
  private readonly started = new vscode.EventEmitter<vscode.DebugSession>();
  private readonly ended = new vscode.EventEmitter<vscode.DebugSession>();
  private readonly stop = new vscode.EventEmitter<SessionStop>();
  private readonly adapterEvent = new vscode.EventEmitter<{ session: vscode.DebugSession; event: string; body: unknown }>();
  private readonly adapterGone = new vscode.EventEmitter<vscode.DebugSession>();
  private readonly known = new Map<string, SessionFacts>();
  private latest: SessionFacts | undefined;
  private readonly disposables: vscode.Disposable[];

  /** The guest stopped, ran on, or another session came to the front: what views show may be stale. */
  readonly onDidChange = this.changed.event;
  readonly onSerial = this.serialPiece.event;
  readonly onDidStart = this.started.event;
  readonly onDidEnd = this.ended.event;
  readonly onDidStop = this.stop.event;
  /** Every other event of the adapter. */
  readonly onEvent = this.adapterEvent.event;
  /** The adapter has ended, however it did: also one whose session never came to start. */
  readonly onAdapterGone = this.adapterGone.event;

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.disposables = [
      this.changed,
      this.serialPiece,
      this.started,
      this.ended,
      this.stop,
      this.adapterEvent,
      this.adapterGone,
      vscode.debug.registerDebugAdapterTrackerFactory(debugType, { createDebugAdapterTracker: (session) => this.track(session) }),
      vscode.debug.onDidChangeActiveDebugSession((session) => this.changed.fire(session)),
      vscode.debug.onDidStartDebugSession((session) => {
        if (session.type === debugType) this.started.fire(session);
      }),
      vscode.debug.onDidTerminateDebugSession((session) => {
        if (session.type !== debugType) return;
        const facts = this.factsOf(session);
        facts.setStopped(facts.stopped);
        facts.ended = true;
        // The last session can still be looked at; others are forgotten.
        for (const [id, one] of this.known) if (one.ended && one !== facts) this.known.delete(id);
        this.ended.fire(session);
        this.changed.fire(undefined);
      }),
    ];
  }

  /** The session whose machine the views show, if there is one. */
  get active(): vscode.DebugSession | undefined {
    const session = vscode.debug.activeDebugSession;
    return session?.type === debugType ? session : undefined;
  }

  /** The active session, or the one that ended last. */
  get shown(): SessionFacts | undefined {
    const { active } = this;
    return active ? this.factsOf(active) : this.latest;
  }

  get all(): readonly SessionFacts[] {
    return [...this.known.values()];
  }

  factsOf(session: vscode.DebugSession): SessionFacts {
    let facts = this.known.get(session.id);
    if (!facts) this.known.set(session.id, (facts = new SessionFacts(session)));
    this.latest = facts;
    return facts;
  }

  isStopped(session: vscode.DebugSession): boolean {
    return this.known.get(session.id)?.stopped ?? false;
  }

  /** One of the adapter's custom requests. Rejects with the adapter's own words. */
  async request<N extends keyof CustomRequests>(session: vscode.DebugSession, name: N, parameters: CustomRequests[N]['arguments']): Promise<CustomRequests[N]['answer']> {
    return (await session.customRequest(name, parameters)) as CustomRequests[N]['answer'];
  }

  private track(session: vscode.DebugSession): vscode.DebugAdapterTracker {
    return {
      onDidSendMessage: (message: AdapterMessage) => {
        const facts = this.factsOf(session);
        if (message.type === 'response' && message.command === 'initialize') facts.capabilities = message.body;
        if (message.type === 'event' && message.event !== undefined) this.take(facts, message.event, message.body);
      },
      onError: (error) => this.log.error(`adapter: ${error.message}`),
      onExit: (code, signal) => {
        this.log.info(`adapter ended: ${signal ?? code ?? 'unknown'}`);
        this.adapterGone.fire(session);
      },
    };
  }

  private take(facts: SessionFacts, event: string, body: unknown): void {
    const { session } = facts;
    if (event === 'stopped') {
      const { reason = 'pause', description, said } = (body ?? {}) as { reason?: string; description?: string; said?: SaidLine };
      facts.setStopped(true);
      const stop = { session, reason, description, said };
      facts.stops.push(stop);
      if (facts.stops.length > mostStops) facts.stops.shift();
      this.stop.fire(stop);
      this.changed.fire(session);
    } else if (event === 'continued') {
      facts.setStopped(false);
      this.changed.fire(session);
    } else if (event === 'invalidated') {
      facts.hasMoved();
      this.changed.fire(session);
    } else if (event === 'bootscope/serial') {
      const { port, text, atMs } = body as SerialEventBody;
      facts.tick(atMs);
      let record = facts.serial.get(port);
      if (!record) facts.serial.set(port, (record = new SerialRecord()));
      const piece = record.push(text, atMs);
      if (piece) this.serialPiece.fire({ ...piece, session, port });
    } else {
      if (event === 'initialized') facts.joined = true;
      this.adapterEvent.fire({ session, event, body });
    }
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}
