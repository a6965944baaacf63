import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { SessionFacts, SerialPiece, Sessions } from '../debugging/sessions';
import { findLine, plainLine, stamp } from './serial-record';

const scheme = 'bootscope-serial';
/** An open log is read again at most this often. */
const refreshMs = 500;

/** What a port has said as a read-only document, each line with its time; a place in it can be shown. */
export class SerialLog implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly disposables: vscode.Disposable[];
  private readonly due = new Map<string, NodeJS.Timeout>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly sessions: Sessions) {
    this.disposables = [vscode.workspace.registerTextDocumentContentProvider(scheme, this), this.changed, sessions.onSerial((piece) => this.refresh(piece))];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const { id, port } = JSON.parse(uri.query) as { id: string; port: number };
    const facts = this.sessions.all.find(({ session }) => session.id === id);
    const lines = facts?.serial.get(port)?.lines() ?? [];
    return lines.map(({ atMs, text }) => `${stamp(atMs)}${text}`).join('\n');
  }

  uriOf({ session }: SessionFacts, port: number): vscode.Uri {
    const name = session.name.replace(/[^\w .-]/g, '_');
    return vscode.Uri.from({ scheme, path: `/Serial ${port} - ${name}.log`, query: JSON.stringify({ id: session.id, port }) });
  }

  /** Shows the log; `quoted` is a line to stand at. */
  async show(facts: SessionFacts, port: number, quoted?: string): Promise<void> {
    const line = quoted === undefined ? -1 : findLine(facts.serial.get(port)?.lines() ?? [], quoted);
    const options: vscode.TextDocumentShowOptions = line < 0 ? { preview: true } : { preview: true, selection: new vscode.Range(line, 0, line, 0) };
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(this.uriOf(facts, port)), options);
  }

  dispose(): void {
    for (const timer of this.due.values()) clearTimeout(timer);
    for (const disposable of this.disposables) disposable.dispose();
  }

  private refresh({ session, port }: SerialPiece): void {
    const uri = this.uriOf(this.sessions.factsOf(session), port);
    const key = uri.toString();
    if (this.due.has(key) || !vscode.workspace.textDocuments.some((document) => document.uri.toString() === key)) return;
    this.due.set(
      key,
      setTimeout(() => {
        this.due.delete(key);
        this.changed.fire(uri);
      }, refreshMs),
    );
  }
}

/** `serial.log` for port 1, `serial.2.log` for port 2. */
export function logFileOf(configured: string, folder: string | undefined, port: number): string | undefined {
  const named = configured.trim().replaceAll('${workspaceFolder}', folder ?? '');
  if (named === '' || (!path.isAbsolute(named) && folder === undefined)) return undefined;
  const file = path.resolve(folder ?? '/', named);
  if (port === 1) return file;
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}.${port}${ext}`);
}

/** Writes what each port says to the file of the setting `bootscope.serialConsole.logFile`, anew for each session. */
export class SerialLogFiles implements vscode.Disposable {
  private readonly streams = new Map<string, fs.WriteStream | undefined>();
  private readonly disposables: vscode.Disposable[];

  constructor(
    sessions: Sessions,
    private readonly complain: (text: string) => void,
  ) {
    this.disposables = [
      sessions.onSerial((piece) => this.write(piece)),
      sessions.onDidEnd((session) => {
        for (const [key, stream] of this.streams) {
          if (!key.startsWith(`${session.id} `)) continue;
          stream?.end();
          this.streams.delete(key);
        }
      }),
    ];
  }

  dispose(): void {
    for (const stream of this.streams.values()) stream?.end();
    for (const disposable of this.disposables) disposable.dispose();
  }

  private write({ session, port, text }: SerialPiece): void {
    const key = `${session.id} ${port}`;
    if (!this.streams.has(key)) this.streams.set(key, this.open(session, port));
    this.streams.get(key)?.write(text.split('\n').map((line) => (line.includes('\u001b') || line.includes('\r') ? plainLine(line) : line)).join('\n'));
  }

  private open(session: vscode.DebugSession, port: number): fs.WriteStream | undefined {
    const scope = session.workspaceFolder?.uri;
    const folder = scope?.fsPath ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    const file = logFileOf(vscode.workspace.getConfiguration('bootscope', scope ?? null).get<string>('serialConsole.logFile', ''), folder, port);
    if (file === undefined) return undefined;
    const stream = fs.createWriteStream(file);
    stream.on('error', (error) => this.complain(vscode.l10n.t('The serial log {0} cannot be written: {1}', file, error.message)));
    return stream;
  }
}
