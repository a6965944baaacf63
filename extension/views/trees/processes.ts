import * as vscode from 'vscode';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Known, ProcessInfo } from '../../../debug-adapter/api';
import type { Sessions } from '../../debugging/sessions';
import { words } from '../known';
import { bytes } from '../drawing/figures';
import { groupRow, messageRow, openOnClick, type Row, type Subject } from './stop-tree';

/** Rows of the view Processes: each with root, working directory and address space; opened, its stacks and its ranges of memory. */
export async function processRows(sessions: Sessions, session: vscode.DebugSession): Promise<readonly Row[]> {
  const { processes, unknown } = await sessions.request(session, 'bootscope/processes', {});
  if (unknown !== undefined) return [messageRow(unknown, 'info')];
  return processes.map((one) => processRow(sessions, session, one));
}

const isKnown = (value: Known<string>): value is string => typeof value === 'string';

function processRow(sessions: Sessions, session: vscode.DebugSession, process: ProcessInfo): Row {
  const { id, name, root, cwd, jail, space, state } = process;
  // Redox names a process by the path of its program.
  const item = new vscode.TreeItem(name.slice(name.lastIndexOf('/') + 1) || name, vscode.TreeItemCollapsibleState.Collapsed);
  const pid = id.slice(id.lastIndexOf(':') + 1);
  const chrooted = isKnown(root) && root !== '/';
  item.id = `process ${id}`;
  item.description = [pid, ...(chrooted ? [vscode.l10n.t('root {0}', root)] : []), ...(jail === undefined ? [] : [vscode.l10n.t('jail {0}', jail)]), ...(isKnown(cwd) && cwd !== root ? [vscode.l10n.t('in {0}', cwd)] : []), state, ...(isKnown(space) ? [`cr3 ${space}`] : [])].join(' · ');
  item.tooltip = [id, ...(name.includes('/') ? [name] : []), vscode.l10n.t('root: {0}', words(root)), vscode.l10n.t('working directory: {0}', words(cwd)), vscode.l10n.t('address space: {0}', words(space)), vscode.l10n.t('state: {0}', state)].join('\n');
  item.iconPath = new vscode.ThemeIcon(/running/i.test(state) ? 'debug-stackframe' : chrooted ? 'folder-library' : 'gear');
  item.contextValue = 'bootscope.process';
  item.accessibilityInformation = { label: `${name} ${String(item.description)}` };
  return { item, subject: { kind: 'process', id }, copy: String(item.tooltip), load: async () => [...(await stackRows(session, process)), await rangesRow(sessions, session, process)] };
}

const mostFrames = 30;

/** One row for each thread of the process that the adapter lists, with its frames; the vCPU's where the process runs now. */
async function stackRows(session: vscode.DebugSession, { id, state }: ProcessInfo): Promise<Row[]> {
  const { threads } = (await session.customRequest('threads')) as DebugProtocol.ThreadsResponse['body'];
  const [cpu] = threads;
  const listed = id.slice(id.lastIndexOf('/') + 1);
  const own = threads.filter(({ name }) => name === listed || name.startsWith(`${listed} `));
  const chosen = own.length > 0 ? own : cpu && /\brunning\b/i.test(state) ? [cpu] : [];
  if (chosen.length === 0) return [messageRow(vscode.l10n.t('Its stack is not known: no thread of it is listed at this stop.'), 'info')];
  return chosen.map((thread) => {
    const item = new vscode.TreeItem(vscode.l10n.t('Stack of {0}', thread.name), vscode.TreeItemCollapsibleState.Collapsed);
    item.iconPath = new vscode.ThemeIcon('list-tree');
    item.contextValue = 'bootscope.stack';
    return {
      item,
      load: async () => {
        const { stackFrames } = (await session.customRequest('stackTrace', { threadId: thread.id, startFrame: 0, levels: mostFrames })) as DebugProtocol.StackTraceResponse['body'];
        return stackFrames.map((frame): Row => {
          const where = frame.source?.name === undefined || frame.line === 0 ? '' : `${frame.source.name}:${frame.line}`;
          const row: Row = { item: new vscode.TreeItem(frame.name), copy: `${frame.name} ${where}` };
          row.item.description = where === '' ? (frame.instructionPointerReference ?? '') : where;
          row.item.iconPath = new vscode.ThemeIcon(frame.presentationHint === 'label' ? 'info' : 'debug-stackframe-dot');
          row.item.contextValue = 'bootscope.frame';
          if (frame.source?.path !== undefined && frame.line > 0) openOnClick(row, { path: frame.source.path, line: frame.line });
          return row;
        });
      },
    };
  });
}

const mostRanges = 500;

/** The address space of a process; each range opens in the memory editor. */
async function rangesRow(sessions: Sessions, session: vscode.DebugSession, { id, space }: ProcessInfo): Promise<Row> {
  const { ranges, cr3 } = await sessions.request(session, 'bootscope/addressSpace', { process: id });
  const root = isKnown(space) ? space : cr3;
  const rows = ranges.slice(0, mostRanges).map(({ start, end, flags, image }): Row => {
    const item = new vscode.TreeItem(`${start}–${end}`);
    item.description = [flags, bytes(Number(BigInt(end) - BigInt(start))), ...(image === undefined ? [] : [image])].join(' · ');
    item.iconPath = new vscode.ThemeIcon('file-binary');
    item.contextValue = 'bootscope.range';
    return { item, subject: { kind: 'range', reference: `${start}@${root}` }, copy: `${start}-${end} ${flags} ${image ?? ''}` };
  });
  const more = ranges.length > mostRanges ? [messageRow(vscode.l10n.t('and {0} more ranges', ranges.length - mostRanges), 'info')] : [];
  const group = groupRow(vscode.l10n.t('Address space'), [...rows, ...more], false);
  group.item.iconPath = new vscode.ThemeIcon('layers');
  group.item.description = vscode.l10n.t('{0} ranges, cr3 {1}', ranges.length, root);
  return group;
}

/** Opens a range in the editor that VS Code shows memory with (Microsoft's hex editor). */
export const openProcessMemory = async (sessions: Sessions, { reference }: Extract<Subject, { kind: 'range' }>): Promise<void> => {
  const session = sessions.active;
  // The command behind "View Binary Data" of the Variables view: it offers to install the hex editor where that is missing.
  if (session) await vscode.commands.executeCommand('workbench.debug.viewlet.action.viewMemory', { sessionId: session.id, variable: { memoryReference: reference } });
};
