import * as vscode from 'vscode';
import type { TraceEventBody } from '../../debug-adapter/api';
import type { Sessions } from './sessions';

/** While the log channel is at level Trace, every adapter tells what goes over its wires to QEMU. */
export function registerTrace(sessions: Sessions, log: vscode.LogOutputChannel): vscode.Disposable {
  const tracing = (): boolean => log.logLevel === vscode.LogLevel.Trace;
  const ask = (session: vscode.DebugSession): void => {
    void sessions.request(session, 'bootscope/trace', { wires: tracing() ? ['rsp', 'qmp'] : [] }).then(undefined, (error: unknown) => log.debug(`no trace: ${String(error)}`));
  };
  return vscode.Disposable.from(
    sessions.onDidStart((session) => {
      if (tracing()) ask(session);
    }),
    log.onDidChangeLogLevel(() => sessions.all.filter(({ ended }) => !ended).forEach(({ session }) => ask(session))),
    sessions.onEvent(({ session, event, body }) => {
      if (event !== 'bootscope/trace') return;
      const { wire, to, text, dropped } = body as TraceEventBody;
      if (dropped !== undefined) log.trace(`[${session.name}] ${wire}: ${dropped} messages left out`);
      log.trace(`[${session.name}] ${wire} ${to === 'qemu' ? '→' : '←'} ${text}`);
    }),
  );
}
