import fs from 'node:fs';

/** 1-based number of the line that matches, after the line that matches `after`. Throws when the guest's source has none. */
export function lineOf(file: string, pattern: RegExp, after?: RegExp): number {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  const from = after === undefined ? 0 : lines.findIndex((line) => after.test(line));
  const found = lines.findIndex((line, index) => index >= Math.max(0, from) && pattern.test(line));
  if (found < 0 || from < 0) throw new Error(`${file} has no line like ${pattern.source}`);
  return found + 1;
}
