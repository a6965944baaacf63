import * as vscode from 'vscode';
import type { CustomRequests, SerialEventBody } from '../../debug-adapter/api';
import { debugType } from './debug-type';

export interface SerialPiece extends SerialEventBody {
  session: vscode.DebugSession;
}

/** The running Bootscope sessions, and what the adapter says of them. */
export class Sessions implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.DebugSession | undefined>();
  private readonly serialPiece = new vscode.EventEmitter<SerialPiece>();
  private readonly started = new vscode.EventEmitter<vscode.DebugSession>();
  private readonly ended = new vscode.EventEmitter<vscode.DebugSession>();
  private readonly stopped = new Set<string>();
  private readonly disposables: vscode.Disposable[];

  /** The guest stopped, ran on, or another session came to the front: what views show may be stale. */
  readonly onDidChange = this.changed.event;
  readonly onSerial = this.serialPiece.event;
  readonly onDidStart = this.started.event;
  readonly onDidEnd = this.ended.event;

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.disposables = [
      this.changed,
      this.serialPiece,
      this.started,
      this.ended,
      vscode.debug.registerDebugAdapterTrackerFactory(debugType, { createDebugAdapterTracker: (session) => this.track(session) }),
      vscode.debug.onDidChangeActiveDebugSession((session) => this.changed.fire(session)),
      vscode.debug.onDidStartDebugSession((session) => {
        if (session.type === debugType) this.started.fire(session);
      }),
      vscode.debug.onDidTerminateDebugSession((session) => {
        if (session.type !== debugType) return;
        this.stopped.delete(session.id);
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

  isStopped(session: vscode.DebugSession): boolean {
    return this.stopped.has(session.id);
  }

  /** One of the adapter's custom requests. Rejects with the adapter's own words. */
  async request<N extends keyof CustomRequests>(session: vscode.DebugSession, name: N, parameters: CustomRequests[N]['arguments']): Promise<CustomRequests[N]['answer']> {
    return (await session.customRequest(name, parameters)) as CustomRequests[N]['answer'];
  }

  private track(session: vscode.DebugSession): vscode.DebugAdapterTracker {
    return {
      onDidSendMessage: (message: { type?: string; event?: string; body?: unknown }) => {
        if (message.type !== 'event') return;
        if (message.event === 'stopped') {
          this.stopped.add(session.id);
          this.changed.fire(session);
        } else if (message.event === 'continued') {
          this.stopped.delete(session.id);
          this.changed.fire(session);
        } else if (message.event === 'bootscope/serial') {
          this.serialPiece.fire({ ...(message.body as SerialEventBody), session });
        }
      },
      onError: (error) => this.log.error(`adapter: ${error.message}`),
      onExit: (code, signal) => this.log.info(`adapter ended: ${signal ?? code ?? 'unknown'}`),
    };
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}
