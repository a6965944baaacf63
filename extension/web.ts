import * as vscode from 'vscode';
import { debugType } from './debugging/debug-type';

/**
 * Entry of the build for browsers (vscode.dev, github.dev), where no program can be started: colours, languages and snippets come from
 * package.json alone. A debug session is refused with what to do instead.
 */
export function activate(context: vscode.ExtensionContext): void {
  const refuse = (): undefined => {
    void vscode.window.showInformationMessage(vscode.l10n.t('Bootscope needs QEMU beside the editor, which a browser cannot start. Open this folder in VS Code on your computer, in a Remote window or in a codespace.'));
    return undefined;
  };
  context.subscriptions.push(vscode.debug.registerDebugConfigurationProvider(debugType, { resolveDebugConfiguration: refuse }));
}
