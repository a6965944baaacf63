import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PacketDecoder, encodePacket, expand } from '../../../debug-adapter/wire/rsp/packet';

const payload = fc.uint8Array({ minLength: 0, maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));

/** Cuts bytes at random places. */
const torn = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, i) => bytes.subarray(from, places[i] ?? bytes.length));
};
interface Found {
  readonly kind: 'packet' | 'damaged';
  readonly payload: string;
}
const push = (decoder: PacketDecoder, chunk: Buffer): Found[] => {
  const found: Found[] = [];
  decoder.push(chunk, {
    packet: (data, start, end) => found.push({ kind: 'packet', payload: data.toString('latin1', start, end) }),
    damaged: (payload) => found.push({ kind: 'damaged', payload: payload.toString('latin1') }),
  });
  return found;
};
const decode = (chunks: readonly Buffer[]): Found[] => {
  const decoder = new PacketDecoder();
  return chunks.flatMap((chunk) => push(decoder, chunk));
};
const payloads = (found: readonly Found[]): string[] => found.flatMap(({ kind, payload: text }) => (kind === 'packet' ? [text] : []));

describe('packet codec', () => {
  test('every payload survives framing, tearing and merging', () => {
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 12 }), (sent, cuts) => {
        const bytes = Buffer.from(sent.map(encodePacket).join(''), 'latin1');
        // A run length is only ever undone on what a stub sends; our own encoder escapes the star.
        expect(payloads(decode(torn(bytes, cuts)))).toEqual(sent);
      }),
    );
  });

  test('any bytes at all are taken without harm, and a good packet after a line of noise is found', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(), { maxLength: 8 }), (noise, cuts) => {
        const bytes = Buffer.concat([noise, Buffer.from('#00')]);
        const decoder = new PacketDecoder();
        for (const chunk of torn(bytes, cuts)) push(decoder, chunk);
        push(decoder, Buffer.from(encodePacket('OK')));
        expect(payloads(push(decoder, Buffer.from(encodePacket('OK'))))).toContain('OK');
      }),
    );
  });

  test('run lengths and escapes', () => {
    expect(expand(Buffer.from('0* ')).toString()).toBe('0000');
    expect(expand(Buffer.from('a0*"b')).toString()).toBe('a000000b');
    expect(expand(Buffer.from('}\x03}\x04}\x5d}\x0a', 'latin1')).toString()).toBe('#$}*');
    expect(expand(Buffer.from('*a')).toString()).toBe('*a');
  });

  test('acknowledgements, notifications and bytes between frames', () => {
    expect(decode([Buffer.from(`+-xx${encodePacket('Stop:T05').replace('$', '%')}$OK#9a\r\n`)])).toEqual([{ kind: 'packet', payload: 'OK' }]);
  });

  test('a wrong checksum is told, and a frame that was cut off does not swallow the next', () => {
    expect(decode([Buffer.from('$OK#00')])).toMatchObject([{ kind: 'damaged' }]);
    const found = decode([Buffer.from('$m123$OK#9a')]);
    expect(found.map((f) => f.kind)).toEqual(['damaged', 'packet']);
  });
});
