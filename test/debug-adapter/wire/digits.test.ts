import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeDigits, littleEndianDigits } from '../../../debug-adapter/wire/rsp/digits';

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('digits of the remote protocol', () => {
  test('any piece of any bytes is decoded as it was written, in either case', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), fc.nat(), fc.nat(), (bytes, upper, one, other) => {
        const digits = Buffer.from(bytes).toString('hex');
        const into = new Uint8Array(bytes.length);
        const [from, to] = [one % (bytes.length + 1), other % (bytes.length + 1)].sort((a, b) => a - b) as [number, number];
        expect(decodeDigits(ascii(upper ? digits.toUpperCase() : digits), into, from, to)).toBe(true);
        expect(into.subarray(from, to)).toEqual(bytes.subarray(from, to));
        expect(into.subarray(to).every((byte) => byte === 0)).toBe(true);
      }),
    );
  });

  test('what is not available is 0', () => {
    const into = new Uint8Array([9, 9]);
    expect(decodeDigits(ascii('xxx1'), into)).toBe(true);
    expect([...into]).toEqual([0, 1]);
  });

  test.each(['0g', 'g0', ' 0', '0\xff', '12zz'])('a character that is no digit is told: %j', (text) => {
    expect(decodeDigits(ascii(text), new Uint8Array(4), 0, text.length / 2)).toBe(false);
  });

  test('more than there is, or than there is room for, is told', () => {
    expect(decodeDigits(ascii('0011'), new Uint8Array(4), 0, 3)).toBe(false);
    expect(decodeDigits(ascii('0011'), new Uint8Array(1))).toBe(false);
  });

  test('a number is written as it lies in memory', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (value) => {
        const bytes = Buffer.alloc(8);
        bytes.writeBigUInt64LE(value);
        expect(littleEndianDigits(value, 8)).toBe(bytes.toString('hex'));
        expect(littleEndianDigits(value, 4)).toBe(bytes.toString('hex', 0, 4));
      }),
    );
  });
});
