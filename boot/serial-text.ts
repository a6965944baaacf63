/** Turns what came over a serial line into the lines a reader would have seen. Pure. */

export interface SerialLine {
  /** 1-based, counted by line feeds in the raw text. */
  readonly number: number;
  readonly text: string;
}

/** Longest line kept; a guest that never sends a line feed must not cost more. */
const longest = 8192;

const escape = 0x1b;
const bell = 0x07;
const isFinal = (code: number): boolean => code >= 0x40 && code <= 0x7e;

/**
 * Text without terminal control: CSI (`ESC [ … letter`), OSC, DCS, APC and PM strings (to BEL or ST), two-byte escapes.
 * Cursor movement to another row becomes a line feed, since it separates what one reads. One pass.
 */
export const stripTerminalControl = (text: string): string => {
  let clean = '';
  let kept = 0;
  for (let at = text.indexOf('\x1b'); at >= 0; at = text.indexOf('\x1b', kept)) {
    clean += text.slice(kept, at);
    const kind = text.charAt(at + 1);
    let end = at + 2;
    if (kind === '[') {
      while (end < text.length && end < at + 64 && !isFinal(text.charCodeAt(end))) end++;
      if (/[HfEF]/.test(text.charAt(end)) && clean !== '' && !clean.endsWith('\n')) clean += '\n';
      end++;
    } else if (kind === ']' || kind === 'P' || kind === '_' || kind === '^') {
      while (end < text.length && text.charCodeAt(end) !== bell && text.charCodeAt(end) !== escape) end++;
      if (text.charCodeAt(end) === bell) end++;
      else if (text.charAt(end + 1) === '\\') end += 2;
    } else if (kind === '(' || kind === ')') end++;
    kept = Math.max(end, at + 1);
  }
  return clean + text.slice(kept);
};

/** A backspace lets the next character overwrite the one before, as the twiddling bar of a loader does. */
const backspaced = (line: string): string => {
  if (!line.includes('\b')) return line;
  const shown: string[] = [];
  let column = 0;
  for (const character of line) {
    if (character === '\b') column = Math.max(0, column - 1);
    else shown[column++] = character;
  }
  return shown.join('');
};

/** What is left visible of a line in which carriage returns overwrite the start: progress lines keep their last state. */
const overwrite = (line: string): string => {
  if (!line.includes('\r')) return line;
  let shown = '';
  for (const part of line.split('\r')) if (part !== '') shown = part.length >= shown.length ? part : part + shown.slice(part.length);
  return shown;
};

/** One line as it stands on the screen in the end: overwritten parts gone, without other control characters and trailing blanks. */
export const shownLine = (line: string): string =>
  backspaced(overwrite(line))
    // eslint-disable-next-line no-control-regex -- other control characters are noise of the line
    .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '')
    .trimEnd();

/** Lines in order, without control sequences, progress states and trailing blanks; empty lines are left out. */
export const serialLines = (raw: string): SerialLine[] => {
  const lines: SerialLine[] = [];
  const text = stripTerminalControl(raw.replace(/\r+\n/g, '\n'));
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    const clean = shownLine(line.slice(0, longest));
    if (clean !== '') lines.push({ number, text: clean });
  }
  return lines;
};
