import { failureText } from '../explain/text';
import type { Verdict } from './follow';

const words = { pass: 'PASS', failed: 'FAILED', hung: 'HUNG' } as const;

/** A verdict for people. */
export function verdictText({ outcome, sentence, frames = [], failures }: Verdict): string {
  if (outcome === 'pass') return `${words.pass}: ${sentence}`;
  return [
    `${words[outcome]}: ${sentence}`,
    ...frames.map(({ function: name, file, line }, index) => `  #${index} ${name}${file === undefined ? '' : ` at ${file}${line === undefined ? '' : `:${line}`}`}`),
    ...failures.map((failure) => `\n${failureText(failure)}`),
  ].join('\n');
}
