import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { QmpClient } from '../../../debug-adapter/wire/qmp/client';
import type { QmpEvent } from '../../../debug-adapter/wire/qmp/client';
import { LineDecoder } from '../../../debug-adapter/wire/qmp/lines';

/** One end of a wire whose other end is a function. */
function wire(answer: (line: string, say: (text: string) => void) => void): { stream: Duplex; say: (text: string) => void } {
  const lines = new LineDecoder();
  const stream: Duplex = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk).forEach((line) => answer(line, say));
      done();
    },
  });
  const say = (text: string): void => void stream.push(Buffer.from(text));
  return { stream, say };
}
const greeting = '{"QMP": {"version": {}, "capabilities": []}}\r\n';

describe('QMP', () => {
  test('lines survive tearing, also inside a character', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }).map((s) => s.replace(/[\r\n]/g, '')), { maxLength: 6 }), fc.integer({ min: 1, max: 7 }), (lines, size) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''), 'utf8');
        const decoder = new LineDecoder();
        const got: string[] = [];
        for (let at = 0; at < bytes.length; at += size) got.push(...decoder.push(bytes.subarray(at, at + size)));
        expect(got).toEqual(lines.map((line) => Buffer.from(line, 'utf8').toString('utf8')));
      }),
    );
  });

  test('while it rests events come late, all of them and in order; a command ends that', async () => {
    const { stream, say } = wire((line) => {
      const { id } = JSON.parse(line) as { id: number };
      say(`{"return": {}, "id": ${String(id)}}\n`);
    });
    say(greeting);
    const client = await QmpClient.over(stream, 'test');
    const events: string[] = [];
    client.onEvent(({ event }) => events.push(event));
    client.rest();
    expect(stream.isPaused()).toBe(true);
    say('{"event": "ONE"}\n{"event": "TWO"}\n');
    await client.execute('anything');
    expect(events).toEqual(['ONE', 'TWO']);
    client.rest();
    say('{"event": "THREE"}\n');
    await expect.poll(() => events).toEqual(['ONE', 'TWO', 'THREE']);
    client.rest();
    say('{"event": "FOUR"}\n');
    client.wake();
    await expect.poll(() => events.at(-1)).toBe('FOUR');
    client.close();
    client.rest();
  });

  test('greeting, answers out of order, events and errors', async () => {
    const held: string[] = [];
    const { stream, say } = wire((line) => {
      const { execute, id } = JSON.parse(line) as { execute: string; id: number };
      if (execute === 'qmp_capabilities') say(`{"return": {}, "id": ${String(id)}}\n`);
      else if (execute === 'bad') say(`{"error": {"class": "CommandNotFound", "desc": "The command bad has not been found"}, "id": ${String(id)}}\n`);
      else {
        held.push(`{"return": "${execute}", "id": ${String(id)}}\n`);
        if (held.length === 2) say(`${held.reverse().join('')}{"event": "RESET", "data": {"guest": true, "reason": "guest-reset"}}\nnonsense\n`);
      }
    });
    say(greeting.slice(0, 11));
    say(greeting.slice(11));
    const client = await QmpClient.over(stream, 'test');
    const events: QmpEvent[] = [];
    client.onEvent((event) => events.push(event));
    expect(await Promise.all([client.execute('one'), client.execute('two')])).toEqual(['one', 'two']);
    await expect(client.execute('bad')).rejects.toThrow(/BS116.*has not been found/);
    expect(events).toEqual([{ event: 'RESET', data: { guest: true, reason: 'guest-reset' } }]);
    const pending = client.execute('pending');
    client.close();
    await expect(pending).rejects.toThrow(/BS125/);
    await expect(client.execute('late')).rejects.toThrow(/BS125/);
  });

  test('a service that is not QMP is told as such', async () => {
    const { stream, say } = wire(() => undefined);
    say('HTTP/1.1 400 Bad Request\r\n\r\n');
    await expect(QmpClient.over(stream, 'localhost:80', 50)).rejects.toThrow(/BS117: nothing at localhost:80 answered as QMP/);
  });
});
