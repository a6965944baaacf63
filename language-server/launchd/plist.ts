import sax from 'sax';
import type { PlistKind } from '../../boot/languages/launchd/keys';
import type { Range } from '../findings';

/** A value of a property list with its place; the range of a text value is that of its text. */
export type PlistValue =
  | { readonly kind: 'dict'; readonly entries: readonly PlistEntry[]; readonly range: Range }
  | { readonly kind: 'array'; readonly items: readonly PlistValue[]; readonly range: Range }
  | { readonly kind: Exclude<PlistKind, 'dict' | 'array'>; readonly text: string; readonly range: Range };

export interface PlistEntry {
  readonly key: string;
  readonly keyRange: Range;
  readonly value?: PlistValue;
}

export interface Plist {
  /** The dictionary at the top; undefined when the text has none. */
  readonly top?: Extract<PlistValue, { kind: 'dict' }>;
  readonly error?: { readonly message: string; readonly range: Range };
}

const kinds: Readonly<Record<string, PlistKind>> = { string: 'string', true: 'boolean', false: 'boolean', integer: 'integer', real: 'real', date: 'date', data: 'data' };

interface Open {
  readonly name: string;
  /** Of the tag, and behind it. */
  readonly start: number;
  readonly inner: number;
  text: string;
  readonly items: PlistValue[];
  readonly entries: { key: string; keyRange: Range; value?: PlistValue }[];
}

/** Reads an XML property list. Never throws; what stands before a fault is kept. */
export function readPlist(text: string): Plist {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const position = (index: number): Range['start'] => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: index - (starts[low] ?? 0) };
  };
  const range = (from: number, to: number): Range => ({ start: position(Math.min(from, text.length)), end: position(Math.min(Math.max(to, from), text.length)) });

  const parser = sax.parser(true, { position: true });
  const open: Open[] = [];
  let top: Plist['top'];
  let error: Plist['error'];
  const add = (value: PlistValue): void => {
    const parent = open.at(-1);
    if (parent?.name === 'array') parent.items.push(value);
    else if (parent?.name === 'dict') {
      const last = parent.entries.at(-1);
      if (last !== undefined && last.value === undefined) last.value = value;
    } else if (value.kind === 'dict') top ??= value;
  };
  parser.onopentag = ({ name }) => {
    open.push({ name, start: parser.startTagPosition - 1, inner: parser.position, text: '', items: [], entries: [] });
  };
  parser.ontext = parser.oncdata = (part) => {
    const last = open.at(-1);
    if (last !== undefined) last.text += part;
  };
  parser.onclosetag = () => {
    const node = open.pop();
    if (node === undefined) return;
    // An empty tag has no text of its own.
    const empty = text[node.inner - 2] === '/';
    const inside = empty ? range(node.start, node.inner) : range(node.inner, parser.startTagPosition - 1);
    const whole = range(node.start, empty ? node.inner : parser.position);
    const kind = kinds[node.name];
    if (node.name === 'key') open.at(-1)?.entries.push({ key: node.text, keyRange: inside });
    else if (node.name === 'dict') add({ kind: 'dict', entries: node.entries, range: whole });
    else if (node.name === 'array') add({ kind: 'array', items: node.items, range: whole });
    else if (kind !== undefined) add({ kind: kind as Exclude<PlistKind, 'dict' | 'array'>, text: kind === 'boolean' ? node.name : node.text.trim(), range: kind === 'boolean' ? whole : inside });
  };
  parser.onerror = (fault) => {
    const at = Math.min(parser.position, text.length);
    error ??= { message: fault.message.split('\n')[0] ?? '', range: range(Math.max(0, at - 1), at) };
    parser.resume();
  };
  parser.write(text).close();
  // What is open at the end is unfinished: the outermost dictionary still tells its keys.
  if (top === undefined) {
    const unfinished = open.find((one) => one.name === 'dict');
    if (unfinished !== undefined) top = { kind: 'dict', entries: unfinished.entries, range: range(unfinished.start, text.length) };
  }
  return { ...(top === undefined ? {} : { top }), ...(error === undefined ? {} : { error }) };
}

/** An entry of a dictionary; names are compared without case, as launchd does. */
export const entryOf = (value: PlistValue | undefined, key: string): PlistEntry | undefined => (value?.kind === 'dict' ? value.entries.find((one) => one.key.toLowerCase() === key.toLowerCase()) : undefined);

/** Text of a string entry. */
export function stringOf(value: PlistValue | undefined, key: string): string | undefined {
  const found = entryOf(value, key)?.value;
  return found?.kind === 'string' ? found.text : undefined;
}

/** The command of a job: Program, else the first word of ProgramArguments, and its other words. */
export function commandOf(job: PlistValue | undefined): { program: string; words: readonly PlistValue[] } | undefined {
  const words = entryOf(job, 'ProgramArguments')?.value;
  const items = words?.kind === 'array' ? words.items : [];
  const [first, ...rest] = items;
  const program = stringOf(job, 'Program') ?? (first?.kind === 'string' ? first.text : undefined);
  return program === undefined ? undefined : { program, words: rest };
}
