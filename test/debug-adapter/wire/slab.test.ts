import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connect } from '../../../debug-adapter/wire/address';

/** A server that sends these pieces to whoever connects, and ends. */
async function sending(pieces: readonly Uint8Array[], work: (socket: net.Socket) => Promise<void>): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-slab-'));
  const file = path.join(folder, 's.sock');
  const server = net.createServer((client) => {
    client.on('error', () => undefined);
    for (const piece of pieces) client.write(piece);
    client.end();
  });
  server.listen(file);
  await once(server, 'listening');
  const socket = await connect({ kind: 'unix', path: file }, 'a test', { chatty: true });
  try {
    await work(socket);
  } finally {
    socket.destroy();
    server.close();
    fs.rmSync(folder, { recursive: true });
  }
}

test('what is read into one slab is whole, in order, and not written again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 12 }), fc.nat(255), async (sizes, seed) => {
      const pieces = sizes.map((size, n) => Uint8Array.from({ length: size }, (_, i) => (i * 7 + n + seed) & 0xff));
      await sending(pieces, async (socket) => {
        const kept: Buffer[] = [];
        socket.on('data', (chunk: Buffer) => kept.push(chunk));
        await once(socket, 'end');
        expect(Buffer.concat(kept).equals(Buffer.concat(pieces))).toBe(true);
      });
    }),
    { numRuns: 25 },
  );
});

test('what comes before anybody listens is kept for the first who does', async () => {
  await sending([Buffer.from('early')], async (socket) => {
    await once(socket, 'end');
    const heard: string[] = [];
    socket.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    await expect.poll(() => heard).toEqual(['early']);
  });
});
