import * as vscode from 'vscode';
import type { EnvironmentVariable, Src } from '../../debug-adapter/api';
import type { Sessions } from '../debugging/sessions';
import { words } from './known';
import { groupRow, messageRow, type Row } from './stop-tree';

/** Rows of the view Kernel Environment: a variable with its last value, below it each stage, its readers and its faults. */
export async function environmentRows(sessions: Sessions, session: vscode.DebugSession): Promise<readonly Row[]> {
  const { variables, unknown } = await sessions.request(session, 'bootscope/environment', {});
  if (unknown !== undefined) return [messageRow(unknown, 'info')];
  return variables.map(variableRow);
}

function variableRow(variable: EnvironmentVariable): Row {
  const last = variable.values.at(-1);
  const values = variable.values.map((value) => {
    const row = groupRow(value.stage, [], false);
    row.item.description = words(value.value);
    row.item.iconPath = new vscode.ThemeIcon('milestone');
    if (value.address !== undefined) row.item.tooltip = `at ${value.address}`;
    openOnClick(row, value.origin);
    return row;
  });
  const readers = variable.readers.map((reader) => {
    const row = groupRow(`read by ${reader.name}`, [], false);
    row.item.iconPath = new vscode.ThemeIcon('eye');
    if (reader.source) row.item.description = place(reader.source);
    openOnClick(row, reader.source);
    return row;
  });
  const faults = variable.faults.map((fault) => messageRow(fault.message, 'warning'));
  const row = groupRow(variable.name, [...faults, ...values, ...readers], false);
  const value = last === undefined ? '' : words(last.value);
  row.item.description = value;
  row.item.iconPath = new vscode.ThemeIcon(faults.length > 0 ? 'warning' : 'symbol-constant');
  row.item.contextValue = 'bootscope.variable';
  row.item.tooltip = [`${variable.name}=${value}`, variable.meaning, ...variable.faults.map((fault) => fault.message)].filter((line) => line !== undefined).join('\n');
  row.item.accessibilityInformation = { label: `${variable.name} ${value} ${variable.faults.map((fault) => fault.message).join(' ')}` };
  return row;
}

const place = (source: Src): string => (source.line === undefined ? source.path : `${source.path}:${source.line}`);

/** Upstream paths (readers of a kernel that is not in the workspace) are shown, absolute ones open. */
function openOnClick(row: Row, source: Src | undefined): void {
  if (!source?.path.startsWith('/')) return;
  const line = Math.max(0, (source.line ?? 1) - 1);
  row.item.command = { command: 'vscode.open', title: 'Open', arguments: [vscode.Uri.file(source.path), { selection: new vscode.Range(line, 0, line, 0) }] };
}
