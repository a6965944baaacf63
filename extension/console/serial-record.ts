import { EscapeFilter } from './escape-filter';

/** One piece of guest output as the adapter gave it. */
export interface RecordedPiece {
  /** Milliseconds since the machine was started. */
  readonly atMs: number;
  /** Already filtered: safe for a terminal. */
  readonly text: string;
  /** Not of the guest: the machine stopped here, and why. */
  readonly mark?: string;
}

/** A line of the log. */
export interface LogLine {
  readonly atMs: number;
  readonly text: string;
}

// eslint-disable-next-line no-control-regex -- escape sequences begin with ESC
const escapeSequence = /\u001b(\[[0-?]*[ -/]*[@-~]|[()*+#% ][ -~]|[ -~])/g;

/** Text without what only a terminal understands; a carriage return begins the line anew, as on a screen. */
export function plainLine(text: string): string {
  const parts = text.replace(escapeSequence, '').replace(/\r+$/, '').split('\r');
  let line = '';
  for (const part of parts) line = part + line.slice(part.length);
  // eslint-disable-next-line no-control-regex -- control characters are what is dropped
  return line.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}

/** A stop comes soon after the line that caused it: so many characters are looked through for it. */
const lately = 256 * 1024;

/** Where the last line that holds `wanted` ends, its line feed included; undefined if there is none. */
function lastLine(text: string, wanted: string): number | undefined {
  let end = text.length;
  while (end > 0) {
    const begin = end > 1 ? text.lastIndexOf('\n', end - 2) + 1 : 0;
    if (plainLine(text.slice(begin, end).replace(/\n$/, '')).includes(wanted)) return end;
    end = begin;
  }
  return undefined;
}

/** Everything one serial port has said in a session, bounded: the oldest goes first. */
export class SerialRecord {
  readonly pieces: RecordedPiece[] = [];
  private readonly filter = new EscapeFilter();
  private size = 0;

  /** `most`: characters that are kept. */
  constructor(private readonly most = 4 * 1024 * 1024) {}

  /** @returns the piece as it was kept; undefined when nothing of it may be shown. */
  push(text: string, atMs: number): RecordedPiece | undefined {
    const safe = this.filter.push(text);
    if (safe === '') return undefined;
    const piece = { atMs, text: safe };
    this.pieces.push(piece);
    this.size += safe.length;
    while (this.size > this.most && this.pieces.length > 1) this.size -= this.pieces.shift()?.text.length ?? 0;
    return piece;
  }

  /**
   * Notes that the machine stopped: after `line`, the last that holds this text, where it has been said; else after all that was said so far.
   * @returns the note; `last` when nothing of the guest stands behind it.
   */
  mark(words: string, atMs: number, line?: string): { readonly piece: RecordedPiece; readonly last: boolean } {
    const place = line === undefined ? undefined : this.endOf(line);
    if (!place) {
      const piece = { atMs, text: '', mark: words };
      this.pieces.push(piece);
      return { piece, last: true };
    }
    const { index, offset } = place;
    const { atMs: saidMs, text } = this.pieces[index] ?? { atMs, text: '' };
    const piece = { atMs: saidMs, text: '', mark: words };
    const rest = text.slice(offset);
    this.pieces.splice(index, 1, { atMs: saidMs, text: text.slice(0, offset) }, piece, ...(rest === '' ? [] : [{ atMs: saidMs, text: rest }]));
    return { piece, last: this.pieces.at(-1) === piece };
  }

  /** Where the last line that holds `quoted` ends, its line feed included. Looked for in what was said lately. */
  private endOf(quoted: string): { readonly index: number; readonly offset: number } | undefined {
    const wanted = quoted.trim();
    if (wanted === '') return undefined;
    let first = this.pieces.length;
    let text = '';
    while (first > 0 && text.length < lately) text = (this.pieces[--first]?.text ?? '') + text;
    const at = lastLine(text, wanted);
    return at === undefined ? undefined : this.placeOf(first, at);
  }

  /** The piece whose text holds the end of the first `at` characters, counted from the beginning of piece `from`. */
  private placeOf(from: number, at: number): { readonly index: number; readonly offset: number } | undefined {
    let left = at;
    for (const [index, { text }] of this.pieces.entries()) {
      if (index < from) continue;
      if (left <= text.length) return { index, offset: left };
      left -= text.length;
    }
    return undefined;
  }

  /** The pieces that hold at least the last so many lines. */
  last(lines: number): readonly RecordedPiece[] {
    let first = this.pieces.length;
    for (let left = lines; first > 0 && left > 0; ) left -= (this.pieces[--first]?.text.split('\n').length ?? 1) - 1;
    return this.pieces.slice(first);
  }

  /** The lines as they ended up, with the time at which each began. */
  lines(): LogLine[] {
    const lines: LogLine[] = [];
    let atMs = this.pieces[0]?.atMs ?? 0;
    let text = '';
    for (const piece of this.pieces) {
      if (text === '') atMs = piece.atMs;
      const [first = '', ...more] = piece.text.split('\n');
      text += first;
      for (const next of more) {
        lines.push({ atMs, text: plainLine(text) });
        atMs = piece.atMs;
        text = next;
      }
    }
    if (text !== '') lines.push({ atMs, text: plainLine(text) });
    return lines;
  }
}

/** Index of the line that a piece of evidence quotes: the same text, else one that holds it. -1 if there is none. */
export function findLine(lines: readonly LogLine[], quoted: string): number {
  const wanted = plainLine(quoted).trim();
  if (wanted === '') return -1;
  const same = lines.findIndex(({ text }) => text.trim() === wanted);
  return same >= 0 ? same : lines.findIndex(({ text }) => text.includes(wanted));
}

/** `[    1.309] `: seconds since the machine was started, as Linux prints them. */
export const stamp = (atMs: number): string => `[${(atMs / 1000).toFixed(3).padStart(9)}] `;
