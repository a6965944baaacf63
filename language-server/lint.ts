import fs from 'node:fs';
import path from 'node:path';
import type { LoaderRules } from '../boot/languages/loader-conf';
import { diagnose } from './diagnose';
import type { Finding } from './findings';
import { parserFor } from './grammars/load';
import { Trees } from './grammars/trees';
import { DiskFiles } from './workspace/disk-files';
import { shellcheckInstalled } from './workspace/shellcheck';
import { Workspace } from './workspace/workspace';

export interface LintResult {
  /** Sorted by file and place; hints, which only grey things out, are left out. */
  readonly findings: readonly Finding[];
  /** Files that were looked at. */
  readonly files: number;
}

/**
 * Diagnostics of files and folders, as an editor would show them. A file given by name is seen together with the
 * folder tree it belongs to. Where shellcheck is installed general advice on shell is left to it.
 * @throws Error with `code` ENOENT and the like when a path cannot be read.
 */
export async function lint(paths: readonly string[], rules: LoaderRules, shellcheck = shellcheckInstalled()): Promise<LintResult> {
  const workspace = new Workspace(new DiskFiles(), { rules, shellcheck });
  const asked = paths.map((one) => path.resolve(one));
  for (const one of asked) {
    if (fs.statSync(one).isDirectory()) await workspace.scan(one);
    else {
      fs.accessSync(one, fs.constants.R_OK);
      const repository = repositoryOf(one);
      if (repository === undefined) workspace.complete = false;
      else await workspace.scan(repository);
      workspace.add(one);
    }
  }
  const wanted = workspace.all().filter((file) => asked.some((one) => file === one || file.startsWith(`${one.replace(/\/$/, '')}/`)));
  if (workspace.of('boot-script').length > 0) workspace.shell = new Trees(await parserFor('bash'));
  const findings: Finding[] = [];
  let files = 0;
  for (const file of wanted) {
    if (workspace.kind(file) === undefined) continue;
    files++;
    findings.push(...diagnose(file, workspace).filter((one) => one.severity !== 'hint'));
  }
  return { findings, files };
}

/** The source tree a single file belongs to. */
function repositoryOf(file: string): string | undefined {
  for (let folder = path.dirname(file); folder !== path.dirname(folder); folder = path.dirname(folder)) if (fs.existsSync(path.join(folder, '.git'))) return folder;
  return undefined;
}
