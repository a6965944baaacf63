import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makePipes, openPipes } from '../../../debug-adapter/wire/serial/pipes';
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

describe('a port of FIFOs', () => {
  test('keeps what a guest says byte by byte while nobody reads, and takes what is typed', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bs-fifo-'));
    const at = path.join(folder, 'ser,ial');
    try {
      expect(makePipes([at])).toBe(true);
      // One more time: they are there.
      expect(makePipes([at])).toBe(false);
      expect(() => openPipes(at)).toThrow(/BS101: no connection to a serial port at .*ser,ial\.in/);
      // As QEMU does (chardev/char-pipe.c).
      const [input, output] = ['in', 'out'].map((end) => fs.openSync(`${at}.${end}`, fs.constants.O_RDWR | fs.constants.O_NONBLOCK));
      // A unix socket would refuse the 279th.
      const said = Buffer.from(Array.from({ length: 4000 }, (_, i) => i & 0x7f));
      for (const byte of said) expect(fs.writeSync(output ?? -1, Buffer.of(byte))).toBe(1);
      let heard = Buffer.alloc(0);
      const port = new SerialStream(1, openPipes(at), (bytes) => (heard = Buffer.concat([heard, bytes])));
      await expect.poll(() => heard.length).toBe(said.length);
      expect(heard.equals(said)).toBe(true);
      await port.send(Buffer.from('boot\n'));
      const typed = Buffer.alloc(16);
      expect(typed.toString('latin1', 0, fs.readSync(input ?? -1, typed))).toBe('boot\n');
      port.close();
      await expect(port.send(Buffer.from('x'))).rejects.toThrow(/BS123: serial port 1/);
      for (const end of [input, output]) fs.closeSync(end ?? -1);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });

  test('none can be made where there is no such folder', () => {
    expect(makePipes(['/nonexistent/serial'])).toBe(false);
    expect(makePipes([])).toBe(true);
  });
});
