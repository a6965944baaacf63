import * as os from 'node:os';
import * as vscode from 'vscode';
import type { StagesAnswer } from '../../debug-adapter/api';
import { duration } from '../views/drawing/figures';
import { diagnosticsText } from './diagnostics-text';
import type { SessionFacts, Sessions } from './sessions';

/** The stage is asked for and the time written this often while the machine runs. */
const tickMs = 1000;
const lastLines = 60;

/** One item in the status bar: stage, time, running or stopped. A click shows what can be done. */
export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('bootscope.status', vscode.StatusBarAlignment.Left, 50);
  private readonly disposables: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;
  private stages: StagesAnswer | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly sessions: Sessions,
  ) {
    this.item.name = 'Bootscope';
    this.item.command = 'bootscope.menu';
    this.disposables = [
      this.item,
      sessions.onDidChange(() => void this.update()),
      vscode.commands.registerCommand('bootscope.menu', () => this.menu()),
      vscode.commands.registerCommand('bootscope.copyDiagnostics', () => this.copyDiagnostics()),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const disposable of this.disposables) disposable.dispose();
  }

  private async update(): Promise<void> {
    clearTimeout(this.timer);
    const session = this.sessions.active;
    if (!session) {
      this.item.hide();
      return;
    }
    try {
      this.stages = await this.sessions.request(session, 'bootscope/stages', {});
    } catch {
      // Not started yet, or ending: the last stage stays.
    }
    if (this.sessions.active !== session) return;
    const facts = this.sessions.factsOf(session);
    this.show(facts);
    clearTimeout(this.timer);
    if (!facts.stopped) this.timer = setTimeout(() => void this.update(), tickMs);
  }

  private show(facts: SessionFacts): void {
    const stage = this.stages?.stages.find(({ id }) => id === this.stages?.current)?.name ?? vscode.l10n.t('starting');
    const time = duration(Math.floor(facts.nowMs / 1000) * 1000).replace('.00', '').replace(/^0 ms$/, '0 s');
    const state = facts.stopped ? vscode.l10n.t('stopped') : vscode.l10n.t('running');
    this.item.text = `$(${facts.stopped ? 'debug-pause' : 'sync'}) ${plain(stage)} · ${time} · ${state}`;
    this.item.tooltip = vscode.l10n.t('{0}: stage {1} after {2}, {3}. Click for what can be done.', facts.session.name, stage, time, state);
    this.item.accessibilityInformation = { label: vscode.l10n.t('Bootscope: stage {0} after {1}, {2}', stage, time, state), role: 'button' };
    this.item.show();
  }

  private async menu(): Promise<void> {
    const session = this.sessions.active;
    const stopped = session !== undefined && this.sessions.isStopped(session);
    const entry = (icon: string, label: string, command: string): vscode.QuickPickItem & { command: string } => ({ label: `$(${icon}) ${label}`, command });
    const picked = await vscode.window.showQuickPick(
      [
        ...(session ? [stopped ? entry('debug-continue', vscode.l10n.t('Continue'), 'workbench.action.debug.continue') : entry('debug-pause', vscode.l10n.t('Pause the machine'), 'workbench.action.debug.pause')] : []),
        entry('graph-line', vscode.l10n.t('Show Boot Stages'), 'bootscope.showTimeline'),
        entry('symbol-constant', vscode.l10n.t('Show Kernel Environment'), 'bootscope.showEnvironment'),
        entry('database', vscode.l10n.t('Show Mount Tables'), 'bootscope.showMounts'),
        entry('terminal', vscode.l10n.t('Open Serial Console'), 'bootscope.openSerialConsole'),
        entry('list-flat', vscode.l10n.t('Open Serial Log'), 'bootscope.openSerialLog'),
        entry('output', vscode.l10n.t('Show Log'), 'bootscope.showLog'),
        entry('clippy', vscode.l10n.t('Copy Diagnostics'), 'bootscope.copyDiagnostics'),
      ],
      { title: 'Bootscope' },
    );
    if (picked) await vscode.commands.executeCommand(picked.command);
  }

  private async copyDiagnostics(): Promise<void> {
    const facts = this.sessions.shown;
    const { packageJSON } = this.context.extension as { packageJSON: { version?: string } };
    const text = diagnosticsText(
      {
        extension: packageJSON.version ?? '?',
        editor: `${vscode.env.appName} ${vscode.version} (${vscode.env.remoteName ?? 'local'}, ${vscode.env.uiKind === vscode.UIKind.Web ? 'web' : 'desktop'})`,
        system: `${os.type()} ${os.release()} ${os.arch()}, ${os.cpus().length} CPUs, ${Math.round(os.totalmem() / 2 ** 30)} GiB`,
        node: process.versions.node,
        notes: [vscode.workspace.isTrusted ? 'workspace trusted' : 'workspace not trusted'],
        ...(facts
          ? {
              session: {
                name: facts.session.name,
                configuration: facts.session.configuration,
                state: facts.ended ? 'ended' : facts.stopped ? 'stopped' : 'running',
                stages: (this.stages?.stages ?? []).map(({ id, enteredMs }) => `${id} ${enteredMs === undefined ? '-' : duration(enteredMs)}`).join(', '),
                stops: facts.stops.slice(-10).map(({ reason, description }) => `${reason}: ${description ?? ''}`),
                serial: (facts.serial.get(1)?.lines() ?? []).slice(-lastLines).map((line) => line.text),
              },
            }
          : {}),
      },
      os.homedir(),
    );
    await vscode.env.clipboard.writeText(text);
    void vscode.window.showInformationMessage(vscode.l10n.t('Diagnostics copied: versions, configuration, stops and the last lines of the console. Read them before you paste them; nothing was sent anywhere.'));
  }
}

/** Text of a guest in a status bar item: `$(name)` would be an icon there. */
const plain = (text: string): string => text.replace(/\$\(/g, '$ (');
