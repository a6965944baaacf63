import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import { PatternSyntax, linearPattern } from './linear-pattern';
import type { LinearPattern } from './linear-pattern';

/** The exception filters of the contracts that can be parsed; each has its condition language. */
export type FilterId = 'errno' | 'serial' | 'stage' | 'panic' | 'mountroot-failed' | 'environment' | 'mount' | 'cpu-reset';

/** An error number as written: a name of the chain (`EINVAL`) or a number. */
export type ErrnoWord = string | number;

export type Place = { readonly kind: 'process' | 'function' | 'either'; readonly name: string };

/** What a function must return to stop: one of these errors, any error, or the value of an expression. */
export type Returned = { readonly kind: 'errnos'; readonly errnos: readonly ErrnoWord[] } | { readonly kind: 'error' } | { readonly kind: 'expression'; readonly text: string };

export type Condition =
  | { readonly filter: 'errno'; readonly form: 'errno'; readonly errnos: readonly ErrnoWord[]; readonly in?: Place }
  | { readonly filter: 'errno'; readonly form: 'returns'; readonly function: string; readonly returns: Returned }
  | { readonly filter: 'serial'; readonly pattern: LinearPattern }
  | { readonly filter: 'stage'; readonly stages: readonly string[] }
  | { readonly filter: 'panic'; readonly pattern?: LinearPattern }
  | { readonly filter: 'mountroot-failed'; readonly errnos: readonly ErrnoWord[] }
  | { readonly filter: 'environment'; readonly glob?: string; readonly what?: 'set' | 'changed' | 'removed'; readonly value?: string }
  | { readonly filter: 'mount'; readonly what?: 'added' | 'removed' | 'changed'; readonly on?: string; readonly fstype?: string }
  | { readonly filter: 'cpu-reset' };

/** How each condition is written, as the contracts have it; shown in errors and by the editor. */
export const grammars: Readonly<Record<FilterId, string>> = {
  errno: 'ERRNO{,ERRNO} [in [process:|function:]NAME]  or  FUNCTION returns (ERRNO | error | EXPR)',
  serial: '/REGEX/[i]',
  stage: 'ID{,ID}',
  panic: '[/REGEX/[i]]',
  'mountroot-failed': '[ERRNO{,ERRNO}]',
  environment: '[GLOB] [set|changed|removed] [= "VALUE"]',
  mount: '[added|removed|changed] [on GLOB] [fstype NAME]',
  'cpu-reset': '(nothing)',
};

const stageIds = ['firmware', 'loader', 'kernel', 'init', 'userland', 'login', 'chroot', 'reroot', 'pivot'];

/** Reads one condition from the left; columns count from 1. */
class Reader {
  position = 0;

  constructor(
    readonly filter: FilterId,
    readonly text: string,
  ) {
    this.blanks();
  }

  wrong(detail: string, at = this.position): Error {
    return failure(sessionErrors.filterSyntax, { filter: this.filter, column: at + 1, detail, grammar: grammars[this.filter] });
  }

  get done(): boolean {
    return this.position >= this.text.length;
  }

  blanks(): void {
    while (/\s/.test(this.text[this.position] ?? '')) this.position++;
  }

  /** Takes what the pattern (sticky) matches here, and the blanks behind it. */
  take(pattern: RegExp): string | undefined {
    const sticky = new RegExp(pattern.source, `${pattern.flags.replace('y', '')}y`);
    sticky.lastIndex = this.position;
    const match = sticky.exec(this.text);
    if (!match || match[0] === '') return undefined;
    this.position += match[0].length;
    this.blanks();
    return match[0];
  }

  end(): void {
    if (!this.done) throw this.wrong(`"${this.text.slice(this.position)}" is not expected here`);
  }
}

const errnoWord = (reader: Reader): ErrnoWord => {
  const word = reader.take(/E[A-Z0-9]+\b|\d+\b/);
  if (word === undefined) throw reader.wrong(reader.done ? 'an error name or number is missing' : 'an error name (EINVAL) or number is expected');
  return /^\d/.test(word) ? Number(word) : word;
};

const errnoList = (reader: Reader): ErrnoWord[] => {
  const errnos = [errnoWord(reader)];
  while (reader.take(/,/) !== undefined) errnos.push(errnoWord(reader));
  return errnos;
};

const regex = (reader: Reader): LinearPattern => {
  const start = reader.position;
  if (reader.text[start] !== '/') throw reader.wrong('a pattern between slashes is expected');
  let index = start + 1;
  let inClass = false;
  for (; index < reader.text.length; index++) {
    const character = reader.text[index];
    if (character === '\\') index++;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === '/' && !inClass) break;
  }
  if (index >= reader.text.length) throw reader.wrong('the closing slash is missing', reader.text.length);
  const body = reader.text.slice(start + 1, index);
  reader.position = index + 1;
  const flag = reader.take(/[A-Za-z]+/) ?? '';
  if (flag !== '' && flag !== 'i') throw reader.wrong(`"${flag}" is no flag; only i is known`, index + 1);
  if (body === '') throw reader.wrong('the pattern is empty', start + 1);
  try {
    return linearPattern(body, flag === 'i');
  } catch (error) {
    if (!(error instanceof PatternSyntax)) throw error;
    throw reader.wrong(error.message, start + 1 + error.offset);
  }
};

