import * as vscode from 'vscode';
import { debugType } from './debugging/debug-type';
import { registerBrowserLanguages } from './languages/browser';

/**
 * Entry of the build for browsers (vscode.dev, github.dev), where no program can be started: the languages work whole, with the server as a
 * web worker. A debug session, and every command, which all belong to one, is refused with what to do instead.
 */
export function activate(context: vscode.ExtensionContext): void {
  const refuse = (): undefined => {
    void vscode.window.showInformationMessage(vscode.l10n.t('Bootscope needs QEMU beside the editor, which a browser cannot start. Open this folder in VS Code on your computer, in a Remote window or in a codespace.'));
    return undefined;
  };
  const { contributes } = context.extension.packageJSON as { readonly contributes: { readonly commands: readonly { readonly command: string }[] } };
  context.subscriptions.push(
    vscode.debug.registerDebugConfigurationProvider(debugType, { resolveDebugConfiguration: refuse }),
    ...contributes.commands.map(({ command }) => vscode.commands.registerCommand(command, refuse)),
  );
  registerBrowserLanguages(context);
}
