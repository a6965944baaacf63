import fs from 'node:fs';
import path from 'node:path';
import { loadRule, type LoadedRule } from '../../boot/diagnosis/rule';
import { usage } from '../exit';

/** A rule is some lines of text; a file of this size is none. */
const largest = 1 << 20;

/** Rules of a user: every `.json` file of a folder holds one rule or a list of them (docs/diagnosis-rules.md). Ends the command with exit code 3 for a bad one. */
export function readRules(folder: string): LoadedRule[] {
  return listed(folder).flatMap((file) => {
    const data = parsed(file);
    return (Array.isArray(data) ? (data as unknown[]) : [data]).map((one) => {
      try {
        return loadRule(one);
      } catch (error) {
        if (error instanceof RangeError) return usage(`${file}: ${error.message}`);
        throw error;
      }
    });
  });
}

function listed(folder: string): string[] {
  try {
    return fs
      .readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => path.join(folder, name));
  } catch (error) {
    return usage(`cannot read the rules in ${folder}: ${words(error)}`);
  }
}

function parsed(file: string): unknown {
  try {
    if (fs.statSync(file).size > largest) return usage(`${file}: larger than ${largest} bytes`);
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    return usage(`cannot read ${file}: ${words(error)}`);
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
