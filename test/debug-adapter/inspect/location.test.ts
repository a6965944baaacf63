import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BaseType } from '../../../debug-adapter/images/types';
import type { ExpressionContext } from '../../../debug-adapter/images/debug-info';
import type { LocationEnvironment, LocationFrame } from '../../../debug-adapter/inspect/location/evaluate';
import { evaluateLocation, evaluateNumber, staticAddress } from '../../../debug-adapter/inspect/location/evaluate';
import { fromBytes, toBytes } from '../../../debug-adapter/inspect/values/place';
import { TypedValue } from '../../../debug-adapter/inspect/values/typed-value';
import { FakeMemory, array, u32, u64, u8 } from '../chains/fake-machine';
import { trials } from '../../trials';

const float: BaseType = { kind: 'base', name: 'float', qualifiedName: 'float', language: 'c', size: 4, encoding: 'float' };
const signed: BaseType = { kind: 'base', name: 'int', qualifiedName: 'int', language: 'c', size: 4, encoding: 'signed' };
const called = Uint8Array.of(0x33);

const context: ExpressionContext = {
  addressSize: 8,
  dwarfVersion: 5,
  offsetSize: 4,
  address: (index) => 0x5000n + BigInt(index),
  baseType: (offset) => (offset === 1 ? float : offset === 2 ? signed : undefined),
  expressionAt: (offset) => (offset === 0x77 ? called : offset === 0x78 ? Uint8Array.of(0x98, 0x78, 0x00) : offset === 0x79 ? Uint8Array.of(0x08, 42, 0x9f) : undefined),
};

const memory = new FakeMemory();
memory.putNumber(0x2000n, 0x1122334455667788n, 8);

const frame: LocationFrame = {
  register: (number) => Promise.resolve(number === 9 ? undefined : 0x1000n + BigInt(number)),
  registerPlace: (number) => Promise.resolve(number === 9 ? { kind: 'absent', reason: 'r9 is lost' } : { kind: 'register', name: `r${number}`, bytes: toBytes(0x1000n + BigInt(number), 8) }),
  cfa: () => Promise.resolve(0x1f00n),
  frameBase: { expression: Uint8Array.of(0x9c), context },
  entryValue: (expression) => Promise.resolve(expression[0] === 0x55 ? 99n : undefined),
  registerName: (number) => `r${number}`,
};
const environment: LocationEnvironment = { memory, toRuntime: (linked) => linked + 0x100000n, frame };

const number = (...expression: number[]): Promise<bigint | undefined> => evaluateNumber({ expression: Uint8Array.from(expression), context }, environment);
const place = (...expression: number[]): ReturnType<typeof evaluateLocation> => evaluateLocation({ expression: Uint8Array.from(expression), context }, environment);

