import * as vscode from 'vscode';
import type { UnitGraph } from '../../boot/languages/init-units/unit-graph';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { concerns, selectorOf, watchedFiles } from './documents';

const schemes = ['file'];

/** After this long the server is asked with what it has found so far. */
const indexPatienceMs = 20_000;

/** What other parts of the extension ask the language server. */
export interface Languages {
  /** The dependency graph of the workspace's init units; starts the server if it does not run. */
  unitGraph(): Promise<UnitGraph>;
}

/** Starts the language server with the first file that concerns it, as a process of its own. */
export function registerLanguages(context: vscode.ExtensionContext): Languages {
  let client: LanguageClient | undefined;
  let indexed: Promise<void> = Promise.resolve();
  const start = (): LanguageClient => {
    if (client !== undefined) return client;
    const module = vscode.Uri.joinPath(context.extensionUri, 'dist', 'language-server.js').fsPath;
    client = new LanguageClient('bootscope', vscode.l10n.t('Bootscope language server'), { module, transport: TransportKind.ipc }, {
      documentSelector: selectorOf(schemes),
      initializationOptions: { shellcheck: vscode.extensions.getExtension('timonwong.shellcheck') !== undefined },
      synchronize: {
        configurationSection: 'bootscope',
        fileEvents: vscode.workspace.createFileSystemWatcher(watchedFiles),
      },
    });
    const started = client;
    indexed = new Promise((resolve) => {
      started.onNotification('bootscope/indexed', () => resolve());
      setTimeout(resolve, indexPatienceMs);
    });
    void client.start().catch((error: unknown) => vscode.window.showErrorMessage(vscode.l10n.t('The Bootscope language server did not start: {0}', error instanceof Error ? error.message : String(error))));
    context.subscriptions.push({ dispose: () => void client?.stop() });
    return client;
  };
  const look = (document: vscode.TextDocument): void => {
    if (client === undefined && concerns(document, schemes)) start();
  };
  context.subscriptions.push(vscode.workspace.onDidOpenTextDocument(look));
  vscode.workspace.textDocuments.forEach(look);
  return {
    unitGraph: async () => {
      const file = vscode.window.activeTextEditor?.document.uri;
      const asked = file?.scheme === 'file' ? { uri: file.toString() } : {};
      const server = start();
      // Before it has looked through the workspace, the server knows no units.
      await indexed;
      return server.sendRequest<UnitGraph>('bootscope/unitGraph', asked);
    },
  };
}
