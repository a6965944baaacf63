import * as vscode from 'vscode';
import type { Src } from '../../../debug-adapter/api';
import type { Sessions } from '../../debugging/sessions';
import { reason } from '../known';

/** What a row is about, for the commands of its menu. */
export type Subject =
  | { readonly kind: 'variable'; readonly name: string; readonly value: string }
  | { readonly kind: 'checkpoint'; readonly id: string }
  | { readonly kind: 'process'; readonly id: string }
  /** `0xADDRESS@0xROOT`: an address in an address space, as the adapter's memory references name it. */
  | { readonly kind: 'range'; readonly reference: string };

/** A row of one of our trees: its face, and its children. */
export interface Row {
  readonly item: vscode.TreeItem;
  readonly children?: readonly Row[];
  /** Children that are read when the row is opened. */
  readonly load?: () => Promise<readonly Row[]>;
  readonly subject?: Subject;
  /** What "Copy" takes. */
  readonly copy?: string;
}

/**
 * A tree that is read at each stop and only while visible: VS Code asks for children when the view shows, and each stop
 * makes it ask again. While the guest runs the rows of the last stop stay.
 */
export class StopTree implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly listening: vscode.Disposable;
  private rows: readonly Row[] = [];
  /** What was read last, and when: the editor asks again whenever the view comes into sight. */
  private lastRead: { readonly moment: string; readonly rows: Promise<readonly Row[]> } | undefined;
  /** Children that were read; each stop makes new rows, so they are of the stop that is shown. */
  private readonly loaded = new WeakMap<Row, Promise<readonly Row[]>>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly sessions: Sessions,
    private readonly read: (session: vscode.DebugSession) => Promise<readonly Row[]>,
    /** True: it can be read while the machine runs. */
    private readonly always = false,
  ) {
    this.listening = sessions.onDidChange(() => this.changed.fire(undefined));
  }

  /** Reads anew, also where the machine has not moved. */
  refresh(): void {
    this.lastRead = undefined;
    this.changed.fire(undefined);
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return row.item;
  }

  async getChildren(row?: Row): Promise<Row[]> {
    if (!row) return [...(await this.top())];
    if (!row.load) return [...(row.children ?? [])];
    let loaded = this.loaded.get(row);
    if (!loaded) {
      loaded = row.load().catch((error: unknown) => [messageRow(reason(error), 'error')]);
      this.loaded.set(row, loaded);
    }
    return [...(await loaded)];
  }

  dispose(): void {
    this.listening.dispose();
    this.changed.dispose();
  }

  private async top(): Promise<readonly Row[]> {
    const session = this.sessions.active;
    if (!session) {
      this.rows = [];
      return [];
    }
    if (!this.always && !this.sessions.isStopped(session)) return this.rows;
    const { moment } = this.sessions.factsOf(session);
    if (this.lastRead?.moment !== moment) this.lastRead = { moment, rows: this.read(session).catch((error: unknown) => [messageRow(reason(error), 'error')]) };
    this.rows = await this.lastRead.rows;
    return this.rows;
  }
}

/** A row that only says something. */
export function messageRow(text: string, icon: 'info' | 'warning' | 'error'): Row {
  const item = new vscode.TreeItem(text);
  item.iconPath = new vscode.ThemeIcon(icon);
  item.tooltip = text;
  return { item, copy: text };
}

/** A row with children, open or closed. */
export function groupRow(label: string, children: readonly Row[], open: boolean): Row {
  const state = children.length === 0 ? vscode.TreeItemCollapsibleState.None : open ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
  return { item: new vscode.TreeItem(label, state), children };
}

/** A click on the row opens this place. */
export function openOnClick(row: Row, source: Src | undefined): void {
  if (source) row.item.command = { command: 'bootscope.openSource', title: vscode.l10n.t('Open'), arguments: [source] };
}
