import type { ConfLine } from './file';
import type { LoaderRules, MalformedReason } from './rules';

/** What the loader prints on a malformed line (MSG_MALFORMED in config.lua, print_syntax_error in support.4th). */
export function loaderMessage(line: ConfLine, rules: LoaderRules): string {
  const shown = line.text.replace(/\r$/, '');
  if (rules === 'forth') return `Warning: syntax error on file, then '${shown}' with a ^ below the place`;
  const number = line.loaderLine ?? 0;
  const differs = number === line.index + 1 ? '' : ` (its number leaves out empty lines; in the editor this is line ${line.index + 1})`;
  return `Malformed line (${number}): '${shown}'${differs}`;
}

const reasons: Record<MalformedReason, string> = {
  'no-assignment': 'This is neither a comment nor name="value".',
  'bad-name': 'This is no variable name: it begins with a letter or a digit and holds letters, digits, "-", "_" and ".".',
  'shell-word': 'A line holds name="value" only: words of a shell or of the loader prompt (set, export) are not understood here.',
  append: '"+=" does not exist here: a later line replaces the value of an earlier one.',
  'missing-value': 'There is no value. An empty one is written "".',
  'single-quotes': 'Single quotes are not quotes to the loader: use double quotes.',
  'unquoted-value': 'Without double quotes a value may hold only letters, digits, "-", "_" and "."; this one must be quoted.',
  'unclosed-quote': 'The closing quote is missing. A value ends on its line; there are no continuation lines.',
  'escaped-quote': 'A value cannot hold a double quote: it ends at the first one, a backslash before it does not help.',
  'after-value': 'After the value only a comment may follow.',
  'carriage-return': 'The line ends with a carriage return, which the Forth loader does not take for blank.',
};

export const explainMalformed = (reason: MalformedReason, rules: LoaderRules): string =>
  reason === 'bad-name' && rules === 'forth' ? 'This is no variable name: the Forth loader wants a letter first, then letters, digits, "-", "_" and ".".' : reasons[reason];

/** Everything to say about a malformed line: what the loader prints, why, and what still takes effect. */
export function malformedMessage(line: ConfLine, rules: LoaderRules): string {
  if (line.verdict.kind !== 'malformed') return '';
  const printed = loaderMessage(line, rules);
  const still =
    rules === 'forth'
      ? 'The Forth loader stops reading the file here: no later line takes effect.'
      : 'Only this line is lost: the lines before and after it still take effect, and the boot goes on.';
  return `${explainMalformed(line.verdict.reason, rules)}\nThe loader prints: ${printed}\n${still}`;
}
