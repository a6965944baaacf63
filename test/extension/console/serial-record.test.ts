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
