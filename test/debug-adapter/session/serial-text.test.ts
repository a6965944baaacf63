import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../debug-adapter/machine/machine';
import { SerialText } from '../../../debug-adapter/session/serial-text';

interface Piece {
  readonly port: number;
  readonly bytes: Uint8Array;
}

/** A serial line that says what the test gives it, at the time the test says. */
const line = (): { text: SerialText; say: (words: string, atMs: number, port?: number) => void } => {
  const listeners: ((piece: Piece) => void)[] = [];
  let now = 0;
  const machine = { on: (event: string, listener: (piece: Piece) => void) => { if (event === 'serial') listeners.push(listener); return () => undefined; } } as unknown as Machine;
  const text = new SerialText(machine, () => now);
  return {
    text,
    say: (words, atMs, port = 1) => {
      now = atMs;
      for (const listener of listeners) listener({ port, bytes: Buffer.from(words) });
    },
  };
};

describe('the text of the first serial port', () => {
  it('knows when words had come whole, also over several pieces, the same words twice, and none of another port', () => {
    const { text, say } = line();
    say('Starting A\nStart', 10.4);
    say('ing B\n', 20);
    say('Starting C\n', 25, 2);
    say('Starting A\n', 30);
    expect(text.text).toBe('Starting A\nStarting B\nStarting A\n');
    expect(text.whenSaid('Starting A', 0)).toEqual({ atMs: 10, next: 10 });
    expect(text.whenSaid('Starting B', 0)).toEqual({ atMs: 20, next: 21 });
    expect(text.whenSaid('Starting A', 10)).toEqual({ atMs: 30, next: 32 });
    expect(text.whenSaid('Starting A', 32)).toBeUndefined();
    expect(text.whenSaid('Starting C', 0)).toBeUndefined();
    expect(text.whenSaid('', 0)).toBeUndefined();
  });
  it('takes back what was said after a mark, with its times', () => {
    const { text, say } = line();
    say('one ', 1);
    const back = text.mark();
    say('two ', 2);
    back();
    say('2nd ', 9);
    expect(text.text).toBe('one 2nd ');
    expect(text.whenSaid('one', 0)?.atMs).toBe(1);
    expect(text.whenSaid('2nd', 0)?.atMs).toBe(9);
  });
  it('counts bytes from the first that came, also when that is long gone', () => {
    const { text, say } = line();
    say('ü first ', 1);
    for (let at = 2; at < 12; at++) say('x'.repeat(1024 * 1024), at);
    say('last', 20);
    expect(text.whenSaid('first', 0)).toBeUndefined();
    expect(text.whenSaid('last', 5)).toEqual({ atMs: 20, next: 9 + 10 * 1024 * 1024 + 4 });
  });
});
