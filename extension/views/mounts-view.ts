import * as vscode from 'vscode';
import { sameViews } from '../../boot/mount-groups';
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
  return [kernelRow, ...sameViews(views).map(({ processes, view }, index) => viewRow(processes, view, index === 0))];
}

/** One row for all processes that see the same; the first group is open. */
function viewRow(processes: readonly string[], view: MountView, open: boolean): Row {
  const differing = view.mounts.filter((mount) => mount.differs).length;
  const row = groupRow(`root ${words(view.root)}`, view.mounts.map(viewMountRow), open);
  row.item.description = `${processes.join(', ')}${differing === 0 ? '' : ` — ${differing} rows differ`}`;
  row.item.tooltip = `as ${processes.join(', ')} see${processes.length === 1 ? 's' : ''} it`;
  row.item.iconPath = new vscode.ThemeIcon('account');
  row.item.contextValue = 'bootscope.view';
  return row;
}

/** The short form of a difference comes first, as the side bar is narrow; the sentence is in the tooltip too. */
function viewMountRow(mount: ViewMount): Row {
  const row = mountRow(mount, mount.visiblePath ?? mount.on);
  if (!mount.differs) return row;
  row.item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  const short = mount.visiblePath === undefined ? 'out of reach' : mount.visiblePath === mount.on ? 'differs' : `kernel: ${mount.on}`;
  row.item.description = `≠ ${short} · ${mount.fstype} — ${mount.differs.message}`;
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
