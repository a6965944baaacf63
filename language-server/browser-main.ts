import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import type { WorkerAnswer, WorkerStart } from '../boot/languages/editor-files';
import { browserHost } from './browser-host';
import { serve } from './server';

/** The part of a worker's global scope that is used here; TypeScript's own types of it do not go together with Node's. */
interface WorkerScope {
  onmessage: ((message: { readonly data: WorkerStart }) => void) | null;
  postMessage(message: WorkerAnswer): void;
}

/** The language server as a web worker: the first message brings its grammars, after the answer to it the worker speaks LSP. */
const scope = globalThis as unknown as WorkerScope;
scope.onmessage = ({ data: { grammars } }) => {
  scope.onmessage = null;
  const port = scope as unknown as ConstructorParameters<typeof BrowserMessageReader>[0];
  const connection = createConnection(new BrowserMessageReader(port), new BrowserMessageWriter(port));
  serve(connection, browserHost(connection, grammars)).then(
    () => {
      connection.listen();
      scope.postMessage({});
    },
    (error: unknown) => scope.postMessage({ failed: error instanceof Error ? error.message : String(error) }),
  );
};