const place = (reader: Reader): Place => {
  const prefix = reader.take(/(?:process|function):(?!:)/)?.slice(0, -1);
  const name = reader.take(/\S.*\S|\S/);
  if (name === undefined) throw reader.wrong('a name is missing');
  return { kind: prefix === 'process' || prefix === 'function' ? prefix : 'either', name: name.trim() };
};

const errno = (reader: Reader): Condition => {
  const returns = /\sreturns(?:\s|$)/.exec(reader.text);
  if (returns) {
    const name = reader.text.slice(reader.position, returns.index).trim();
    if (name === '') throw reader.wrong('the name of a function is missing');
    reader.position = returns.index + returns[0].length;
    reader.blanks();
    if (reader.done) throw reader.wrong('ERRNO, error or an expression is missing');
    if (reader.take(/error(?=\s*$)/) !== undefined) return { filter: 'errno', form: 'returns', function: name, returns: { kind: 'error' } };
    if (/^E[A-Z0-9]+(\s*,\s*(E[A-Z0-9]+|\d+))*\s*$/.test(reader.text.slice(reader.position))) {
      return { filter: 'errno', form: 'returns', function: name, returns: { kind: 'errnos', errnos: errnoList(reader) } };
    }
    return { filter: 'errno', form: 'returns', function: name, returns: { kind: 'expression', text: reader.text.slice(reader.position).trim() } };
  }
  const errnos = errnoList(reader);
  if (reader.done) return { filter: 'errno', form: 'errno', errnos };
  if (reader.take(/in\b/) === undefined) throw reader.wrong('"in" or the end is expected');
  return { filter: 'errno', form: 'errno', errnos, in: place(reader) };
};

const stage = (reader: Reader): Condition => {
  const stages: string[] = [];
  do {
    const at = reader.position;
    const id = reader.take(/[a-z]+/);
    if (id === undefined) throw reader.wrong('the id of a stage is expected');
    if (!stageIds.includes(id)) throw reader.wrong(`there is no stage "${id}"; stages are ${stageIds.join(', ')}`, at);
    stages.push(id);
  } while (reader.take(/,/) !== undefined);
  return { filter: 'stage', stages };
};

const environment = (reader: Reader): Condition => {
  const isWhat = (word: string | undefined): word is 'set' | 'changed' | 'removed' => word === 'set' || word === 'changed' || word === 'removed';
  const first = reader.take(/[^\s=]+/);
  const glob = first !== undefined && !isWhat(first) ? first : undefined;
  const second = glob === undefined ? first : reader.take(/(?:set|changed|removed)\b/);
  let value: string | undefined;
  if (reader.take(/=/) !== undefined) {
    const quoted = reader.take(/"(?:[^"\\]|\\.)*"/);
    if (quoted === undefined) throw reader.wrong('a value in double quotes is expected');
    value = JSON.parse(quoted) as string;
  }
  return { filter: 'environment', ...(glob === undefined ? {} : { glob }), ...(isWhat(second) ? { what: second } : {}), ...(value === undefined ? {} : { value }) };
};

const mount = (reader: Reader): Condition => {
  const what = reader.take(/(?:added|removed|changed)\b/) as 'added' | 'removed' | 'changed' | undefined;
  const named = (word: RegExp, missing: string): string | undefined => {
    if (reader.take(word) === undefined) return undefined;
    const name = reader.take(/\S+/);
    if (name === undefined) throw reader.wrong(missing);
    return name;
  };
  const on = named(/on\b/, 'a path is missing');
  const fstype = named(/fstype\b/, 'the name of a filesystem is missing');
  return { filter: 'mount', ...(what ? { what } : {}), ...(on === undefined ? {} : { on }), ...(fstype === undefined ? {} : { fstype }) };
};

const parsers: Readonly<Record<FilterId, (reader: Reader) => Condition>> = {
  errno,
  serial: (reader) => ({ filter: 'serial', pattern: regex(reader) }),
  stage,
  panic: (reader) => ({ filter: 'panic', ...(reader.done ? {} : { pattern: regex(reader) }) }),
  'mountroot-failed': (reader) => ({ filter: 'mountroot-failed', errnos: reader.done ? [] : errnoList(reader) }),
  environment,
  mount,
  'cpu-reset': () => ({ filter: 'cpu-reset' }),
};

/** Parses the condition of a filter. Throws BS336 with the column (from 1) of what is wrong. */
export const parseCondition = (filter: FilterId, text: string): Condition => {
  const reader = new Reader(filter, text);
  const condition = parsers[filter](reader);
  if (!(condition.filter === 'errno' && condition.form === 'returns')) reader.end();
  return condition;
};

export const isFilterId = (id: string): id is FilterId => Object.hasOwn(grammars, id);
