import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLine, plainLine, SerialRecord, stamp } from '../../../extension/console/serial-record';
import { TerminalWriter } from '../../../extension/console/terminal-writer';

const recordOf = (...pieces: [string, number][]): SerialRecord => {
  const record = new SerialRecord();
  for (const [text, atMs] of pieces) record.push(text, atMs);
  return record;
};

describe('SerialRecord', () => {
  it('gives lines with the time at which each began, however the pieces were torn', () => {
    expect(recordOf(['---<<BOOT>>', 100], ['---\r\nFree', 200], ['BSD\r\nlogin: ', 300]).lines()).toEqual([
      { atMs: 100, text: '---<<BOOT>>---' },
      { atMs: 200, text: 'FreeBSD' },
      { atMs: 300, text: 'login: ' },
    ]);
  });

  it('shows a line that a carriage return wrote over as a screen would', () => {
    expect(plainLine('live: 0/4 MiB\rlive: 4/4 MiB\r')).toBe('live: 4/4 MiB');
    expect(plainLine('\u001b[1;31mpanic\u001b[0m: x\u0007')).toBe('panic: x');
  });

  it('lets the oldest go once it holds too much', () => {
    const record = new SerialRecord(10);
    for (let index = 0; index < 5; index++) record.push(`line${index}\n`, index);
    expect(record.lines().map(({ text }) => text)).toEqual(['line4']);
  });

  it('says the same text in lines as in pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n') }), { maxLength: 20 }), (pieces) => {
        const whole = pieces.join('');
        const lines = recordOf(...pieces.map((text, index): [string, number] => [text, index])).lines();
        expect(lines.map(({ text }) => text).join('\n')).toBe(whole.endsWith('\n') ? whole.slice(0, -1) : whole);
        expect(lines.map(({ atMs }) => atMs)).toEqual(lines.map(({ atMs }) => atMs).sort((a, b) => a - b));
      }),
    );
  });

  it('finds the line that evidence quotes', () => {
    const lines = recordOf(['a\nTrying to mount root from cd9660:x []...\nb\n', 0]).lines();
    expect(findLine(lines, 'Trying to mount root from cd9660:x []...')).toBe(1);
    expect(findLine(lines, 'mount root')).toBe(1);
    expect(findLine(lines, 'nothing of it')).toBe(-1);
    expect(findLine(lines, '  ')).toBe(-1);
  });
});

describe('a mark in the record', () => {
  /** What a console would show, with marks in brackets. */
  const shown = (record: SerialRecord): string => record.pieces.map(({ text, mark }) => (mark === undefined ? text : `[${mark}]`)).join('');

  it('stands behind the line that is meant, however it was torn, though more has been said', () => {
    const record = recordOf(['one\nMounting ', 100], ['failed', 200], [' with error 19.\nLoader', 300], [' variables:\n', 400]);
    const { piece, last } = record.mark('stopped', 500, 'Mounting failed with error 19.');
    expect(shown(record)).toBe('one\nMounting failed with error 19.\n[stopped]Loader variables:\n');
    expect([piece.atMs, last]).toEqual([300, false]);
    expect(record.lines().map(({ text }) => text)).toEqual(['one', 'Mounting failed with error 19.', 'Loader variables:']);
  });

  it('stands at the end for a line that is the last, one that is not there, and where no line is meant', () => {
    for (const line of ['mountroot>', 'never said', ' ', undefined]) {
      const record = recordOf(['mountroot> ', 0]);
      expect(record.mark('stopped', 7, line).last).toBe(true);
      expect(shown(record)).toBe('mountroot> [stopped]');
    }
    const nothing = new SerialRecord();
    expect(nothing.mark('stopped', 7, 'x')).toEqual({ piece: { atMs: 7, text: '', mark: 'stopped' }, last: true });
  });

  it('takes the last of several lines, sees through colours, and stands behind an earlier mark at the same place', () => {
    const record = recordOf(['x\n\u001b[1;31mx\u001b[0m\r\ny\n', 0]);
    record.mark('first', 1, 'x');
    expect(shown(record)).toBe('x\n\u001b[1;31mx\u001b[0m\r\n[first]y\n');
    record.mark('second', 2, 'y');
    expect(shown(record)).toMatch(/\[first\]y\n\[second\]$/);
  });

  it('loses nothing that was said, wherever it stands', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r'), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), text, (pieces, quoted) => {
        const record = recordOf(...pieces.map((piece): [string, number] => [piece, 0]));
        const { piece, last } = record.mark('m', 1, quoted);
        expect(record.pieces.map((one) => one.text).join('')).toBe(pieces.join(''));
        expect(record.pieces.filter((one) => one === piece)).toHaveLength(1);
        expect(last).toBe(record.pieces.at(-1) === piece);
      }),
    );
  });

  it('gives the pieces that hold the last lines', () => {
    const record = recordOf(['a\nb\n', 0], ['c\n', 1], ['d', 2]);
    expect(record.last(1).map(({ text }) => text)).toEqual(['c\n', 'd']);
    expect(record.last(2).map(({ text }) => text)).toEqual(['a\nb\n', 'c\n', 'd']);
    expect(record.last(100)).toHaveLength(3);
    expect(record.last(0)).toEqual([]);
  });
});

// eslint-disable-next-line no-control-regex -- colours are dropped to compare texts
const plain = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, '');

describe('TerminalWriter', () => {
  it('writes the guest’s text as it is without timestamps', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '\r', '\n', '\u001b[1m') })), (pieces) => {
        const writer = new TerminalWriter(false);
        expect(pieces.map((piece) => writer.write(piece, 0)).join('')).toBe(pieces.join(''));
      }),
    );
  });

  it('puts the time before each line that says something, once', () => {
    const writer = new TerminalWriter(true);
    expect(plain(writer.write('one\r\n\r\ntw', 1309) + writer.write('o\r\n', 2000))).toBe('[    1.309] one\r\n\r\n[    1.309] two\r\n');
    expect(stamp(38_815.4)).toBe('[   38.815] ');
  });

  it('marks a stop on a line of its own and writes an unfinished line of the guest again', () => {
    const writer = new TerminalWriter(false);
    writer.write('panic: x\r\n', 0);
    expect(plain(writer.mark('stopped\nhere'))).toBe(' ▶ stopped here \r\n');
    writer.write('mountroot> ', 0);
    expect(plain(writer.mark('stopped'))).toBe('\r\n ▶ stopped \r\nmountroot> ');
    expect(writer.write('?\r\n', 0)).toBe('?\r\n');
  });

  it('does not write a line twice that moves the cursor', () => {
    const writer = new TerminalWriter(false);
    writer.write('\u001b[02;30Hmenu', 0);
    expect(writer.mark('stopped')).not.toContain('menu');
  });
});