describe('DWARF expressions', () => {
  it.each<[string, number[], bigint]>([
    ['lit and plus_uconst', [0x35, 0x23, 0x80, 0x01], 133n],
    ['const8s', [0x0f, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 0xfffffffffffffffen],
    ['const1s', [0x09, 0xff], 0xffffffffffffffffn],
    ['constu and consts', [0x10, 0x80, 0x01, 0x11, 0x7f, 0x22], 127n],
    ['addr is slid', [0x03, 0, 0x40, 0, 0, 0, 0, 0, 0], 0x104000n],
    ['addrx is slid', [0xa1, 2], 0x105002n],
    ['constx is not', [0xa2, 2], 0x5002n],
    ['breg and bregx', [0x77, 0x08, 0x92, 1, 0x7f, 0x22], 0x1007n + 8n + 0x1001n - 1n],
    ['fbreg over call_frame_cfa', [0x91, 0x70], 0x1ef0n],
    ['deref', [0x0a, 0x00, 0x20, 0x06], 0x1122334455667788n],
    ['deref_size', [0x0a, 0x00, 0x20, 0x94, 2], 0x7788n],
    ['deref_type', [0x0a, 0x00, 0x20, 0xa6, 4, 2], 0x55667788n],
    ['dup, over, pick, swap, rot', [0x35, 0x37, 0x39, 0x17, 0x14, 0x1c, 0x15, 2, 0x16, 0x1c], 7n],
    ['signed division', [0x11, 0x78, 0x33, 0x1b], 0xfffffffffffffffen],
    ['unsigned remainder', [0x11, 0x7f, 0x3a, 0x1d], 5n],
    ['shifts', [0x11, 0x70, 0x32, 0x26, 0x08, 60, 0x25], 15n],
    ['and, or, xor, not', [0x3f, 0x35, 0x1a, 0x38, 0x21, 0x32, 0x27, 0x20], 0xffffffffffffffffn - 15n],
    ['neg and abs', [0x35, 0x1f, 0x19], 5n],
    ['comparisons', [0x11, 0x7f, 0x30, 0x2d], 1n],
    ['bra and skip', [0x31, 0x28, 0x05, 0x00, 0x08, 1, 0x2f, 0x02, 0x00, 0x08, 2], 2n],
    ['call4', [0x99, 0x77, 0, 0, 0], 3n],
    ['entry_value', [0xa3, 1, 0x55, 0x31, 0x22], 100n],
    ['GNU_entry_value', [0xf3, 1, 0x55], 99n],
    ['typed: convert keeps the value', [0xa4, 1, 4, 0, 0, 0x20, 0x40, 0xa8, 2], 2n],
    ['typed: reinterpret keeps the bits', [0xa4, 1, 4, 0, 0, 0x20, 0x40, 0xa9, 0], 0x40200000n],
    ['typed arithmetic', [0xa4, 2, 4, 0xf8, 0xff, 0xff, 0xff, 0xa4, 2, 4, 3, 0, 0, 0, 0x1b], 0xfffffffen],
    ['regval_type', [0xa5, 1, 2], 0x1001n],
  ])('%s', async (_, expression, expected) => {
    expect(await number(...expression)).toBe(expected);
  });

  it('tells where a value is', async () => {
    expect(await place(0x91, 0x70)).toEqual({ kind: 'memory', address: 0x1ef0n });
    expect(await place(0x53)).toMatchObject({ kind: 'register', name: 'r3' });
    expect(await place(0x90, 3)).toMatchObject({ kind: 'register', name: 'r3' });
    expect(await place(0x35, 0x9f)).toMatchObject({ kind: 'bytes' });
    expect(await place(0x9e, 2, 7, 8)).toEqual({ kind: 'bytes', bytes: Uint8Array.of(7, 8) });
    expect(await place()).toMatchObject({ kind: 'absent' });
  });

  it('puts pieces together, and knows which are missing', async () => {
    // r1's low 4 bytes, 4 missing bytes, 8 bytes of memory.
    const pieces = await place(0x51, 0x93, 4, 0x93, 4, 0x0a, 0x00, 0x20, 0x93, 8);
    const value = new TypedValue(array(u32, 4), pieces, memory);
    expect(await value.index(0).integer()).toBe(0x1001n);
    expect(await value.index(2).integer()).toBe(0x55667788n);
    await expect(value.index(1).integer()).rejects.toMatchObject({ code: 'BS350' });
    // bit_piece: 4 bits of r1 from bit 0, 4 bits of a constant from bit 4.
    const bits = await place(0x51, 0x9d, 4, 0, 0x08, 0xa0, 0x9f, 0x9d, 4, 4);
    expect(await new TypedValue(u8, bits, memory).integer()).toBe(0xa1n);
  });

  it('follows an implicit pointer', async () => {
    const pointer = { kind: 'pointer' as const, name: 'p', qualifiedName: 'p', language: 'c' as const, size: 8, flavor: 'pointer' as const, target: u64 };
    const value = new TypedValue(pointer, await place(0xa0, 0x79, 0, 0, 0, 0), memory);
    expect(await (await value.deref()).integer()).toBe(42n);
    await expect(value.integer()).rejects.toMatchObject({ code: 'BS350' });
  });

  it('says why there is none', async () => {
    const reason = async (...expression: number[]): Promise<string> => {
      const found = await place(...expression);
      return found.kind === 'absent' ? found.reason : found.kind;
    };
    expect(await reason(0x79, 0)).toBe('it was in r9, which the functions called since have not kept');
    expect(await reason(0x59)).toBe('r9 is lost');
    expect(await reason(0x9b)).toMatch(/thread-local/);
    expect(await reason(0xa3, 1, 0x54)).toMatch(/entry/);
    expect(await reason(0x06)).toMatch(/empty stack/);
    expect(await reason(0x03, 1)).toMatch(/ends too early/);
    expect(await reason(0x2f, 0xfd, 0xff)).toMatch(/does not end/);
    expect(await reason(0x98, 0x78, 0)).toMatch(/does not end/);
    expect(await reason(0x01)).toMatch(/0x1, which is not known/);
    expect(await reason(0x31, 0x30, 0x1b)).toMatch(/divides by zero/);
    expect(await reason(0x0a, 0x00, 0x30, 0x06)).toMatch(/cannot be read/);
    expect((await evaluateLocation({ expression: Uint8Array.of(0x91, 0), context }, { memory, toRuntime: (x) => x })).kind).toBe('absent');
  });

  it('knows plain addresses without a machine', () => {
    const address = (...expression: number[]): bigint | undefined => staticAddress({ expression: Uint8Array.from(expression), context }, (linked) => linked + 1n);
    expect(address(0x03, 0, 0x40, 0, 0, 0, 0, 0, 0)).toBe(0x4001n);
    expect(address(0xa1, 2, 0x23, 4)).toBe(0x5007n);
    expect(address(0x91, 0)).toBeUndefined();
    expect(address(0x03, 0)).toBeUndefined();
  });

  it('ends on any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (expression) => {
        const found = await evaluateLocation({ expression, context }, environment);
        expect(found.kind).toBeTypeOf('string');
      }),
      trials(2000),
    );
  });

  it('turns bytes into numbers and back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (value) => {
        expect(fromBytes(toBytes(value, 16))).toBe(value);
      }),
    );
  });
});
