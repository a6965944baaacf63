import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EscapeFilter } from '../../../extension/console/escape-filter';

const filter = (text: string): string => new EscapeFilter().push(text);

describe('EscapeFilter', () => {
  it.each([
    ['plain text', 'mountroot> ?\r\n', 'mountroot> ?\r\n'],
    ['colours', '\x1b[1;31mpanic\x1b[0m', '\x1b[1;31mpanic\x1b[0m'],
    ['cursor movement of firmware menus', '\x1b[02;30H\x1b[2J\x1b[K', '\x1b[02;30H\x1b[2J\x1b[K'],
    ['showing the cursor', '\x1b[?25h', '\x1b[?25h'],
    ['a character set', '\x1b(Bx', '\x1b(Bx'],
  ])('keeps %s', (_what, text, expected) => expect(filter(text)).toBe(expected));

  it.each([
    ['the window title', 'a\x1b]0;owned\x07b', 'ab'],
    ['the clipboard', 'a\x1b]52;c;cm0gLXJmIH4=\x1b\\b', 'ab'],
    ['a hyperlink', '\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\', 'text'],
    ['device control', 'a\x1bP$q"p\x1b\\b', 'ab'],
    ['queries the terminal would answer', '\x1b[c\x1b[>c\x1b[6n\x1b[5n\x1b[18tx\x05', 'x'],
    ['the alternate screen and mouse reports', '\x1b[?1049h\x1b[?1000hx', 'x'],
    ['eight-bit openers', 'a\u009d0;t\u009cb\u0090x\u009cc', 'abc'],
  ])('drops %s', (_what, text, expected) => expect(filter(text)).toBe(expected));

  it('gives the same for any way the text is torn', () => {
    const pieces = fc.constantFrom('\x1b', '[', ']', '0;', '\x07', '\\', 'm', 'H', '1', '?', 'P', 'c', 'x', '\r\n', '\u009b', '(', 'B');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        const torn = new EscapeFilter();
        expect(parts.map((part) => torn.push(part)).join('')).toBe(filter(parts.join('')));
      }),
    );
  });

  it('never lets an operating-system command through', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\x1b', ']', '5', '2', ';', 'a', '\x07', '\u009d', '[', '\\') }), (text) => {
        expect(filter(text)).not.toMatch(/\x1b\]|\u009d/); // eslint-disable-line no-control-regex -- control characters are what is looked for
      }),
    );
  });
});
