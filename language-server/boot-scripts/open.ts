import type { Workspace } from '../workspace/workspace';
import { runScript } from './run';
import type { Script } from './script';
import { Statements } from './syntax';

interface Kept {
  readonly statements: Statements;
  text?: string;
  script?: Script;
}

const kept = new WeakMap<Workspace, Map<string, Kept>>();

/** A boot script of the workspace, read once for each text; undefined while the shell grammar is not loaded. */
export function openScript(path: string, workspace: Workspace): Script | undefined {
  const text = workspace.files.read(path);
  if (text === undefined || workspace.shell === undefined) return undefined;
  const all = kept.get(workspace) ?? new Map<string, Kept>();
  kept.set(workspace, all);
  const known = all.get(path) ?? { statements: new Statements() };
  all.set(path, known);
  if (known.script !== undefined && known.text === text) return known.script;
  const { tree, changed } = workspace.shell.update(path, text);
  known.script = runScript(known.statements.update(tree, text, changed), text);
  known.text = text;
  return known.script;
}
