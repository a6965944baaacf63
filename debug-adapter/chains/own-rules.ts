import fs from 'node:fs';
import path from 'node:path';
import { loadRule, type LoadedRule } from '../../boot/diagnosis/rule';

/** Where a workspace keeps failures that only its owner knows (docs/diagnosis-rules.md). */
const place = '.bootscope/rules';
/** A rule is some lines of text; a file of this size is none. */
const largest = 1 << 20;

export interface OwnRules {
  readonly rules: readonly LoadedRule[];
  /** What is wrong with the files that hold no rule: `DIR/rule.json: confidence must be …`. */
  readonly problems: readonly string[];
}

/** Rules of a user below the folders: every `.json` file there holds one or a list of them. A bad one is told and left out. */
export const ownRules = (folders: readonly string[]): OwnRules => {
  const rules: LoadedRule[] = [];
  const problems: string[] = [];
  for (const file of folders.flatMap(filesOf)) {
    try {
      if (fs.statSync(file).size > largest) throw new RangeError(`larger than ${largest} bytes`);
      const data = JSON.parse(fs.readFileSync(file, 'utf8')) as unknown;
      for (const one of Array.isArray(data) ? (data as unknown[]) : [data]) rules.push(loadRule(one));
    } catch (error) {
      problems.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { rules, problems };
};

/** A rule of the user's takes the place of a built-in one of the same code. */
export const withOwn = (own: readonly LoadedRule[], builtIn: readonly LoadedRule[]): readonly LoadedRule[] => [...own, ...builtIn.filter(({ code }) => !own.some((rule) => rule.code === code))];

const filesOf = (folder: string): string[] => {
  const at = path.join(folder, place);
  try {
    return fs
      .readdirSync(at)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => path.join(at, name));
  } catch {
    // Most workspaces have none.
    return [];
  }
};
