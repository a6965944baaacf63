import type { Workspace } from '../workspace/workspace';

export type LabelKind = 'iso9660' | 'ufs' | 'gpt' | 'label' | 'msdosfs';

export interface MadeLabel {
  readonly kind: string;
  readonly label: string;
  readonly path: string;
  readonly line: number;
  readonly length: number;
}

const word = String.raw`["']?([^\s"';|&)]+)["']?`;
const makers: readonly (readonly [LabelKind, RegExp])[] = [
  ['iso9660', new RegExp(String.raw`\bmakefs\b.*-t\s*cd9660\b.*\blabel=${word}`)],
  ['iso9660', new RegExp(String.raw`\b(?:mkisofs|genisoimage|xorrisofs|xorriso)\b.*\s-(?:V|volid)\s*${word}`)],
  ['ufs', new RegExp(String.raw`\bmakefs\b(?!.*cd9660).*\blabel=${word}`)],
  ['ufs', new RegExp(String.raw`\b(?:newfs|tunefs)\b(?!_).*\s-L\s*${word}`)],
  ['msdosfs', new RegExp(String.raw`\bnewfs_msdos\b.*\s-L\s*${word}`)],
  ['gpt', new RegExp(String.raw`\bgpart\s+add\b.*\s-l\s*${word}`)],
  ['label', new RegExp(String.raw`\bglabel\s+(?:label|create)\s+(?:-\w+\s+)*${word}`)],
];

/** The folder a build script works for: its own, or the one above `scripts` and the like. */
const project = (path: string): string => path.replace(/\/[^/]*$/, '').replace(/\/(scripts?|tools?|build|ci|\.github\/\w+|bin|lib)$/, '');

/**
 * Labels that the build scripts of the source tree around a file give to images, where they are constant or a variable set once in the same
 * script. Undefined as soon as one of them cannot be told: then nothing can be said about a label that is not among them.
 */
export function labelsMade(workspace: Workspace, conf: string): MadeLabel[] | undefined {
  const made: MadeLabel[] = [];
  for (const path of [...workspace.of('build-script'), ...workspace.of('boot-script')]) {
    if (!conf.startsWith(`${project(path)}/`)) continue;
    const text = workspace.files.read(path) ?? '';
    // Continued lines are one command.
    for (const [index, line] of text.replace(/\\\n/g, '  ').split('\n').entries()) {
      if (/^\s*#/.test(line)) continue;
      for (const [kind, pattern] of makers) {
        const raw = pattern.exec(line)?.[1]?.split(',')[0];
        if (raw === undefined) continue;
        const label = resolve(raw, text);
        if (label === undefined) return undefined;
        made.push({ kind, label, path, line: index, length: line.length });
      }
    }
  }
  return made;
}

/** Expands `$NAME`, `${NAME}` and `${NAME:-default}` by the script's own constant assignments. */
function resolve(raw: string, text: string, depth = 0): string | undefined {
  if (depth > 4) return undefined;
  let failed = false;
  const value = raw.replace(/\$(?:\{(\w+)(?::?-([^}$]*))?\}|\((\w+)\)|(\w+))/g, (_, braced: string | undefined, preset: string | undefined, made: string | undefined, plain: string | undefined) => {
    const name = braced ?? made ?? plain ?? '';
    const assigned = [...text.matchAll(new RegExp(String.raw`^\s*(?:export\s+|readonly\s+)?(?::\s*"?\$\{)?${name}\s*[:?]?=\s*["']?([^\s"'}]*)`, 'gm'))].map((match) => match[1] ?? '');
    const one = new Set(assigned).size === 1 ? assigned[0] : assigned.length === 0 ? preset : undefined;
    const inner = one === undefined ? undefined : resolve(one.replace(/^\$\{\w+:-([^}]*)$/, '$1'), text, depth + 1);
    if (inner === undefined) failed = true;
    return inner ?? '';
  });
  return failed || /[$`]/.test(value) || value === '' ? undefined : value;
}
