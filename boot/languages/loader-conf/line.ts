import { moduleField, type LineVerdict, type LoaderRules, type MalformedReason, type Span } from './rules';

const assignment = /^([ \t\v\f\r]*)([^=#"'\s]*)([ \t\v\f\r]*)=([ \t\v\f\r]*)/;
/** What Lua's `%s` takes for blank. */
const luaBlank = /^[ \t\v\f\r]*$/;
const luaRest = /^[ \t\v\f\r]*(#[^]*)?$/;
const forthRest = /^[ \t]*(#[^]*)?$/;
const luaName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** A module's name may begin with `_` or `-`, other names may not. */
const luaModuleName = /^[A-Za-z0-9._-]+$/;
const forthName = /^[A-Za-z][A-Za-z0-9._-]*$/;
const luaWord = /^[A-Za-z0-9-][A-Za-z0-9._-]*/;
const forthWord = /^[A-Za-z0-9-][A-Za-z0-9._-]*/;

/**
 * What the loader makes of one line, its end of line not included. Rules: config.lua's pattern_table (tried in order, the
 * first that matches decides) or support.4th's line grammar. Runs in time linear in the line's length.
 */
export function readLine(line: string, rules: LoaderRules): LineVerdict {
  const known = verdicts[rules].get(line);
  if (known !== undefined) return known;
  const verdict = rules === 'forth' ? readForthLine(line) : readLuaLine(line, rules);
  if (verdicts[rules].size > 50_000) verdicts[rules].clear();
  verdicts[rules].set(line, verdict);
  return verdict;
}

/** Verdicts given before: at a keystroke all lines but one are the same. */
const verdicts: Record<LoaderRules, Map<string, LineVerdict>> = { 'lua-15': new Map(), 'lua-13': new Map(), forth: new Map() };

const malformed = (reason: MalformedReason, start: number, end: number): LineVerdict => ({ kind: 'malformed', reason, span: { start, end: Math.max(end, start) } });

const textEnd = (line: string): number => line.trimEnd().length;

function readLuaLine(line: string, rules: LoaderRules): LineVerdict {
  if (luaBlank.test(line)) return { kind: 'blank' };
  const start = line.search(/[^ \t\v\f\r]/);
  if (line[start] === '#') return { kind: 'comment', span: { start, end: textEnd(line) } };
  const head = assignment.exec(line);
  if (head === null) return malformed(shellWord(line, start) ?? 'no-assignment', start, textEnd(line));
  const name = head[2] ?? '';
  const nameSpan: Span = { start, end: start + name.length };
  const valueAt = head[0].length;
  const field = moduleField(name, rules);
  const nameOk = field === undefined ? luaName.test(name) : luaModuleName.test(name) && (rules === 'lua-15' || /^[A-Za-z0-9_-]+$/.test(field.module));
  if (!nameOk) return malformed(name.endsWith('+') ? 'append' : (shellWord(line, start) ?? 'bad-name'), start, nameSpan.end);

  const quoted = quotedValue(line, valueAt, rules);
  if (quoted !== undefined) {
    const rest = line.slice(quoted.end + 1);
    if (!luaRest.test(rest)) {
      const escaped = rules === 'lua-15' && line[quoted.end - 1] === '\\' && rest.includes('"');
      return malformed(escaped ? 'escaped-quote' : 'after-value', escaped ? valueAt : quoted.end + 1 + leading(rest), textEnd(line));
    }
    // `exec` is a command only in quotes; `exec=word` sets a variable of that name.
    if (name === 'exec') return { kind: 'exec', command: line.slice(quoted.start, quoted.end), nameSpan, valueSpan: quoted };
    return { kind: 'setting', name, nameSpan, raw: line.slice(quoted.start, quoted.end), valueSpan: quoted, quoted: true, ...(field === undefined ? {} : { field }) };
  }
  const word = luaWord.exec(line.slice(valueAt))?.[0] ?? '';
  const valueSpan: Span = { start: valueAt, end: valueAt + word.length };
  if (word !== '' && luaRest.test(line.slice(valueSpan.end))) return { kind: 'setting', name, nameSpan, raw: word, valueSpan, quoted: false, ...(field === undefined ? {} : { field }) };
  return malformed(badValue(line, valueAt, word), valueAt, textEnd(line));
}

/** Span between the quotes: to the next quote, or before 15 to the last one of the line (comments included). */
function quotedValue(line: string, at: number, rules: LoaderRules): Span | undefined {
  if (line[at] !== '"') return undefined;
  const end = rules === 'lua-13' ? line.lastIndexOf('"') : line.indexOf('"', at + 1);
  return end > at ? { start: at + 1, end } : undefined;
}

const leading = (text: string): number => text.length - text.trimStart().length;

function shellWord(line: string, start: number): MalformedReason | undefined {
  return /^(set|export|setenv|local|readonly|env)[ \t]/.test(line.slice(start)) ? 'shell-word' : undefined;
}

function badValue(line: string, at: number, word: string): MalformedReason {
  const value = line.slice(at);
  if (/^[ \t\v\f\r]*(#[^]*)?$/.test(value)) return 'missing-value';
  if (value.startsWith('"')) return 'unclosed-quote';
  if (value.startsWith("'")) return 'single-quotes';
  return /^[ \t]/.test(value.slice(word.length)) ? 'after-value' : 'unquoted-value';
}

function readForthLine(line: string): LineVerdict {
  const start = line.search(/[^ \t]/);
  if (start < 0) return { kind: 'blank' };
  if (line[start] === '#') return { kind: 'comment', span: { start, end: textEnd(line) } };
  // Only blanks and tabs are space to it: a carriage return at the end is an error.
  if (line.endsWith('\r')) return malformed('carriage-return', line.length - 1, line.length);
  const head = assignment.exec(line);
  if (head === null) return malformed(shellWord(line, start) ?? 'no-assignment', start, textEnd(line));
  const name = head[2] ?? '';
  const nameSpan: Span = { start, end: start + name.length };
  const at = head[0].length;
  if (!forthName.test(name)) return malformed(name.endsWith('+') ? 'append' : (shellWord(line, start) ?? 'bad-name'), start, nameSpan.end);
  const field = moduleField(name, 'forth');
  if (line[at] === '"') {
    let end = at + 1;
    while (end < line.length && line[end] !== '"') end += line[end] === '\\' ? 2 : 1;
    if (end >= line.length) return malformed('unclosed-quote', at, textEnd(line));
    const rest = line.slice(end + 1);
    if (!forthRest.test(rest)) return malformed('after-value', end + 1 + leading(rest), textEnd(line));
    const valueSpan = { start: at + 1, end };
    const raw = line.slice(at + 1, end);
    if (name === 'exec') return { kind: 'exec', command: raw.replaceAll('\\', ''), nameSpan, valueSpan };
    return { kind: 'setting', name, nameSpan, raw, valueSpan, quoted: true, ...(field === undefined ? {} : { field }) };
  }
  const word = forthWord.exec(line.slice(at))?.[0] ?? '';
  const valueSpan = { start: at, end: at + word.length };
  if (word === '' || !forthRest.test(line.slice(valueSpan.end))) return malformed(badValue(line, at, word), at, textEnd(line));
  if (name === 'exec') return { kind: 'exec', command: word, nameSpan, valueSpan };
  return { kind: 'setting', name, nameSpan, raw: word, valueSpan, quoted: false, ...(field === undefined ? {} : { field }) };
}
