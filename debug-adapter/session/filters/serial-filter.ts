import { stripTerminalControl } from '../../../boot/serial-text';
import type { ActiveFilter, FilterHost } from './filter';
import type { LinearPattern } from './linear-pattern';

const longestLine = 4096;

/** `serial: /REGEX/`: stops when a line of the console, also one that is not complete yet, matches. Colours do not count. */
export class SerialFilter implements ActiveFilter {
  readonly verification = { verified: true };
  readonly #unlisten: () => void;
  readonly #lines = new Map<number, { text: string; matched: boolean }>();

  constructor(host: FilterHost, pattern: LinearPattern) {
    this.#unlisten = host.machine.on('serial', ({ port, bytes }) => {
      for (const line of this.#take(port, Buffer.from(bytes).toString('latin1'), pattern)) {
        const text = Buffer.from(line, 'latin1').toString('utf8');
        host.run.stopFor((stop) => ({ stop, reason: 'exception', description: `Serial port ${port} said: ${text}`, hitBreakpointIds: [host.id], exception: { filter: 'serial', details: `matched ${String(pattern)}` }, said: { port, line: text } }));
      }
    });
  }

  onStop(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  dispose(): Promise<void> {
    this.#unlisten();
    return Promise.resolve();
  }

  /** The lines that match, each told once. */
  #take(port: number, text: string, pattern: LinearPattern): string[] {
    const before = this.#lines.get(port) ?? { text: '', matched: false };
    const pieces = text.split(/\r*\n/);
    const found: string[] = [];
    const matches = (plain: string): boolean => pattern.test(Buffer.from(plain, 'latin1').toString('utf8'));
    pieces.forEach((piece, index) => {
      const line = index === 0 ? before : { text: '', matched: false };
      // What has come is looked through before the line is cut: it may be longer.
      const whole = line.text + piece;
      line.text = whole.slice(-longestLine);
      const plain = stripTerminalControl(whole);
      if (!line.matched && plain !== '' && matches(plain)) {
        line.matched = true;
        found.push((whole.length > longestLine && !matches(plain.slice(-longestLine)) ? plain.slice(0, longestLine) : plain.slice(-longestLine)).trim());
      }
      if (index === pieces.length - 1) this.#lines.set(port, line);
    });
    return found;
  }
}
