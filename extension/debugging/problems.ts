import * as vscode from 'vscode';
import type { Failure } from '../../debug-adapter/api';
import type { SerialLog } from '../console/serial-log';
import { findLine } from '../console/serial-record';
import { findSource } from './open-source';
import type { Sessions } from './sessions';

/** A rule of the workspace that is none: it is left out of the diagnosis. */
const ruleDiagnostic = (message: string, line: number): vscode.Diagnostic => {
  const at = Math.max(0, line - 1);
  const diagnostic = new vscode.Diagnostic(new vscode.Range(at, 0, at, Number.MAX_SAFE_INTEGER), vscode.l10n.t('This diagnosis rule is left out: {0}', message), vscode.DiagnosticSeverity.Error);
  diagnostic.source = 'Bootscope';
  return diagnostic;
};

/** Puts what the adapter diagnosed into the problems panel, at the place in the user's files where it is caused. */
export class Problems implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('bootscope');
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly sessions: Sessions,
    private readonly serialLog: SerialLog,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disposables = [
      this.collection,
      // What was found stays after the session, while it is being mended; the next boot judges anew.
      sessions.onDidStart(() => this.collection.clear()),
      sessions.onDidStop(({ session, reason }) => {
        if (reason !== 'step') void this.look(session);
      }),
    ];
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private async look(session: vscode.DebugSession): Promise<void> {
    try {
      const { failures, ruleProblems = [] } = await this.sessions.request(session, 'bootscope/diagnosis', {});
      const byFile = new Map<string, [vscode.Uri, vscode.Diagnostic[]]>();
      const add = (uri: vscode.Uri, diagnostic: vscode.Diagnostic): void => {
        const entry = byFile.get(uri.toString()) ?? [uri, []];
        entry[1].push(diagnostic);
        byFile.set(uri.toString(), entry);
      };
      for (const { message, source } of ruleProblems) add(vscode.Uri.file(source.path), ruleDiagnostic(message, source.line ?? 1));
      for (const failure of failures) {
        const uri = failure.source && (await findSource(failure.source.path));
        if (!uri) {
          this.log.info(`${failure.code}: ${failure.title} (its place is not in this workspace: ${failure.source?.path ?? 'not known'})`);
          continue;
        }
        add(uri, this.diagnostic(failure, session));
      }
      this.collection.clear();
      for (const [uri, diagnostics] of byFile.values()) this.collection.set(uri, diagnostics);
    } catch (error) {
      // The machine ran on before it could be asked.
      this.log.debug(`no diagnosis: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private diagnostic(failure: Failure, session: vscode.DebugSession): vscode.Diagnostic {
    const line = Math.max(0, (failure.source?.line ?? 1) - 1);
    const severity = failure.confidence === 'possible' ? vscode.DiagnosticSeverity.Information : failure.confidence === 'likely' ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Error;
    const diagnostic = new vscode.Diagnostic(new vscode.Range(line, 0, line, Number.MAX_SAFE_INTEGER), `${failure.title}\n${failure.cause}\n${vscode.l10n.t('What to do: {0}', failure.fix)}`, severity);
    diagnostic.source = 'Bootscope';
    diagnostic.code = failure.code;
    const facts = this.sessions.factsOf(session);
    const lines = facts.serial.get(1)?.lines() ?? [];
    diagnostic.relatedInformation = failure.evidence
      .filter(({ kind }) => kind === 'serial')
      .map(({ text }) => {
        const at = Math.max(0, findLine(lines, text));
        return new vscode.DiagnosticRelatedInformation(new vscode.Location(this.serialLog.uriOf(facts, 1), new vscode.Position(at, 0)), text);
      });
    return diagnostic;
  }
}
