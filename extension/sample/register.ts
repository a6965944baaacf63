import * as path from 'node:path';
import * as vscode from 'vscode';
import { findFirmware } from '../debugging/detect/system';
import { missingPart, tellMissing } from '../debugging/missing';
import type { Sessions } from '../debugging/sessions';
import { reason } from '../views/known';
import { configurationOf, unpack, type Sample } from './unpack';

/** What one click shows: a scene of the sample, and the page that explains its stop. */
const scenes = {
  'bootscope.trySample': { scene: 'redox', page: 'bootscope.showReads' },
  'bootscope.trySampleMounts': { scene: 'freebsd', page: 'bootscope.showMounts' },
} as const;

/** The sample boot chain: boots without any workspace, with QEMU and a UEFI firmware of this machine, and stops at what it shows. */
export function registerSample(context: vscode.ExtensionContext, sessions: Sessions, log: vscode.LogOutputChannel): vscode.Disposable {
  const nameOf = (scene: string): string => (scene === 'redox' ? vscode.l10n.t('Sample: a live disk that cannot mount its root') : vscode.l10n.t('Sample: mount tables of a live system'));

  const take = (): Thenable<Sample | undefined> =>
    vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Unpacking the sample boot chain'), cancellable: true }, (_, token) =>
      unpack(path.join(context.extensionPath, 'dist', 'sample.br'), context.globalStorageUri.fsPath, () => token.isCancellationRequested),
    );

  const boot = async (scene: string, page: string): Promise<void> => {
    const sample = await take();
    if (!sample) return;
    const configuration = { ...configurationOf(sample, scene, findFirmware()), type: 'bootscope', request: 'launch', name: nameOf(scene) };
    const missing = missingPart(configuration);
    if (missing) {
      tellMissing(missing);
      return;
    }
    const wait = vscode.Disposable.from(
      sessions.onDidStop(({ session }) => {
        if (session.configuration.cwd !== sample.folder || session.name !== configuration.name) return;
        wait.dispose();
        // An empty window may have its side bar shut; the stack is what a stop is about.
        void vscode.commands.executeCommand('workbench.view.debug').then(() => vscode.commands.executeCommand(page));
      }),
      sessions.onDidEnd((session) => {
        if (session.name === configuration.name) wait.dispose();
      }),
    );
    log.info(`sample ${scene} from ${sample.folder}`);
    if (!(await vscode.debug.startDebugging(undefined, configuration))) wait.dispose();
  };

  return vscode.Disposable.from(
    ...Object.entries(scenes).map(([command, { scene, page }]) =>
      vscode.commands.registerCommand(command, async () => {
        try {
          await boot(scene, page);
        } catch (error) {
          void vscode.window.showErrorMessage(vscode.l10n.t('The sample boot chain did not start: {0}', reason(error)));
        }
      }),
    ),
  );
}
