import * as vscode from 'vscode';
import type { EnvironmentVariable, Src } from '../../../debug-adapter/api';
import type { Sessions } from '../../debugging/sessions';
import { inOrderOfInterest, stagesOf, variableRows } from '../boot-chain/environment-table';
import { place as shortPlace } from '../boot-chain/links';
import { words } from '../known';
import { groupRow, messageRow, openOnClick, type Row } from './stop-tree';

/** Rows of the view Kernel Environment: a variable with its last value, below it each stage, its readers and its faults. */
export async function environmentRows(sessions: Sessions, session: vscode.DebugSession): Promise<readonly Row[]> {
  const { variables, unknown } = await sessions.request(session, 'bootscope/environment', {});
  if (unknown !== undefined) return [messageRow(unknown, 'info')];
  return inOrderOfInterest(variableRows(variables, stagesOf(variables))).map(({ variable }) => variableRow(variable));
}

function variableRow(variable: EnvironmentVariable): Row {
  const last = variable.values.at(-1);
  const values = variable.values.map((value, index) => {
    const text = words(value.value);
    const before = variable.values[index - 1];
    const changed = before !== undefined && words(before.value) !== text;
    const row: Row = { ...groupRow(value.stage, [], false), copy: text };
    row.item.description = `${changed ? '≠ ' : ''}${text}${value.origin ? ` · ${shortPlace(value.origin)}` : ''}`;
    row.item.iconPath = new vscode.ThemeIcon(changed ? 'diff-modified' : 'milestone');
    row.item.contextValue = 'bootscope.value';
    row.item.tooltip = [text, ...(changed ? [vscode.l10n.t('it was {0}', words(before.value))] : []), ...(value.address === undefined ? [] : [vscode.l10n.t('at {0}', value.address)]), ...(value.origin ? [vscode.l10n.t('written by {0}', place(value.origin))] : [])].join('\n');
    openOnClick(row, value.origin);
    return row;
  });
  const readers = variable.readers.map((reader) => {
    const row: Row = { ...groupRow(vscode.l10n.t('read by {0}', reader.name), [], false), copy: reader.name };
    row.item.tooltip = reader.source ? place(reader.source) : reader.name;
    row.item.iconPath = new vscode.ThemeIcon('eye');
    if (reader.source) row.item.description = shortPlace(reader.source);
    openOnClick(row, reader.source);
    return row;
  });
  // What is wrong is most often mended where the value is set.
  const writer = variable.values.findLast(({ origin }) => origin)?.origin;
  const faults = variable.faults.map((fault) => {
    const row = messageRow(fault.message, 'warning');
    openOnClick(row, writer);
    return row;
  });
  const value = last === undefined ? '' : words(last.value);
  const changed = new Set(variable.values.map((one) => words(one.value))).size > 1;
  const row: Row = { ...groupRow(variable.name, [...faults, ...values, ...readers], false), subject: { kind: 'variable', name: variable.name, value }, copy: `${variable.name}="${value}"` };
  row.item.description = changed ? `≠ ${value}` : value;
  row.item.iconPath = faults.length > 0 ? new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground')) : new vscode.ThemeIcon('symbol-constant');
  row.item.contextValue = variable.editable ? 'bootscope.variable.editable' : 'bootscope.variable';
  row.item.tooltip = [`${variable.name}=${value}`, variable.meaning, ...variable.faults.map((fault) => fault.message)].filter((line) => line !== undefined).join('\n');
  row.item.accessibilityInformation = { label: `${variable.name} ${value} ${changed ? vscode.l10n.t('changed on the way') : ''} ${variable.faults.map((fault) => fault.message).join(' ')}` };
  return row;
}

const place = (source: Src): string => (source.line === undefined ? source.path : `${source.path}:${source.line}`);
