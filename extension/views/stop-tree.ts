import * as vscode from 'vscode';
import type { Sessions } from '../debugging/sessions';
import { reason } from './known';

/** A row of one of our trees: its face, and its children. */
export interface Row {
  readonly item: vscode.TreeItem;
  readonly children?: readonly Row[];
}

/**
 * A tree that is read at each stop and only while visible: VS Code asks for children when the view shows, and each stop
 * makes it ask again. While the guest runs the rows of the last stop stay.
 */
export class StopTree implements vscode.TreeDataProvider<Row> {
  private readonly changed = new vscode.EventEmitter<undefined>();
  private rows: readonly Row[] = [];
  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly sessions: Sessions,
    private readonly read: (session: vscode.DebugSession) => Promise<readonly Row[]>,
  ) {
    sessions.onDidChange(() => this.refresh());
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return row.item;
  }

  async getChildren(row?: Row): Promise<Row[]> {
    return [...(row ? (row.children ?? []) : await this.top())];
  }

  private async top(): Promise<readonly Row[]> {
    const session = this.sessions.active;
    if (!session) {
      this.rows = [];
      return [];
    }
    if (!this.sessions.isStopped(session)) return this.rows;
    try {
      this.rows = await this.read(session);
    } catch (error) {
      this.rows = [messageRow(reason(error), 'error')];
    }
    return this.rows;
  }
}

/** A row that only says something. */
export function messageRow(text: string, icon: 'info' | 'warning' | 'error'): Row {
  const item = new vscode.TreeItem(text);
  item.iconPath = new vscode.ThemeIcon(icon);
  item.tooltip = text;
  return { item };
}

/** A row with children, open or closed. */
export function groupRow(label: string, children: readonly Row[], open: boolean): Row {
  const state = children.length === 0 ? vscode.TreeItemCollapsibleState.None : open ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
  return { item: new vscode.TreeItem(label, state), children };
}
