import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { createConnection, createProtocolConnection, StreamMessageReader, StreamMessageWriter, type Connection, type Diagnostic, type InitializeResult, type ProtocolConnection } from 'vscode-languageserver/node';
import { diskHost } from '../../language-server/disk-host';
import { serve, type Host } from '../../language-server/server';

/** A language server in this process, a folder for its workspace, and a client that speaks to it over LSP messages. */
export class Client {
  readonly diagnostics = new Map<string, Diagnostic[]>();
  private readonly versions = new Map<string, number | undefined>();
  private readonly waiting: (() => void)[] = [];
  private version = 1;

  private constructor(
    readonly folder: string,
    readonly connection: ProtocolConnection,
    readonly initialized: InitializeResult,
    readonly indexed: Promise<void>,
  ) {
    connection.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics, version }: { uri: string; diagnostics: Diagnostic[]; version?: number }) => {
      this.versions.set(uri, version);
      this.diagnostics.set(uri, diagnostics);
      for (const wake of this.waiting.splice(0)) wake();
    });
  }

  /** @param host where the server runs; `answer` gives the editor a word before it starts */
  static async start(
    files: Record<string, string>,
    settings: unknown = {},
    renamesFiles = false,
    host: (connection: Connection) => Host = diskHost,
    answer: (connection: ProtocolConnection) => void = () => undefined,
  ): Promise<Client> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-lsp-'));
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), text);
    }
    const [up, down] = [new PassThrough(), new PassThrough()];
    const server = createConnection(new StreamMessageReader(up), new StreamMessageWriter(down));
    await serve(server, host(server));
    server.listen();
    const connection = createProtocolConnection(new StreamMessageReader(down), new StreamMessageWriter(up));
    connection.onRequest('workspace/configuration', () => [settings]);
    const indexed = new Promise<void>((resolve) => connection.onNotification('bootscope/indexed', () => resolve()));
    answer(connection);
    connection.listen();
    const initialized: InitializeResult = await connection.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      capabilities: { workspace: { configuration: true, ...(renamesFiles ? { workspaceEdit: { documentChanges: true, resourceOperations: ['rename'] } } : {}) } },
      initializationOptions: { shellcheck: false },
      workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'w' }],
    });
    const client = new Client(folder, connection, initialized, indexed);
    await connection.sendNotification('initialized', {});
    await indexed;
    return client;
  }

  uri(name: string): string {
    return pathToFileURL(path.join(this.folder, name)).href;
  }

  async open(name: string, languageId = 'loader-conf', text = fs.readFileSync(path.join(this.folder, name), 'utf8')): Promise<Diagnostic[]> {
    const version = this.version++;
    await this.connection.sendNotification('textDocument/didOpen', { textDocument: { uri: this.uri(name), languageId, version, text } });
    return this.told(name, version);
  }

  async change(name: string, text: string): Promise<Diagnostic[]> {
    const version = this.version++;
    await this.connection.sendNotification('textDocument/didChange', { textDocument: { uri: this.uri(name), version }, contentChanges: [{ text }] });
    return this.told(name, version);
  }

  /** Diagnostics of one version of a file; those of an earlier text may come in between. */
  private async told(name: string, version: number): Promise<Diagnostic[]> {
    const uri = this.uri(name);
    for (;;) {
      const got = this.diagnostics.get(uri);
      if (got !== undefined && this.versions.get(uri) === version) return got;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** A request about a place: line and character from 0. */
  at<T>(method: string, name: string, line: number, character: number, more: object = {}): Promise<T> {
    return this.connection.sendRequest(`textDocument/${method}`, { textDocument: { uri: this.uri(name) }, position: { line, character }, ...more });
  }

  about<T>(method: string, name: string, more: object = {}): Promise<T> {
    return this.connection.sendRequest(`textDocument/${method}`, { textDocument: { uri: this.uri(name) }, ...more });
  }

  stop(): void {
    this.connection.dispose();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
