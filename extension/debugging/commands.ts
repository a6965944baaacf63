import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { choose, completed, type ConfigurationProvider } from './configuration-provider';
import { debugType } from './debug-type';
import { forThisSystem, substituted, type Variables } from './detect/variables';
import { checkRequirements } from './missing';
import { ShownTexts } from './shown-text';

/** The commands around starting: boot or join without a launch.json, what the adapter will be given, what is installed. */
export function registerStartCommands(provider: ConfigurationProvider): vscode.Disposable {
  const texts = new ShownTexts();
  return vscode.Disposable.from(
    texts,
    vscode.commands.registerCommand('bootscope.start', () => start(provider)),
    vscode.commands.registerCommand('bootscope.showResolvedConfiguration', () => showResolved(provider, texts)),
    vscode.commands.registerCommand('bootscope.checkRequirements', checkRequirements),
  );
}

/** As F5 without a launch.json, whatever launch.json there is: the provider takes an empty configuration for a question. */
async function start(provider: ConfigurationProvider): Promise<void> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const configuration = await provider.resolveDebugConfiguration(folder, { type: '', request: '', name: '' });
  if (configuration) await vscode.debug.startDebugging(folder, configuration);
  else if (configuration === null) await vscode.commands.executeCommand('debug.addConfiguration');
}

/** Opens the configuration of the session, else of a chosen one, as a JSON document of its own. */
async function showResolved(provider: ConfigurationProvider, texts: ShownTexts): Promise<void> {
  const session = vscode.debug.activeDebugSession;
  const resolved = session?.type === debugType ? forThisSystem(session.configuration) : await resolveChosen(provider);
  if (!resolved) return;
  await texts.show('Resolved configuration.json', `${JSON.stringify(resolved, undefined, 2)}\n`);
}

async function resolveChosen(provider: ConfigurationProvider): Promise<object | undefined> {
  const listed = (vscode.workspace.workspaceFolders ?? []).flatMap((folder) =>
    (vscode.workspace.getConfiguration('launch', folder).get<vscode.DebugConfiguration[]>('configurations') ?? [])
      .filter(({ type }) => type === debugType)
      .map((configuration) => ({ folder, configuration })),
  );
  if (listed.length === 0) {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const configuration = await provider.resolveDebugConfiguration(folder, { type: '', request: '', name: '' });
    return configuration ? completed(folder, configuration) : undefined;
  }
  const chosen = await choose(listed.map(({ folder, configuration }) => ({ ...configuration, name: configuration.name, folder, configuration })));
  if (!chosen) return undefined;
  return substituted(completed(chosen.folder, forThisSystem(chosen.configuration) as vscode.DebugConfiguration), variablesOf(chosen.folder)) as object;
}

/** The variables of VS Code that do not depend on an open editor. */
const variablesOf =
  (folder: vscode.WorkspaceFolder): Variables =>
  (name) => {
    const [kind = '', key = ''] = [name.split(':', 1)[0], name.slice(name.indexOf(':') + 1)];
    switch (kind) {
      case 'workspaceFolder':
        return (kind === name ? folder : vscode.workspace.workspaceFolders?.find((other) => other.name === key))?.uri.fsPath;
      case 'workspaceFolderBasename':
        return path.basename(folder.uri.fsPath);
      case 'userHome':
        return os.homedir();
      case 'pathSeparator':
        return path.sep;
      case 'env':
        return process.env[key] ?? '';
      case 'config': {
        const value = vscode.workspace.getConfiguration(undefined, folder).get<unknown>(key);
        return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
      }
      default:
        return undefined;
    }
  };
