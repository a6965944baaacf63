import type { Failure } from '../../debug-adapter/api';

const width = 100;

/** A failure for people: name, cause, fix, and the lines that show it. */
export function failureText(failure: Failure): string {
  return [
    `${failure.title}  [${failure.code}, ${failure.confidence}]`,
    ...labelled('cause', failure.cause),
    ...labelled('fix', failure.fix),
    ...(failure.evidence.length === 0 ? [] : ['  evidence:']),
    ...failure.evidence.map(({ kind, text, line }) => `    ${line === undefined ? kind : `line ${line}`}: ${printable(text)}`),
    ...(failure.source === undefined ? [] : [`  source: ${failure.source.path}${failure.source.line === undefined ? '' : `:${failure.source.line}`}`]),
  ].join('\n');
}

function labelled(label: string, text: string): string[] {
  const lines: string[] = [];
  let current = `  ${`${label}:`.padEnd(6)} `;
  const indent = ' '.repeat(current.length);
  for (const word of printable(text).split(' ')) {
    if (current.length + word.length > width && current.trim() !== '') {
      lines.push(current.trimEnd());
      current = indent;
    }
    current += `${word} `;
  }
  return [...lines, current.trimEnd()];
}

/** What a guest said may hold anything: nothing of it may drive the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => (character === '\t' ? ' ' : '�'));
}
