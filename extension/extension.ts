import * as vscode from 'vscode';
import { registerDebugging } from './debugging/register';
import { Problems } from './debugging/problems';
import { Sessions } from './debugging/sessions';
import { Status } from './debugging/status';
import { registerTrace } from './debugging/trace';
import { registerLanguages } from './languages/register';
import { registerCommandTerminals } from './console/command-terminals';
import { registerSerialConsole } from './console/register';
import { registerSample } from './sample/register';
import { registerViews } from './views/register';

/** Called by VS Code when a Bootscope session is asked for or one of our views is shown. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Bootscope', { log: true });
  const sessions = new Sessions(log);
  context.subscriptions.push(log, sessions, registerTrace(sessions, log), vscode.commands.registerCommand('bootscope.showLog', () => log.show()));
  registerDebugging(context, log);
  registerCommandTerminals(context, sessions, log);
  const languages = registerLanguages(context);
  const serialLog = registerSerialConsole(context, sessions, log);
  registerViews(context, sessions, serialLog, languages.unitGraph);
  context.subscriptions.push(registerSample(context, sessions, log), new Problems(sessions, serialLog, log), new Status(context, sessions));
}
