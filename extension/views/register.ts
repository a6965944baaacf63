import * as vscode from 'vscode';
import type { Sessions } from '../debugging/sessions';
import { environmentRows } from './environment-view';
import { reason, words } from './known';
import { mountRows } from './mounts-view';
import { StopTree, type Row } from './stop-tree';

/** The trees of the debug side bar and their commands. */
export function registerViews(context: vscode.ExtensionContext, sessions: Sessions): void {
  let process: string | undefined;
  const environment = new StopTree(sessions, (session) => environmentRows(sessions, session));
  const mounts = new StopTree(sessions, (session) => mountRows(sessions, session, process));

  const chooseProcess = async (): Promise<void> => {
    const session = sessions.active;
    if (!session) return;
    try {
      const { processes, unknown } = await sessions.request(session, 'bootscope/processes', {});
      if (unknown !== undefined) {
        void vscode.window.showInformationMessage(unknown);
        return;
      }
      const everyone = { label: vscode.l10n.t('Every process with another root'), id: undefined };
      const picked = await vscode.window.showQuickPick([everyone, ...processes.map((one) => ({ label: `${one.name} (${one.id})`, description: `root ${words(one.root)}`, id: one.id }))], {
        title: vscode.l10n.t('Whose mount table?'),
      });
      if (!picked) return;
      process = picked.id;
      mounts.refresh();
    } catch (error) {
      void vscode.window.showErrorMessage(reason(error));
    }
  };

  context.subscriptions.push(
    vscode.window.createTreeView('bootscope.environment', { treeDataProvider: environment, showCollapseAll: true }),
    vscode.window.createTreeView('bootscope.mounts', { treeDataProvider: mounts, showCollapseAll: true }),
    vscode.commands.registerCommand('bootscope.refreshViews', () => {
      environment.refresh();
      mounts.refresh();
    }),
    vscode.commands.registerCommand('bootscope.chooseMountProcess', chooseProcess),
    vscode.commands.registerCommand('bootscope.copyRow', (row: Row) => vscode.env.clipboard.writeText(typeof row.item.tooltip === 'string' ? row.item.tooltip : String(row.item.label))),
    sessions.onDidEnd(() => {
      process = undefined;
    }),
  );
}
