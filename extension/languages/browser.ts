import * as vscode from 'vscode';
import { BrowserMessageReader, BrowserMessageWriter, LanguageClient } from 'vscode-languageclient/browser';
import { editorRequests, firstGrammars, type FileQuestion, type GrammarQuestion, type ListedName, type WorkerAnswer, type WorkerStart } from '../../boot/languages/editor-files';
import { concerns, selectorOf, watchedFiles } from './documents';
import { VirtualUris } from './virtual-uris';

/** The part of a web worker that is used here; TypeScript's own types of browsers do not go together with Node's. */
interface WebWorker {
  onmessage: ((message: { readonly data: WorkerAnswer }) => void) | null;
  onerror: ((error: { readonly message: string }) => void) | null;
  postMessage(message: WorkerStart): void;
  terminate(): void;
}

type Port = ConstructorParameters<typeof BrowserMessageReader>[0];

/** Starts the language server with the first file that concerns it, as a web worker. */
export function registerBrowserLanguages(context: vscode.ExtensionContext): void {
  let started: Promise<void> | undefined;
  const schemes = (): string[] => [...new Set(['file', ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.scheme)])];
  const look = (document: vscode.TextDocument): void => {
    if (started !== undefined || !concerns(document, schemes())) return;
    started = start(context, schemes()).catch((error: unknown) => {
      void vscode.window.showErrorMessage(vscode.l10n.t('The Bootscope language server did not start: {0}', error instanceof Error ? error.message : String(error)));
    });
  };
  context.subscriptions.push(vscode.workspace.onDidOpenTextDocument(look));
  vscode.workspace.textDocuments.forEach(look);
}

async function start(context: vscode.ExtensionContext, schemes: readonly string[]): Promise<void> {
  const dist = vscode.Uri.joinPath(context.extensionUri, 'dist');
  const grammar = async (file: string): Promise<Uint8Array> => vscode.workspace.fs.readFile(vscode.Uri.joinPath(dist, file));
  const { Worker } = globalThis as unknown as { readonly Worker: new (script: string) => WebWorker };
  const worker = new Worker(vscode.Uri.joinPath(dist, 'language-worker.js').toString(true));
  context.subscriptions.push({ dispose: () => worker.terminate() });
  const ready = new Promise<WorkerAnswer>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.postMessage({ grammars: Object.fromEntries(await Promise.all(firstGrammars.map(async (file) => [file, await grammar(file)] as const))) } satisfies WorkerStart);
  const { failed } = await ready;
  worker.onmessage = null;
  if (failed !== undefined) throw new Error(failed);

  const uris = new VirtualUris<vscode.Uri>(
    () => (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri),
    (uri, change) => uri.with(change),
  );
  const port = worker as unknown as Port;
  const client = new LanguageClient(
    'bootscope',
    vscode.l10n.t('Bootscope language server'),
    () => Promise.resolve({ reader: new BrowserMessageReader(port), writer: new BrowserMessageWriter(port) }),
    {
      documentSelector: selectorOf(schemes),
      uriConverters: { code2Protocol: (uri) => uris.toServer(uri), protocol2Code: (text) => uris.fromServer(text) },
      initializationOptions: { shellcheck: false },
      synchronize: { configurationSection: 'bootscope', fileEvents: vscode.workspace.createFileSystemWatcher(watchedFiles) },
    },
  );
  answerFor(client, uris, grammar);
  context.subscriptions.push({ dispose: () => void client.stop() });
  await client.start();
}

/** The server's questions about files: a worker reads nothing itself. */
function answerFor(client: LanguageClient, uris: VirtualUris<vscode.Uri>, grammar: (file: string) => Promise<Uint8Array>): void {
  const { fs } = vscode.workspace;
  const orNull = async <T>(answer: () => PromiseLike<T>): Promise<T | null> => {
    try {
      return await answer();
    } catch (error) {
      if (error instanceof vscode.FileSystemError) return null;
      throw error;
    }
  };
  client.onRequest(editorRequests.list, ({ uri }: FileQuestion) =>
    orNull<ListedName[]>(async () => (await fs.readDirectory(uris.fromServer(uri))).map(([name, type]) => ({ name, folder: type === vscode.FileType.Directory }))),
  );
  client.onRequest(editorRequests.size, ({ uri }: FileQuestion) =>
    orNull(async () => {
      const { size, type } = await fs.stat(uris.fromServer(uri));
      return (type & vscode.FileType.File) === 0 ? null : size;
    }),
  );
  client.onRequest(editorRequests.read, ({ uri, limit }: FileQuestion) =>
    orNull(async () => {
      const file = uris.fromServer(uri);
      const { size, type } = await fs.stat(file);
      return (type & vscode.FileType.File) === 0 || size > (limit ?? Infinity) ? null : new TextDecoder().decode(await fs.readFile(file));
    }),
  );
  client.onRequest(editorRequests.grammar, ({ file }: GrammarQuestion) => grammar(file));
}
