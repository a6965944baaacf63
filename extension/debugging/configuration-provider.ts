import * as vscode from 'vscode';
import { debugType } from './debug-type';

/** File endings by which an image can be booted, and how QEMU takes it. */
const bootable: readonly { readonly glob: string; readonly qemu: (file: string) => string[] }[] = [
  { glob: '**/*.iso', qemu: (file) => ['qemu-system-x86_64', '-m', '2G', '-cdrom', file] },
  { glob: '**/*.{img,qcow2}', qemu: (file) => ['qemu-system-x86_64', '-m', '2G', '-hda', file] },
];
const excluded = '**/{node_modules,.git}/**';
const mostOffers = 8;

/** Offers configurations for what the workspace holds, and completes the one that was chosen. */
export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  /** A configuration for each bootable image of the workspace, and one to join a QEMU that waits with `-s`. */
  async provideDebugConfigurations(folder: vscode.WorkspaceFolder | undefined, token?: vscode.CancellationToken): Promise<vscode.DebugConfiguration[]> {
    const offers: vscode.DebugConfiguration[] = [];
    if (folder) {
      for (const { glob, qemu } of bootable) {
        const files = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, glob), excluded, mostOffers, token);
        for (const file of files) {
          const relative = vscode.workspace.asRelativePath(file, false);
          offers.push({ type: debugType, request: 'launch', name: `Boot ${relative}`, qemu: qemu(relative) });
        }
      }
    }
    offers.push({ type: debugType, request: 'attach', name: 'Join QEMU on 127.0.0.1:1234', gdb: '127.0.0.1:1234' });
    return offers;
  }

  /** F5 without a launch.json: the first image of the workspace, else what to do is said. */
  async resolveDebugConfiguration(folder: vscode.WorkspaceFolder | undefined, configuration: vscode.DebugConfiguration, token?: vscode.CancellationToken): Promise<vscode.DebugConfiguration | undefined> {
    if (!vscode.workspace.isTrusted) {
      void vscode.window.showErrorMessage('Bootscope starts no program in an untrusted workspace. Trust this workspace first.');
      return undefined;
    }
    if (configuration.type !== undefined && configuration.type !== '') return configuration;
    const [offer] = await this.provideDebugConfigurations(folder, token);
    return offer;
  }

  /** The serial console of ours shows the guest's output, so the debug console need not; paths start from the workspace folder. */
  resolveDebugConfigurationWithSubstitutedVariables(folder: vscode.WorkspaceFolder | undefined, configuration: vscode.DebugConfiguration): vscode.DebugConfiguration {
    return {
      serialOutput: 'event',
      ...(folder ? { cwd: folder.uri.fsPath } : {}),
      ...configuration,
    };
  }
}
