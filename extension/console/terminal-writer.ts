import { plainLine, stamp } from './serial-record';

const dim = (text: string): string => `\u001b[2m${text}\u001b[22m`;

/**
 * Output as one update (synchronized output, DEC private mode 2026; a terminal that does not know it ignores it). It also has the terminal of VS Code place its view when it
 * draws, and not while it is hidden, when it does not know its height (xterm.js, src/browser/Viewport.ts).
 */
export const update = (text: string): string => `\u001b[?2026h${text}\u001b[?2026l`;

/** Makes of guest output what the terminal is given: times before lines if wanted, and marks for stops that leave the guest's line as it was. */
export class TerminalWriter {
  /** The guest's unfinished line, as it was written. */
  private partial = '';

  constructor(private readonly timestamps: boolean) {}

  /** One piece of output that came at `atMs`. */
  write(text: string, atMs: number): string {
    let out = '';
    const lines = text.split('\n');
    lines.forEach((line, index) => {
      if (this.timestamps && this.partial === '' && plainLine(line) !== '') out += dim(stamp(atMs));
      out += line;
      this.partial += line;
      if (index < lines.length - 1) {
        out += '\n';
        this.partial = '';
      }
    });
    return out;
  }

  /** A line of ours. An unfinished line of the guest (a prompt) is written again after it. */
  mark(words: string): string {
    // A line that moves the cursor cannot be written twice: its mark waits for no line end and only breaks it.
    const again = this.partial.includes('\u001b[') && !/^(?:[^\u001b]|\u001b\[[0-9;]*m)*$/.test(this.partial) ? '' : this.partial; // eslint-disable-line no-control-regex -- ESC opens what is looked for
    const begin = this.partial === '' ? '' : '\r\n';
    return `${begin}\u001b[7m ▶ ${plainLine(words.replace(/\n/g, ' '))} \u001b[27m\r\n${again}`;
  }
}
