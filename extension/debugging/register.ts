import * as path from 'node:path';
import * as vscode from 'vscode';
import { registerStartCommands } from './commands';
import { ConfigurationProvider } from './configuration-provider';
import { debugType } from './debug-type';

/** Ties the debug type to the adapter and to the provider of configurations. */
export function registerDebugging(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): void {
  const provider = new ConfigurationProvider();
  context.subscriptions.push(
    registerStartCommands(provider),
    vscode.debug.registerDebugConfigurationProvider(debugType, provider),
    vscode.debug.registerDebugConfigurationProvider(debugType, provider, vscode.DebugConfigurationProviderTriggerKind.Dynamic),
    vscode.debug.registerDebugAdapterDescriptorFactory(debugType, {
      createDebugAdapterDescriptor: () => {
        if (!vscode.workspace.isTrusted) throw new Error(vscode.l10n.t('Bootscope starts no program and joins no machine in an untrusted workspace. Trust this workspace first.'));
        const adapter = path.join(context.extensionPath, 'dist', 'debug-adapter.js');
        log.info(`starting ${adapter}`);
        // Desktop VS Code is Electron: without this variable its executable would open a window instead of running the file.
        return new vscode.DebugAdapterExecutable(process.execPath, [adapter], { env: { ELECTRON_RUN_AS_NODE: '1' } });
      },
    }),
  );
}
