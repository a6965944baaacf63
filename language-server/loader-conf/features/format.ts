import type { TextEdit } from 'vscode-languageserver';
import { readLine, type LoaderRules } from '../../../boot/languages/loader-conf';

/**
 * One spelling for each line the loader accepts: no blanks before the name and around "=", quotes around the value, no
 * blanks at the end. What stands between value and comment stays, and refused lines are left alone.
 */
export function formatLine(line: string, rules: LoaderRules): string {
  const verdict = readLine(line, rules);
  const end = line.endsWith('\r') ? '\r' : '';
  switch (verdict.kind) {
    case 'blank':
      return end;
    case 'comment':
      return line.trimEnd() + end;
    case 'malformed':
      return line;
    case 'setting': {
      // In quotes it would become a command.
      if (verdict.name === 'exec') return line.trimEnd() + end;
      const rest = line.slice(verdict.valueSpan.end + (verdict.quoted ? 1 : 0)).trimEnd();
      const formatted = `${verdict.name}="${verdict.raw}"${rest}${end}`;
      // A quote in the comment would be taken for the closing one by some loaders.
      const means = readLine(formatted, rules);
      return means.kind === 'setting' && means.name === verdict.name && means.raw === verdict.raw ? formatted : line;
    }
    case 'exec': {
      const rest = line.slice(verdict.valueSpan.end + (line[verdict.valueSpan.end] === '"' ? 1 : 0)).trimEnd();
      return line[verdict.valueSpan.start - 1] === '"' ? `exec="${line.slice(verdict.valueSpan.start, verdict.valueSpan.end)}"${rest}${end}` : line.trimEnd() + end;
    }
  }
}

export function formatConf(text: string, rules: LoaderRules): TextEdit[] {
  const edits: TextEdit[] = [];
  for (const [line, before] of text.split('\n').entries()) {
    const after = formatLine(before, rules);
    if (after !== before) edits.push({ range: { start: { line, character: 0 }, end: { line, character: before.length } }, newText: after });
  }
  return edits;
}
