import * as vscode from 'vscode';
import type { Src } from '../../debug-adapter/api';

const most = 50;

/** How many parts at the end two paths share. */
export function sharedEnd(a: string, b: string): number {
  const [left, right] = [a.split('/').reverse(), b.split('/').reverse()];
  let shared = 0;
  while (shared < left.length && shared < right.length && left[shared] === right[shared]) shared++;
  return shared;
}

/** The file a place means: an absolute path that exists, else the file of the workspace whose path ends most like it. */
export async function findSource(path: string): Promise<vscode.Uri | undefined> {
  if (path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)) {
    const uri = vscode.Uri.file(path);
    try {
      await vscode.workspace.fs.stat(uri);
      return uri;
    } catch {
      // Recorded on another machine: the workspace may have it under another folder.
    }
  }
  const plain = path.replaceAll('\\', '/');
  const name = plain.slice(plain.lastIndexOf('/') + 1);
  if (name === '' || /[*?{}[\]]/.test(name)) return undefined;
  const found = await vscode.workspace.findFiles(`**/${name}`, '**/{node_modules,.git}/**', most);
  return found.sort((a, b) => sharedEnd(b.path, plain) - sharedEnd(a.path, plain))[0];
}

/** Opens a place in the editor; says so when the file is not here. */
export async function openSource({ path, line }: Src): Promise<void> {
  const uri = await findSource(path);
  if (!uri) {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} is not in this workspace. Add its folder to the workspace, or to "sourceMap" in launch.json.', path));
    return;
  }
  const at = Math.max(0, (line ?? 1) - 1);
  await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, 0, at, 0), preview: true });
}
