import fs from 'node:fs';
import path from 'node:path';
import { loadRule, type LoadedRule } from '../../boot/diagnosis/rule';

/** Where a workspace keeps failures that only its owner knows (docs/diagnosis-rules.md). */
const place = '.bootscope/rules';
/** A rule is some lines of text; a file of this size is none. */
const largest = 1 << 20;

export interface OwnRules {
  readonly rules: readonly LoadedRule[];
  /** What is wrong with those that are none, and where. */
  readonly problems: readonly RuleProblem[];
}

export interface RuleProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** Rules of a user below the folders: every `.json` file there holds one or a list of them. A bad one is told and left out; the others of its file count. */
export const ownRules = (folders: readonly string[]): OwnRules => {
  const rules: LoadedRule[] = [];
  const problems: RuleProblem[] = [];
  for (const file of folders.flatMap(filesOf)) {
    let text = '';
    const tell = (error: unknown, code?: string): void => {
      const message = error instanceof Error ? error.message : String(error);
      problems.push({ file, line: lineOf(text, message, code), message });
    };
    try {
      if (fs.statSync(file).size > largest) throw new RangeError(`larger than ${largest} bytes`);
      text = fs.readFileSync(file, 'utf8');
      const data = JSON.parse(text) as unknown;
      for (const one of Array.isArray(data) ? (data as unknown[]) : [data]) {
        try {
          rules.push(loadRule(one));
        } catch (error) {
          tell(error, codeOf(one));
        }
      }
    } catch (error) {
      tell(error);
    }
  }
  return { rules, problems };
};

const codeOf = (data: unknown): string | undefined => {
  const code = typeof data === 'object' && data !== null && 'code' in data ? data.code : undefined;
  return typeof code === 'string' ? code : undefined;
};

/** The line that a message is about: where JSON's parser stopped, else the member it names, in the rule of that code where the file holds several. */
const lineOf = (text: string, message: string, code: string | undefined): number => {
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const position = /position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return lineAt(Number(position));
  if (/end of JSON/.test(message)) return lineAt(text.trimEnd().length);
  const rule = Math.max(0, code === undefined ? 0 : text.indexOf(JSON.stringify(code)));
  const places = [...message.matchAll(/[A-Za-z]+/g)].flatMap(([word]) => [...text.matchAll(new RegExp(`"${word}"\\s*:`, 'g'))].map(({ index }) => index));
  const nearest = places.sort((a, b) => Math.abs(a - rule) - Math.abs(b - rule))[0];
  return lineAt(nearest ?? rule);
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
