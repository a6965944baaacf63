import * as vscode from 'vscode';
import { sameViews } from '../../../boot/mount-groups';
import type { Mount, MountView, ViewMount } from '../../../debug-adapter/api';
import type { Sessions } from '../../debugging/sessions';
import { words } from '../known';
import { groupRow, messageRow, type Row } from './stop-tree';

/** Rows of the view Mount Table: the kernel's table, then the table as each process with another root sees it. */
export async function mountRows(sessions: Sessions, session: vscode.DebugSession, process: string | undefined): Promise<readonly Row[]> {
  const { kernel, views, unknown } = await sessions.request(session, 'bootscope/mounts', process === undefined ? {} : { process });
  if (unknown !== undefined) return [messageRow(unknown, 'info')];
  const kernelRow = groupRow(vscode.l10n.t('kernel'), kernel.map((mount) => mountRow(mount, mount.on)), true);
  kernelRow.item.description = vscode.l10n.t('{0} mounts', kernel.length);
  kernelRow.item.iconPath = new vscode.ThemeIcon('server-environment');
  return [kernelRow, ...sameViews(views).map(({ processes, view }, index) => viewRow(processes, view, index === 0))];
}

/** One row for all processes that see the same; the first group is open. */
function viewRow(processes: readonly string[], view: MountView, open: boolean): Row {
  const differing = view.mounts.filter((mount) => mount.differs).length;
  const row = groupRow(vscode.l10n.t('root {0}', words(view.root)), view.mounts.map(viewMountRow), open);
  row.item.description = `${processes.join(', ')}${differing === 0 ? '' : vscode.l10n.t(' — {0} rows differ', differing)}`;
  row.item.tooltip = vscode.l10n.t('as seen by {0}', processes.join(', '));
  row.item.iconPath = new vscode.ThemeIcon('account');
  row.item.contextValue = 'bootscope.view';
  return row;
}

/** The short form of a difference comes first, as the side bar is narrow; the sentence is in the tooltip too. */
function viewMountRow(mount: ViewMount): Row {
  const row = mountRow(mount, mount.visiblePath ?? mount.on);
  if (!mount.differs) return row;
  row.item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  const short = mount.visiblePath === undefined ? vscode.l10n.t('out of reach') : mount.visiblePath === mount.on ? vscode.l10n.t('differs') : vscode.l10n.t('kernel: {0}', mount.on);
  row.item.description = `≠ ${short} · ${mount.fstype} — ${mount.differs.message}`;
  row.item.tooltip = `${String(row.item.tooltip)}\n${mount.differs.message}`;
  row.item.accessibilityInformation = { label: vscode.l10n.t('differs: {0} {1}', mount.on, mount.differs.message) };
  return row;
}

function mountRow(mount: Mount, path: string): Row {
  const row: Row = { ...groupRow(path, [], false), copy: `${mount.from} on ${mount.on} (${[mount.fstype, ...mount.flags].join(', ')})` };
  row.item.description = `${mount.fstype} from ${mount.from}${path === mount.on ? '' : ` (kernel: ${mount.on})`}`;
  row.item.tooltip = `${row.copy ?? ''}${mount.covers === undefined ? '' : `\n${vscode.l10n.t('covers mount {0}', mount.covers)}`}`;
  row.item.iconPath = new vscode.ThemeIcon('database');
  row.item.contextValue = 'bootscope.mount';
  return row;
}
