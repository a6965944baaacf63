import * as vscode from 'vscode';
import type { Mount, MountView, ViewMount } from '../../debug-adapter/api';
import type { Sessions } from '../debugging/sessions';
import { words } from './known';
import { groupRow, messageRow, type Row } from './stop-tree';

/** Rows of the view Mount Table: the kernel's table, then the table as each process with another root sees it. */
export async function mountRows(sessions: Sessions, session: vscode.DebugSession, process: string | undefined): Promise<readonly Row[]> {
  const { kernel, views, unknown } = await sessions.request(session, 'bootscope/mounts', process === undefined ? {} : { process });
  if (unknown !== undefined) return [messageRow(unknown, 'info')];
  const kernelRow = groupRow('kernel', kernel.map((mount) => mountRow(mount, mount.on)), true);
  kernelRow.item.description = `${kernel.length} mounts`;
  kernelRow.item.iconPath = new vscode.ThemeIcon('server-environment');
  return [kernelRow, ...views.map(viewRow)];
}

function viewRow(view: MountView): Row {
  const differing = view.mounts.filter((mount) => mount.differs).length;
  const row = groupRow(view.process, view.mounts.map(viewMountRow), true);
  row.item.description = `root ${words(view.root)}${differing === 0 ? '' : `, ${differing} differ`}`;
  row.item.iconPath = new vscode.ThemeIcon('account');
  row.item.contextValue = 'bootscope.view';
  return row;
}

function viewMountRow(mount: ViewMount): Row {
  const row = mountRow(mount, mount.visiblePath ?? '—');
  if (!mount.differs) return row;
  row.item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  row.item.description = `${String(row.item.description)} — ${mount.differs.message}`;
  row.item.tooltip = `${String(row.item.tooltip)}\n${mount.differs.message}`;
  row.item.accessibilityInformation = { label: `differs: ${mount.on} ${mount.differs.message}` };
  return row;
}

function mountRow(mount: Mount, path: string): Row {
  const row = groupRow(path, [], false);
  row.item.description = `${mount.fstype} from ${mount.from}${path === mount.on ? '' : ` (kernel: ${mount.on})`}`;
  row.item.tooltip = `${mount.from} on ${mount.on} (${[mount.fstype, ...mount.flags].join(', ')})${mount.covers === undefined ? '' : `\ncovers mount ${mount.covers}`}`;
  row.item.iconPath = new vscode.ThemeIcon('database');
  row.item.contextValue = 'bootscope.mount';
  return row;
}
