import { readLine } from './line';
import type { LineVerdict, LoaderRules } from './rules';

export interface ConfLine {
  /** From 0, as an editor counts. */
  readonly index: number;
  readonly text: string;
  readonly verdict: LineVerdict;
  /** The loader's own number, from 1: empty lines are not counted, lines of blanks are. None for an empty line. */
  readonly loaderLine?: number;
  /** False once the Forth loader has given up on the file. */
  readonly reached: boolean;
}

export interface ConfFile {
  readonly lines: readonly ConfLine[];
  readonly rules: LoaderRules;
}

/** Reads a whole file. Lines end at `\n` only, as for the loader; a `\r` stays at the end of its line. */
export function readConf(text: string, rules: LoaderRules): ConfFile {
  if (last?.text === text && last.file.rules === rules) return last.file;
  const file = parse(text, rules);
  last = { text, file };
  return file;
}

/** The file asked for last: one round of an editor asks for it several times. */
let last: { readonly text: string; readonly file: ConfFile } | undefined;

function parse(text: string, rules: LoaderRules): ConfFile {
  const lines: ConfLine[] = [];
  let counted = 0;
  let reached = true;
  for (const [index, line] of text.split('\n').entries()) {
    const verdict = readLine(line, rules);
    const empty = line === '';
    if (!empty) counted++;
    lines.push({ index, text: line, verdict, reached, ...(empty ? {} : { loaderLine: counted }) });
    if (rules === 'forth' && verdict.kind === 'malformed') reached = false;
  }
  return { lines, rules };
}
