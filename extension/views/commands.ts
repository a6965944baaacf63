import * as vscode from 'vscode';
import type { StopWish } from '../../debug-adapter/api';
import type { SerialLog } from '../console/serial-log';
import { openSource } from '../debugging/open-source';
import type { Sessions } from '../debugging/sessions';
import { pictureFile } from './boot-chain/export';
import type { BootChainView, Perform } from './boot-chain/view';
import { reason, words } from './known';

/** What the views' commands and the page's wishes come down to. */
export class ViewCommands {
  constructor(
    private readonly sessions: Sessions,
    private readonly serialLog: SerialLog,
    /** All views are to be read anew. */
    private readonly changed: () => void,
  ) {}

  /** Does what the page asks. */
  readonly perform: Perform = async (action, view) => {
    switch (action.do) {
      case 'open':
        return openSource({ path: action.path, ...(action.line === undefined ? {} : { line: action.line }) });
      case 'serial':
        return this.showSerialLine(action.text);
      case 'restart':
        return this.restart(action.id);
      case 'checkpoint':
        return this.takeCheckpoint();
      case 'setEnvironment':
        return this.setVariable(action.name, action.value ?? '');
      case 'copy':
        return vscode.env.clipboard.writeText(action.text);
      case 'breakOnChange':
        return this.breakOnChange(view, action.name);
      case 'recordReads':
        return this.recordReads();
      case 'chooseProcess':
        return this.chooseProcess(view);
      case 'export':
        return this.exportPicture(view);
    }
  };

  async showSerialLine(text: string): Promise<void> {
    const facts = this.sessions.shown;
    if (facts) await this.serialLog.show(facts, 1, text);
  }

  async restart(id: string): Promise<void> {
    const session = this.needed();
    if (!session) return;
    await this.sessions.request(session, 'bootscope/checkpoints', { restore: id });
    this.changed();
  }

  async takeCheckpoint(): Promise<void> {
    const session = this.needed();
    if (!session) return;
    const name = await vscode.window.showInputBox({ title: vscode.l10n.t('Take a checkpoint'), prompt: vscode.l10n.t('Name of the checkpoint'), value: vscode.l10n.t('Checkpoint') });
    if (name === undefined || name.trim() === '') return;
    const { unknown } = await this.sessions.request(session, 'bootscope/checkpoints', { create: name });
    if (unknown !== undefined) void vscode.window.showInformationMessage(unknown);
    this.changed();
  }

  /** Lets the user choose a checkpoint to go back to. */
  async chooseCheckpoint(): Promise<void> {
    const session = this.needed();
    if (!session) return;
    const { checkpoints, unknown } = await this.sessions.request(session, 'bootscope/checkpoints', {});
    if (checkpoints.length === 0) {
      void vscode.window.showInformationMessage(unknown ?? vscode.l10n.t('There is no checkpoint yet.'));
      return;
    }
    const picked = await vscode.window.showQuickPick(
      checkpoints.map((one) => ({ label: one.name, description: one.where, id: one.id })),
      { title: vscode.l10n.t('Restart from which checkpoint?') },
    );
    if (picked) await this.restart(picked.id);
  }

  async editVariable(name: string, value: string): Promise<void> {
    const next = await vscode.window.showInputBox({ title: vscode.l10n.t('New value of {0}', name), value, prompt: vscode.l10n.t('It is written to the memory of the guest.') });
    if (next !== undefined && next !== value) await this.setVariable(name, next);
  }

  async breakOnChange(view: BootChainView, name: string): Promise<void> {
    const session = this.needed();
    if (!session) return;
    const wish: StopWish = { filter: 'environment', condition: name };
    const { active } = await this.sessions.request(session, 'bootscope/stopWhen', { ...(view.breaksOn.get(session.id)?.includes(name) ? { remove: wish } : { add: wish }) });
    view.breaksOn.set(
      session.id,
      active.filter(({ filter }) => filter === 'environment').map(({ condition }) => condition),
    );
    const mine = active.find(({ filter, condition }) => filter === wish.filter && condition === wish.condition);
    if (mine && !mine.verified) void vscode.window.showWarningMessage(vscode.l10n.t('Break when {0} changes: {1}', name, mine.message ?? vscode.l10n.t('it holds nothing yet')));
    this.changed();
  }

  async recordReads(): Promise<void> {
    const session = this.needed();
    if (!session) return;
    const { unknown, recording } = await this.sessions.request(session, 'bootscope/reads', { record: true });
    void vscode.window.showInformationMessage(recording === true ? vscode.l10n.t('Every access of the live disk is recorded from now on.') : (unknown ?? vscode.l10n.t('The accesses of the live disk cannot be recorded.')));
    this.changed();
  }

  async chooseProcess(view: BootChainView): Promise<void> {
    const session = this.needed();
    if (!session) return;
    const { processes, unknown } = await this.sessions.request(session, 'bootscope/processes', {});
    if (unknown !== undefined) {
      void vscode.window.showInformationMessage(unknown);
      return;
    }
    const everyone: vscode.QuickPickItem & { id?: string } = { label: vscode.l10n.t('Every process with another root') };
    const picked = await vscode.window.showQuickPick([everyone, ...processes.map((one) => ({ label: `${one.name} (${one.id})`, description: vscode.l10n.t('root {0}', words(one.root)), id: one.id }))], {
      title: vscode.l10n.t('Whose mount table?'),
    });
    if (!picked) return;
    view.process = picked.id;
    this.changed();
  }

  async exportPicture(view: BootChainView): Promise<void> {
    const facts = this.sessions.shown;
    const name = facts?.session.name ?? 'Bootscope';
    const text = pictureFile(view.front, view.shownContents, name, (text, ...values) => vscode.l10n.t(text, ...values));
    if (text === undefined) {
      void vscode.window.showInformationMessage(vscode.l10n.t('This page has no picture now.'));
      return;
    }
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file('/');
    const file = await vscode.window.showSaveDialog({ defaultUri: vscode.Uri.joinPath(folder, `${name.replace(/[^\w.-]+/g, '-').toLowerCase()}-${view.front}.svg`), filters: { SVG: ['svg'] } });
    if (file) await vscode.workspace.fs.writeFile(file, Buffer.from(text, 'utf8'));
  }

  private async setVariable(name: string, value: string): Promise<void> {
    const session = this.needed();
    if (!session) return;
    const { note } = await this.sessions.request(session, 'bootscope/setEnvironment', { name, value });
    if (note !== undefined) void vscode.window.showInformationMessage(note);
    this.changed();
  }

  private needed(): vscode.DebugSession | undefined {
    const session = this.sessions.active;
    if (!session) void vscode.window.showInformationMessage(vscode.l10n.t('No Bootscope session is running.'));
    return session;
  }
}

/** A command whose failure is shown in the adapter's words. */
export const command = (name: string, work: (...args: never[]) => unknown): vscode.Disposable =>
  vscode.commands.registerCommand(name, async (...args: never[]) => {
    try {
      await work(...args);
    } catch (error) {
      void vscode.window.showErrorMessage(reason(error));
    }
  });
