import * as path from 'node:path';
import * as vscode from 'vscode';
import type { TerminalEventBody } from '../../debug-adapter/api';
import type { Sessions } from '../debugging/sessions';
import { reason } from '../views/known';
import { CommandTerminal } from './command-terminal';

/** A session's command in its terminal. */
interface Running {
  readonly sessionId: string;
  readonly name: string;
  readonly terminal: vscode.Terminal;
  readonly pty: CommandTerminal;
  /** It runs on without its session. */
  left: boolean;
}

/** node-pty, the only native part; the words why there is none here. */
export async function terminalSupport(): Promise<true | string> {
  try {
    await import('node-pty');
    return true;
  } catch (error) {
    return vscode.l10n.t('The command has no terminal of its own here, so that nothing can be typed to it; what it says stands in this console. node-pty: {0}', reason(error).split('\n', 1)[0] ?? '');
  }
}

/** Terminals for the commands of this window's sessions. Each ends with its session. */
export function registerCommandTerminals(context: vscode.ExtensionContext, sessions: Sessions, log: vscode.LogOutputChannel): void {
  const all = new Set<Running>();
  const endOf = (sessionId: string): void => {
    for (const one of all) if (one.sessionId === sessionId && !one.left) one.pty.end();
  };
  const start = async (session: vscode.DebugSession, line: Extract<TerminalEventBody, { do: 'start' }>): Promise<void> => {
    const tell = (how: object): void => void session.customRequest('bootscope/terminalEnded', how).then(undefined, (error: unknown) => log.debug(`the session is over: ${reason(error)}`));
    // The terminal of the same configuration's last run makes room.
    for (const one of all) if (one.name === session.name && one.sessionId !== session.id && !one.left) one.terminal.dispose();
    const pty = new CommandTerminal(await import('node-pty'), path.join(context.extensionPath, 'dist', 'command-leader.js'), line, tell);
    const terminal = vscode.window.createTerminal({ name: vscode.l10n.t('Command: {0}', session.name), pty, iconPath: new vscode.ThemeIcon('tools'), isTransient: true });
    all.add({ sessionId: session.id, name: session.name, terminal, pty, left: false });
    terminal.show(true);
  };
  context.subscriptions.push(
    sessions.onEvent(({ session, event, body }) => {
      if (event !== 'bootscope/terminal') return;
      const told = body as TerminalEventBody;
      if (told.do === 'start') void start(session, told).catch((error: unknown) => session.customRequest('bootscope/terminalEnded', { status: 'not started', refused: reason(error) }));
      else if (told.do === 'end') endOf(session.id);
      else for (const one of all) if (one.sessionId === session.id) one.left = true;
    }),
    sessions.onAdapterGone(({ id }) => endOf(id)),
    sessions.onDidEnd(({ id }) => endOf(id)),
    vscode.window.onDidCloseTerminal((closed) => {
      for (const one of all) if (one.terminal === closed) all.delete(one);
    }),
    { dispose: () => all.forEach(({ pty }) => pty.end()) },
  );
}
