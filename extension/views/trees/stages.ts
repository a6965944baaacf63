import * as vscode from 'vscode';
import type { Sessions } from '../../debugging/sessions';
import { stageBars, stageTarget, type StageBar } from '../boot-chain/timeline';
import { duration } from '../drawing/figures';
import { groupRow, messageRow, openOnClick, type Row } from './stop-tree';

/** Rows of the view Boot Stages: the stages with their time, then the checkpoints. */
export async function stageRows(sessions: Sessions, session: vscode.DebugSession): Promise<readonly Row[]> {
  const answer = await sessions.request(session, 'bootscope/stages', {});
  const facts = sessions.factsOf(session);
  return [...stageBars(answer, facts.nowMs).map(stageRow), await checkpointRow(sessions, session)];
}

function stageRow(bar: StageBar): Row {
  const { stage, startMs, endMs, open } = bar;
  const evidence = stage.evidence.map((one): Row => {
    const row: Row = { item: new vscode.TreeItem(one.text), copy: one.text };
    row.item.iconPath = new vscode.ThemeIcon(one.kind === 'serial' ? 'terminal' : one.kind === 'breakpoint' ? 'debug-breakpoint' : 'circuit-board');
    row.item.contextValue = 'bootscope.evidence';
    if (one.source) openOnClick(row, one.source);
    else if (one.kind === 'serial') row.item.command = { command: 'bootscope.showSerialLine', title: vscode.l10n.t('Show the line in the serial log'), arguments: [one.text] };
    return row;
  });
  const row: Row = { ...groupRow(stage.name, evidence, false), copy: `${stage.name}: ${startMs === undefined || endMs === undefined ? '' : duration(endMs - startMs)}` };
  row.item.id = `stage ${stage.id}`;
  row.item.iconPath = new vscode.ThemeIcon(open ? 'debug-stackframe' : startMs === undefined ? 'circle-outline' : 'pass');
  row.item.contextValue = 'bootscope.stage';
  if (startMs === undefined || endMs === undefined) row.item.description = vscode.l10n.t('not seen');
  else row.item.description = open ? vscode.l10n.t('{0} so far, since {1}', duration(endMs - startMs), duration(startMs)) : vscode.l10n.t('{0}, from {1}', duration(endMs - startMs), duration(startMs));
  if (open) row.item.accessibilityInformation = { label: vscode.l10n.t('{0}, current stage, {1}', stage.name, String(row.item.description)) };
  const target = stageTarget(stage);
  if (target?.do === 'open') openOnClick(row, { path: target.path, ...(target.line === undefined ? {} : { line: target.line }) });
  else if (target?.do === 'serial') row.item.command = { command: 'bootscope.showSerialLine', title: vscode.l10n.t('Show the line in the serial log'), arguments: [target.text] };
  return row;
}

async function checkpointRow(sessions: Sessions, session: vscode.DebugSession): Promise<Row> {
  const label = vscode.l10n.t('Checkpoints');
  try {
    const { checkpoints, unknown } = await sessions.request(session, 'bootscope/checkpoints', {});
    if (unknown !== undefined) return { ...groupRow(label, [messageRow(unknown, 'info')], false) };
    const rows = checkpoints.map((one): Row => {
      const row: Row = { item: new vscode.TreeItem(one.name), subject: { kind: 'checkpoint', id: one.id }, copy: `${one.name} ${one.where}` };
      row.item.description = `${duration(one.atMs)} — ${one.where}`;
      row.item.iconPath = new vscode.ThemeIcon('history');
      row.item.contextValue = 'bootscope.checkpoint';
      openOnClick(row, one.source);
      return row;
    });
    const group = groupRow(label, rows, true);
    group.item.contextValue = 'bootscope.checkpoints';
    if (rows.length === 0) group.item.description = vscode.l10n.t('none yet');
    return group;
  } catch (error) {
    // A session without them (an attached machine, a serial line only) says why when the row is opened.
    return groupRow(label, [messageRow(error instanceof Error ? error.message : String(error), 'info')], false);
  }
}
