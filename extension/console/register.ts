import * as vscode from 'vscode';
import type { Sessions } from '../debugging/sessions';
import { SerialConsole } from './serial-console';

/** Opens a serial console with each session, and again on demand. */
export function registerSerialConsole(context: vscode.ExtensionContext, sessions: Sessions): void {
  const open = (session: vscode.DebugSession): void => {
    const terminal = vscode.window.createTerminal({
      name: `Serial: ${session.name}`,
      pty: new SerialConsole(sessions, session, 1),
      iconPath: new vscode.ThemeIcon('plug'),
      isTransient: true,
    });
    terminal.show(true);
  };
  context.subscriptions.push(
    sessions.onDidStart(open),
    vscode.commands.registerCommand('bootscope.openSerialConsole', () => {
      const session = sessions.active;
      if (session) open(session);
      else void vscode.window.showInformationMessage(vscode.l10n.t('No Bootscope session is running.'));
    }),
  );
}
