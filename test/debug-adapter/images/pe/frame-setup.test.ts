import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSetup, storesLength } from '../../../../debug-adapter/images/pe/frame-setup';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('the code that sets up a frame', () => {
  it('saves registers and makes room', () => {
    expect(readSetup(bytes('4157 56 53 4883ec28 90'))).toEqual([
      { end: 2, bytes: 8, saves: 15 },
      { end: 3, bytes: 8, saves: 4 },
      { end: 4, bytes: 8, saves: 3 },
      { end: 8, bytes: 0x28 },
    ]);
  });

  it('makes much room by way of a call that touches the pages', () => {
    expect(readSetup(bytes('55 b838a20000 e89aae0000 4829c4 90'))).toEqual([
      { end: 1, bytes: 8, saves: 6 },
      { end: 14, bytes: 0xa238 },
    ]);
    expect(readSetup(bytes('4881ec00100000 90'))).toEqual([{ end: 7, bytes: 0x1000 }]);
  });

  it('is nothing in a leaf, and a push of another register only makes room', () => {
    expect(readSetup(bytes('8b01 c3'))).toEqual([]);
    expect(readSetup(bytes('50 c7442404 00000000'))).toEqual([{ end: 1, bytes: 8 }]);
    // A number that is no frame's size: the call behind it is another.
    expect(readSetup(bytes('b801000000 e800000000 c3'))).toEqual([]);
  });

  it('is followed by stores of parameters', () => {
    expect(storesLength(bytes('894c2404 48894d10 4489842480000000 8a01'))).toBe(16);
    expect(storesLength(bytes('8908'))).toBe(0);
  });

  it('reads any bytes to an end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (code) => {
        for (const { end, bytes: room } of readSetup(code)) expect(end > 0 && room >= 0).toBe(true);
        expect(storesLength(code)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
