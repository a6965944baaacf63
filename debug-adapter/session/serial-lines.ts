import { shownLine, stripTerminalControl } from '../../boot/serial-text';

const longest = 4096;

/** Cuts what one serial port says into plain lines, each handed out once it is complete. */
export class SerialLines {
  #rest = '';

  constructor(readonly deliver: (line: string) => void) {}

  mark(): () => void {
    const rest = this.#rest;
    return () => {
      this.#rest = rest;
    };
  }

  take(bytes: Uint8Array): void {
    const lines = (this.#rest + Buffer.from(bytes).toString('latin1')).split(/\r*\n/);
    this.#rest = (lines.pop() ?? '').slice(-longest);
    for (const line of lines) {
      const plain = shownLine(stripTerminalControl(line)).trim();
      if (plain !== '') this.deliver(plain);
    }
  }
}
