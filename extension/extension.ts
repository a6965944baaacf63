import * as vscode from 'vscode';
import { registerDebugging } from './debugging/register';
import { Sessions } from './debugging/sessions';
import { registerLanguages } from './languages/register';
import { registerSerialConsole } from './console/register';
import { registerViews } from './views/register';

/** Called by VS Code when a Bootscope session is asked for or one of our views is shown. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Bootscope', { log: true });
  const sessions = new Sessions(log);
  context.subscriptions.push(log, sessions);
  registerDebugging(context, log);
  registerViews(context, sessions);
  registerSerialConsole(context, sessions);
  registerLanguages(context);
}
