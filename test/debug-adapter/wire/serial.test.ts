import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SerialStream } from '../../../debug-adapter/wire/serial/port';
import { ByteRing } from '../../../debug-adapter/wire/serial/ring';

describe('serial ring', () => {
  test('holds the last bytes under their true offsets', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), fc.integer({ min: 1, max: 50 }), fc.nat(400), (pieces, capacity, from) => {
        const ring = new ByteRing(capacity);
        const all = Buffer.concat(pieces);
        for (const piece of pieces) ring.push(piece);
        const { bytes, next } = ring.read(from);
        const start = Math.min(Math.max(from, all.length - capacity, 0), all.length);
        expect(next).toBe(all.length);
        expect(Buffer.from(bytes)).toEqual(all.subarray(start));
      }),
    );
  });

  test('grows to its capacity without losing bytes', () => {
    const ring = new ByteRing(1 << 20);
    const piece = Buffer.from(Array.from({ length: 1000 }, (_, i) => i & 0xff));
    for (let i = 0; i < 900; i++) ring.push(piece);
    const { bytes } = ring.read(0);
    expect(bytes.length).toBe(900_000);
    expect(Buffer.from(bytes.subarray(899_000)).equals(piece)).toBe(true);
    expect(Buffer.from(bytes.subarray(70_000, 71_000)).equals(piece)).toBe(true);
  });
});

test('a port that is closed refuses input with a code', async () => {
  const port = new SerialStream(1, new PassThrough(), () => undefined);
  await port.send(Buffer.from('boot\n'));
  port.close();
  await expect(port.send(Buffer.from('x'))).rejects.toThrow(/BS123: serial port 1/);
});
