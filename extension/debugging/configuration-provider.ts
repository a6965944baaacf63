import * as vscode from 'vscode';
import { terminalSupport } from '../console/command-terminals';
import type { Offer } from './detect/offers';
import { candidates, detect, excluded, mostCandidates } from './detect/workspace';
import { missingPart, tellMissing } from './missing';

/** Offers configurations for what the workspace holds, and completes the one that was chosen. */
export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  /** A configuration for each thing of the workspace that can be booted or joined. None in an untrusted workspace. */
  async provideDebugConfigurations(folder: vscode.WorkspaceFolder | undefined, token?: vscode.CancellationToken): Promise<Offer[]> {
    if (!vscode.workspace.isTrusted || folder?.uri.scheme !== 'file') return [];
    const files = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, candidates), excluded, mostCandidates, token);
    return detect(folder.uri.fsPath, files.map((file) => vscode.workspace.asRelativePath(file, false)), { cancelled: () => token?.isCancellationRequested === true, say: (text, ...values) => vscode.l10n.t(text, ...values) });
  }

  /** F5 without a launch.json: what the workspace holds, by choice where it is several; else what to do is said. */
  async resolveDebugConfiguration(folder: vscode.WorkspaceFolder | undefined, configuration: vscode.DebugConfiguration, token?: vscode.CancellationToken): Promise<vscode.DebugConfiguration | null | undefined> {
    if (!vscode.workspace.isTrusted) {
      void refuse();
      return undefined;
    }
    // A configuration without a type is empty, whatever the typings say.
    if ((configuration.type as string | undefined) !== undefined && configuration.type !== '') return configuration;
    const found = await this.provideDebugConfigurations(folder ?? vscode.workspace.workspaceFolders?.[0], token);
    return found.length === 0 ? nothingFound() : await choose(found);
  }

  /**
   * Right before the start: the serial console of ours shows the guest's output, so the debug console need not; paths start from
   * the workspace folder. A program or firmware that is missing is told with what installs it.
   */
  async resolveDebugConfigurationWithSubstitutedVariables(folder: vscode.WorkspaceFolder | undefined, configuration: vscode.DebugConfiguration): Promise<vscode.DebugConfiguration | undefined> {
    if (!vscode.workspace.isTrusted) {
      void refuse();
      return undefined;
    }
    const complete = completed(folder, configuration);
    const missing = missingPart(complete);
    if (!missing) return Array.isArray(complete.command) ? { ...complete, __terminal: await terminalSupport() } : complete;
    tellMissing(missing);
    return undefined;
  }
}

/** A configuration with what the extension adds to it. */
export const completed = (folder: vscode.WorkspaceFolder | undefined, configuration: vscode.DebugConfiguration): vscode.DebugConfiguration => ({
  serialOutput: 'event',
  ...(folder ? { cwd: folder.uri.fsPath } : {}),
  ...configuration,
});

/** Lets the user choose; one alone needs no choice. */
export async function choose<T extends Readonly<Record<string, unknown>> & { readonly name: string }>(found: readonly T[]): Promise<T | undefined> {
  if (found.length === 1) return found[0];
  const picked = await vscode.window.showQuickPick(
    found.map((offer) => ({ label: offer.name, description: Array.isArray(offer.qemu) ? offer.qemu.join(' ') : typeof offer.gdb === 'string' ? offer.gdb : '', offer })),
    { title: 'Bootscope', placeHolder: vscode.l10n.t('What to boot or join'), matchOnDescription: true },
  );
  return picked?.offer;
}

async function refuse(): Promise<void> {
  const manage = vscode.l10n.t('Manage Workspace Trust');
  const picked = await vscode.window.showErrorMessage(vscode.l10n.t('Bootscope starts no program and joins no machine in an untrusted workspace. Trust this workspace first.'), manage);
  if (picked === manage) await vscode.commands.executeCommand('workbench.trust.manage');
}

/** `null` has VS Code open launch.json, where the snippets are. */
async function nothingFound(): Promise<null | undefined> {
  const open = vscode.l10n.t('Open launch.json');
  const picked = await vscode.window.showErrorMessage(
    vscode.l10n.t('Bootscope found nothing to boot here: no bootable image, no kernel with debug information, no EFI loader, no Makefile that starts QEMU with a gdbstub, and nothing that listens on port 1234. Add a configuration to launch.json: its completions hold one for each system.'),
    { modal: true },
    open,
  );
  return picked === open ? null : undefined;
}
