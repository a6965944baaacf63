import * as vscode from 'vscode';
import type { UnitGraph } from '../../boot/languages/init-units/unit-graph';
import type { Src } from '../../debug-adapter/api';
import type { SerialLog } from '../console/serial-log';
import { openSource } from '../debugging/open-source';
import type { Sessions } from '../debugging/sessions';
import { tabs, type TabId } from './boot-chain/tabs';
import { bootChainId, BootChainView } from './boot-chain/view';
import { command, ViewCommands } from './commands';
import { environmentRows } from './trees/environment';
import { mountRows } from './trees/mounts';
import { openProcessMemory, processRows } from './trees/processes';
import { stageRows } from './trees/stages';
import { StopTree, type Row } from './trees/stop-tree';

/** The commands that bring a page of the view Boot Chain to the front. */
const showCommands: Readonly<Record<TabId, string>> = {
  timeline: 'bootscope.showTimeline',
  environment: 'bootscope.showEnvironment',
  mounts: 'bootscope.showMounts',
  reads: 'bootscope.showReads',
  units: 'bootscope.showUnits',
};

/** The trees of the debug side bar, the webview Boot Chain of the panel, and their commands. */
export function registerViews(context: vscode.ExtensionContext, sessions: Sessions, serialLog: SerialLog, unitGraph: () => Promise<UnitGraph>): void {
  const trees: StopTree[] = [];
  const refresh = (): void => {
    for (const tree of trees) tree.refresh();
    bootChain.refresh();
  };
  const commands = new ViewCommands(sessions, serialLog, refresh);
  const bootChain: BootChainView = new BootChainView(context.extensionUri, sessions, unitGraph, commands.perform);
  const addTree = (id: string, tree: StopTree): void => {
    trees.push(tree);
    context.subscriptions.push(tree, vscode.window.createTreeView(id, { treeDataProvider: tree, showCollapseAll: true }));
  };
  addTree('bootscope.stages', new StopTree(sessions, (session) => stageRows(sessions, session), true));
  addTree('bootscope.environment', new StopTree(sessions, (session) => environmentRows(sessions, session)));
  addTree('bootscope.mounts', new StopTree(sessions, (session) => mountRows(sessions, session, bootChain.process)));
  addTree('bootscope.processes', new StopTree(sessions, (session) => processRows(sessions, session)));

  const ask = async (kind: 'resolvePath' | 'efiBootEntry', title: string, example: string): Promise<void> => {
    const text = await vscode.window.showInputBox({ title, placeHolder: example, prompt: vscode.l10n.t('A path as the process writes it') });
    if (text === undefined || text === '') return;
    await bootChain.show('mounts');
    const process = bootChain.process === undefined ? {} : { process: bootChain.process };
    await bootChain.ask(kind === 'resolvePath' ? { do: kind, path: text, ...process } : { do: kind, loader: text, ...process });
  };

  context.subscriptions.push(
    bootChain,
    vscode.window.registerWebviewViewProvider(bootChainId, bootChain, { webviewOptions: { retainContextWhenHidden: false } }),
    ...tabs.map(({ id }) =>
      command(showCommands[id], async () => {
        // The units of the files can be looked at before anything has booted.
        await vscode.commands.executeCommand('setContext', 'bootscope.showBootChain', true);
        await bootChain.show(id);
      }),
    ),
    command('bootscope.refreshViews', refresh),
    command('bootscope.chooseMountProcess', () => commands.chooseProcess(bootChain)),
    command('bootscope.resolvePath', () => ask('resolvePath', vscode.l10n.t('Resolve path'), '/boot/efi')),
    command('bootscope.efiBootEntry', () => ask('efiBootEntry', vscode.l10n.t('What would efibootmgr write?'), '/boot/efi/efi/boot/bootx64.efi')),
    command('bootscope.takeCheckpoint', () => commands.takeCheckpoint()),
    command('bootscope.restartFromCheckpoint', (row?: Row) => (row?.subject?.kind === 'checkpoint' ? commands.restart(row.subject.id) : commands.chooseCheckpoint())),
    command('bootscope.editVariable', (row: Row) => row.subject?.kind === 'variable' && commands.editVariable(row.subject.name, row.subject.value)),
    command('bootscope.breakOnChange', (row: Row) => row.subject?.kind === 'variable' && commands.breakOnChange(bootChain, row.subject.name)),
    command('bootscope.recordReads', () => commands.recordReads()),
    command('bootscope.exportPicture', () => commands.exportPicture(bootChain)),
    command('bootscope.openSource', (source: Src) => openSource(source)),
    command('bootscope.showSerialLine', (text: string) => commands.showSerialLine(text)),
    command('bootscope.showProcessMounts', async (row: Row) => {
      if (row.subject?.kind !== 'process') return;
      bootChain.process = row.subject.id;
      await bootChain.show('mounts');
      refresh();
    }),
    command('bootscope.showMemory', (row: Row) => (row.subject?.kind === 'range' ? openProcessMemory(sessions, row.subject) : undefined)),
    command('bootscope.copyRow', (row: Row) => vscode.env.clipboard.writeText(row.copy ?? (typeof row.item.tooltip === 'string' ? row.item.tooltip : String(row.item.label)))),
    sessions.onDidStart(() => void vscode.commands.executeCommand('setContext', 'bootscope.showBootChain', true)),
  );
}
