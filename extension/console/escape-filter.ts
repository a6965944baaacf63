/**
 * Lets through what a boot console draws with (text, colours, cursor movement) and drops what a hostile guest could use
 * against the terminal or its user: operating-system commands (title, clipboard, links), device-control and application
 * strings, and queries whose answer would be typed into the guest. Works on pieces: a sequence may be torn anywhere.
 * Source: ECMA-48 (5th edition) §5.4 and §8.3; xterm's ctlseqs.
 */
export class EscapeFilter {
  private state: 'text' | 'escape' | 'csi' | 'string' | 'stringEscape' | 'charset' = 'text';
  private pending = '';

  /** `modes`: private modes that may be set beside those of the cursor, by number. */
  constructor(private readonly modes: readonly string[] = []) {}

  /** @returns what the terminal may see of this piece. */
  push(piece: string): string {
    let out = '';
    for (const character of piece) out += this.step(character);
    return out;
  }

  private step(character: string): string {
    const code = character.codePointAt(0) ?? 0;
    switch (this.state) {
      case 'text':
        if (character === '\u001b') {
          this.state = 'escape';
          return '';
        }
        if (code === 0x9b) return this.begin('csi', '\u001b[');
        // C1 openers of DCS, SOS, OSC, PM and APC.
        if (code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f)) return this.begin('string', '');
        if (code >= 0x80 && code < 0xa0) return '';
        // ENQ asks the terminal for an answer.
        return code === 0x05 ? '' : character;
      case 'escape':
        if (character === '[') return this.begin('csi', '\u001b[');
        if (']PX^_'.includes(character)) return this.begin('string', '');
        if ('()*+#% '.includes(character)) return this.begin('charset', `\u001b${character}`);
        this.state = 'text';
        // Save and restore cursor, index, next line, reverse index, keypad modes.
        return '78DEM=>'.includes(character) ? `\u001b${character}` : '';
      case 'charset':
        this.state = 'text';
        return this.pending + character;
      case 'csi':
        return this.csi(character, code);
      case 'string':
        if (character === '\u0007' || code === 0x9c) this.state = 'text';
        else if (character === '\u001b') this.state = 'stringEscape';
        return '';
      case 'stringEscape':
        this.state = character === '\\' ? 'text' : character === '\u001b' ? 'stringEscape' : 'string';
        return '';
    }
  }

  private csi(character: string, code: number): string {
    if (code < 0x20 || code > 0x7e || this.pending.length > 64) {
      this.state = character === '\u001b' ? 'escape' : 'text';
      return '';
    }
    this.pending += character;
    if (code < 0x40) return '';
    this.state = 'text';
    // Cursor movement, erase, scroll, insert and delete, colours, scrolling region; no reports (c, n, t, x, q) and no private modes but the cursor's.
    if ('ABCDEFGHJKLMPSTXabdefgmrsu@'.includes(character) && !/[<>?]/.test(this.pending)) return this.pending;
    // eslint-disable-next-line no-control-regex -- the sequence begins with ESC
    const mode = /^\u001b\[\?(\d+)[hl]$/.exec(this.pending)?.[1];
    return mode !== undefined && ['25', '7', '12', ...this.modes].includes(mode) ? this.pending : '';
  }

  private begin(state: EscapeFilter['state'], pending: string): string {
    this.state = state;
    this.pending = pending;
    return '';
  }
}
