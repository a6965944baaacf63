import { PassThrough, Writable } from 'node:stream';
import { ProtocolServer } from '@vscode/debugadapter/lib/protocol';
import type { DebugProtocol } from '@vscode/debugprotocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Outgoing } from '../../../debug-adapter/session/outgoing';

interface Message {
  readonly command: string;
  readonly body: { readonly text: string; readonly data?: string };
}

/** Messages out of framed bytes: as many as their lengths say, and nothing between them. */
function read(bytes: Buffer): unknown[] {
  const found: unknown[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = bytes.indexOf('\r\n\r\n', at) + 4;
    const length = Number(/^Content-Length: (\d+)\r\n\r\n$/.exec(bytes.toString('latin1', at, start))?.[1]);
    found.push(JSON.parse(bytes.toString('utf8', start, start + length)));
    at = start + length;
  }
  return found;
}

/** What an editor gets of answers, each turn's together, and in how many writes. */
async function sent(turns: readonly (readonly Message[])[]): Promise<{ readonly messages: unknown[]; readonly writes: number }> {
  const chunks: Buffer[] = [];
  let writes = 0;
  const take = (all: readonly { readonly chunk: Buffer }[]): void => {
    writes++;
    chunks.push(...all.map(({ chunk }) => chunk));
  };
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      take([{ chunk }]);
      done();
    },
    writev: (all, done) => {
      take(all as { chunk: Buffer }[]);
      done();
    },
  });
  const outgoing = new Outgoing();
  const server = new ProtocolServer();
  outgoing.through(output);
  server.start(new PassThrough(), output);
  for (const turn of turns) {
    for (const { command, body } of turn) {
      const response: DebugProtocol.Response = { type: 'response', seq: 0, request_seq: 1, command, success: true, body };
      outgoing.answer(response, () => {
        server.sendResponse(response);
      });
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { messages: read(Buffer.concat(chunks)), writes };
}

const base64 = (bytes: number): string => Buffer.alloc(bytes, 'boot').toString('base64');

describe('messages to the editor', () => {
  test('arrive as they are, in one write a turn, whatever characters they hold and however much memory', async () => {
    const message = fc.record({
      command: fc.constantFrom('readMemory', 'evaluate'),
      body: fc.record({ text: fc.string({ unit: 'binary' }), data: fc.oneof(fc.nat(64), fc.integer({ min: 12_000, max: 40_000 })).map(base64) }, { requiredKeys: ['text'] }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(message, { minLength: 1, maxLength: 3 }), { maxLength: 4 }), async (turns) => {
        const { messages, writes } = await sent(turns);
        expect(messages).toEqual(turns.flat().map(({ command, body }, i) => ({ type: 'response', seq: i + 1, request_seq: 1, command, success: true, body })));
        expect(writes).toBe(turns.length);
      }),
      { numRuns: 30 },
    );
  });

  test('an answer that no stream takes keeps its data', () => {
    const response: DebugProtocol.Response = { type: 'response', seq: 0, request_seq: 1, command: 'readMemory', success: true, body: { data: base64(100_000) } };
    let seen: unknown;
    new Outgoing().answer(response, () => (seen = response.body));
    expect(seen).toEqual({ data: base64(100_000) });
  });
});
