import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { UnitGraph } from '../../../boot/languages/init-units/unit-graph';
import type { SessionFacts, Sessions } from '../../debugging/sessions';
import { reason } from '../known';
import { parseAction, type Action } from './actions';
import { pageHtml } from './html';
import { pathsIn, readPage } from './read';
import type { Asked, Contents, State } from './state';
import type { TabId } from './tabs';

export const bootChainId = 'bootscope.bootChain';
/** While the machine runs only the timeline changes; it is drawn anew this often. */
const runningMs = 1000;

/** What the page's wishes lead to. */
export type Perform = (action: Exclude<Action, { do: 'look' | 'ready' | 'tab' | 'resolvePath' | 'efiBootEntry' }>, view: BootChainView) => Promise<void> | void;

/** The webview Boot Chain. Reads the page in front at each stop and only while it is visible; keeps what was read last. */
export class BootChainView implements vscode.WebviewViewProvider, vscode.Disposable {
  private view: vscode.WebviewView | undefined;
  private tab: TabId = 'timeline';
  private contents: Contents = {};
  private asked: Asked | undefined;
  private of: SessionFacts | undefined;
  /** The moment of which each page's contents are. */
  private readonly readAt = new Map<TabId, string>();
  private reading = false;
  private again = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly disposables: vscode.Disposable[];
  /** Variables on whose change the machine stops, by session. */
  readonly breaksOn = new Map<string, readonly string[]>();
  /** Process whose mounts are shown beside those with another root. */
  process: string | undefined;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly sessions: Sessions,
    private readonly unitGraph: () => Promise<UnitGraph>,
    private readonly perform: Perform,
  ) {
    this.disposables = [
      sessions.onDidChange(() => this.look()),
      sessions.onDidEnd((session) => {
        this.breaksOn.delete(session.id);
        this.process = undefined;
      }),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    const { webview } = view;
    const file = (...parts: string[]): vscode.Uri => vscode.Uri.joinPath(this.extensionUri, ...parts);
    webview.options = { enableScripts: true, localResourceRoots: [file('dist'), file('media')] };
    view.onDidDispose(() => {
      this.view = undefined;
      clearTimeout(this.timer);
    });
    view.onDidChangeVisibility(() => this.look());
    webview.onDidReceiveMessage((message: unknown) => this.take(message));
    webview.html = pageHtml({
      script: webview.asWebviewUri(file('dist', 'boot-chain.js')).toString(),
      style: webview.asWebviewUri(file('media', 'boot-chain.css')).toString(),
      cspSource: webview.cspSource,
      nonce: randomBytes(18).toString('base64url'),
      language: vscode.env.language,
    });
  }

  /** Brings the view to the front with this page. */
  async show(tab: TabId): Promise<void> {
    this.tab = tab;
    await vscode.commands.executeCommand(`${bootChainId}.focus`);
    this.look();
  }

  get front(): TabId {
    return this.tab;
  }

  get shownContents(): Contents {
    return this.contents;
  }

  /** Asks the session about a path and shows the answer on the page Mounts. */
  async ask(action: Extract<Action, { do: 'resolvePath' | 'efiBootEntry' }>): Promise<void> {
    const session = this.sessions.active;
    const of = action.process === undefined ? {} : { process: action.process };
    const failed = (error: unknown): { failed: string } => ({ failed: reason(error) });
    if (!session) this.asked = undefined;
    else if (action.do === 'resolvePath') {
      const path = action.path ?? '';
      this.asked = { kind: 'resolvePath', path, answer: await this.sessions.request(session, 'bootscope/resolvePath', { path, ...of }).catch(failed) };
    } else {
      const loader = action.loader ?? '';
      this.asked = { kind: 'efiBootEntry', loader, answer: await this.sessions.request(session, 'bootscope/efiBootEntry', { loader, ...of }).catch(failed) };
    }
    this.post();
  }

  /** All pages are old, also where the machine has not moved. */
  refresh(): void {
    this.readAt.clear();
    this.look();
  }

  /** Reads the page in front, if anyone sees it and it is not of this moment. Calls while it reads end in one more look. */
  private look(): void {
    clearTimeout(this.timer);
    if (!this.view?.visible) return;
    if (this.reading) {
      this.again = true;
      return;
    }
    this.reading = true;
    void this.read().finally(() => {
      this.reading = false;
      if (this.again) {
        this.again = false;
        this.look();
      } else if (this.tab === 'timeline' && this.running) this.timer = setTimeout(() => this.look(), runningMs);
    });
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const disposable of this.disposables) disposable.dispose();
  }

  private get running(): boolean {
    const session = this.sessions.active;
    return session !== undefined && !this.sessions.isStopped(session);
  }

  private async read(): Promise<void> {
    const { tab } = this;
    const session = this.sessions.active;
    const facts = this.sessions.shown;
    if (facts !== this.of) {
      this.of = facts;
      this.contents = {};
      this.asked = undefined;
      this.readAt.clear();
    }
    if (!session) {
      // What a session ran stays after it; else the files are asked each time.
      if (tab === 'units' && this.contents.units?.units === undefined) {
        try {
          this.contents = { ...this.contents, units: { graph: await this.unitGraph() } };
        } catch (error) {
          this.contents = { ...this.contents, units: { units: { failed: reason(error) } } };
        }
      }
    } else if (facts && (facts.stopped ? this.readAt.get(tab) !== facts.moment : tab === 'timeline')) {
      const { moment } = facts;
      this.readAt.set(tab, moment);
      const read = await readPage(tab, {
        request: (name, parameters) => this.sessions.request(session, name, parameters),
        nowMs: facts.nowMs,
        breaksOn: this.breaksOn.get(session.id) ?? [],
        process: this.process,
        unitGraph: this.unitGraph,
      });
      if (this.of === facts) this.contents = { ...this.contents, ...read };
    }
    this.post();
  }

  private post(): void {
    const facts = this.of;
    const machine = !facts ? 'none' : facts.ended ? 'ended' : facts.stopped ? 'stopped' : 'running';
    const state: State = {
      tab: this.tab,
      machine,
      contents: this.contents,
      words: vscode.l10n.bundle ?? {},
      ...(facts ? { session: facts.session.name } : {}),
      ...(this.asked ? { asked: this.asked } : {}),
    };
    void this.view?.webview.postMessage(state);
  }

  private take(message: unknown): void {
    const action = parseAction(message);
    if (!action) return;
    if (action.do === 'ready') {
      this.post();
      this.look();
    } else if (action.do === 'tab') {
      this.tab = action.tab;
      this.post();
      this.look();
    } else if (action.do === 'resolvePath' || action.do === 'efiBootEntry') void this.ask(action);
    else if (action.do === 'open' && !pathsIn(this.contents).has(action.path)) return;
    else void Promise.resolve(this.perform(action, this)).catch((error: unknown) => vscode.window.showErrorMessage(reason(error)));
  }
}
