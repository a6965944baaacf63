import type { Workspace } from '../workspace/workspace';
import { readScript, type Script } from './script';

const kept = new WeakMap<Workspace, Map<string, { readonly text: string; readonly script: Script }>>();

/** A boot script of the workspace, read once for each text; undefined while the shell grammar is not loaded. */
export function openScript(path: string, workspace: Workspace): Script | undefined {
  const text = workspace.files.read(path);
  if (text === undefined || workspace.shell === undefined) return undefined;
  const all = kept.get(workspace) ?? new Map<string, { text: string; script: Script }>();
  kept.set(workspace, all);
  const known = all.get(path);
  if (known?.text === text) return known.script;
  const script = readScript(workspace.shell.get(path, text), text);
  all.set(path, { text, script });
  return script;
}
