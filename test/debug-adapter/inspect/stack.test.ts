import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factor, trials } from '../../trials';
import { at, code, compiled, framesOf, kernel, returnTo, stack, words } from './fake-stack';

/** In the middle of a function: neither its first nor its last instructions. */
const inside = kernel + 0x48n;

describe('a stack without call frame information', () => {
  it('follows frame pointers, and says where they end', async () => {
    const content = new Array<bigint>(words).fill(0n);
    content[4] = at(10);
    content[5] = returnTo(3);
    content[10] = at(20);
    content[11] = returnTo(9);
    content[20] = 0n;
    content[21] = 0n;
    const frames = await framesOf(content, { pc: inside, sp: at(0), rbp: at(4) });
    expect(frames.map(({ address }) => address)).toEqual([inside, returnTo(3), returnTo(9)]);
    expect(frames.map(({ endReason }) => endReason !== undefined)).toEqual([false, false, true]);
    expect(frames.at(-1)?.endReason).toMatch(/^kernel has no call frame information for 0x[0-9a-f]+, and the frame pointer leads to no caller$/);
  });

  it.each([
    ['points to itself', [[4, at(4)], [5, returnTo(3)]]],
    ['points back', [[4, at(8)], [5, returnTo(3)], [8, at(4)], [9, returnTo(5)]]],
    ['is not aligned', [[4, at(8) + 1n], [5, returnTo(3)]]],
    ['points outside the stack', [[4, at(4000)], [5, returnTo(3)]]],
  ] as const)('ends where a frame pointer %s', async (_how, patches) => {
    const content = new Array<bigint>(words).fill(0n);
    for (const [index, value] of patches) content[index] = value;
    const frames = await framesOf(content, { pc: inside, sp: at(0), rbp: at(4) });
    expect(frames.length).toBeGreaterThan(1);
    expect(frames.length).toBeLessThan(5);
    expect(frames.at(-1)?.endReason).toBeTruthy();
  });

  it.each([
    ['no code', 0x1234n],
    ['behind no call', kernel + 0x24n],
    ['in data', stack],
  ])('believes no return address that is %s', async (_what, address) => {
    const content = new Array<bigint>(words).fill(0n);
    content[4] = at(10);
    content[5] = address;
    expect((await framesOf(content, { pc: inside, sp: at(0), rbp: at(4) })).map((frame) => frame.address)).toEqual([inside]);
  });

  it('goes through a trap to what was interrupted, once', async () => {
    // rip, cs, rflags, rsp, ss as the processor pushes them.
    const frame = (sp: bigint): bigint[] => [kernel + 0x108n, 0x10n, 0x2n, sp, 0x18n];
    const sound = [...frame(at(40)), ...new Array<bigint>(words - 5).fill(0n)];
    const through = await framesOf(sound, { pc: inside, sp: at(0), rbp: 0n });
    expect(through.map(({ address }) => address)).toEqual([inside, kernel + 0x108n]);
    expect(through[1]?.interrupted).toBe(true);
    // A frame that says it interrupted itself is damaged.
    const circle = [...frame(at(0)), ...new Array<bigint>(words - 5).fill(0n)];
    const round = await framesOf(circle, { pc: inside, sp: at(0), rbp: 0n });
    expect(round.map(({ address }) => address)).toEqual([inside, kernel + 0x108n]);
    expect(round.at(-1)?.endReason).toMatch(/leads back to 0xffffffff81000108/);
  });

  it('passes over what an interrupt has left in memory that a compiled function reserved', async () => {
    const content = new Array<bigint>(words).fill(0n);
    content.splice(6, 5, kernel + 0x108n, 0x10n, 0x2n, at(60), 0x18n);
    content[20] = at(30);
    content[21] = returnTo(9);
    const addresses = async (pc: bigint, sp: bigint, rbp: bigint): Promise<bigint[]> => (await framesOf(content, { pc, sp, rbp })).map(({ address }) => address);
    // Behind its frame pointer the frame of long ago lies between the two.
    expect(await addresses(compiled + 0x24n, at(0), at(20))).toEqual([compiled + 0x24n, returnTo(9)]);
    // At its entry the return address is on top.
    content[0] = returnTo(3);
    expect((await addresses(compiled, at(0), at(20))).slice(0, 2)).toEqual([compiled, returnTo(3)]);
    // One that comes right from a trap: the frame on top is no old one.
    expect(await addresses(compiled, at(6), at(20))).toEqual([compiled, kernel + 0x108n]);
    // Entry code keeps no frame pointer, so that what was interrupted comes before what it had called.
    expect((await addresses(inside, at(0), at(20)))[1]).toBe(kernel + 0x108n);
  });

  it('ends whatever the stack holds, and every caller is code behind a call or was interrupted', async () => {
    const word = fc.oneof(
      { weight: 4, arbitrary: fc.nat(words + 8).map(at) },
      { weight: 4, arbitrary: fc.nat(255).map(returnTo) },
      { weight: 1, arbitrary: fc.nat(0xfff).map((n) => kernel + BigInt(n)) },
      { weight: 2, arbitrary: fc.constantFrom(0n, 0x2n, 0x10n, 0x18n, 0x246n, 0x33n, 0x2bn) },
      { weight: 1, arbitrary: fc.bigInt(0n, (1n << 64n) - 1n) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: words, maxLength: words }), fc.nat(words - 1), fc.nat(words - 1), fc.nat(0xfff), async (content, sp, rbp, pc) => {
        const frames = await framesOf(content, { pc: kernel + BigInt(pc), sp: at(sp), rbp: at(rbp) });
        expect(frames.length).toBeLessThan(1000);
        expect(frames.slice(0, -1).every(({ endReason }) => endReason === undefined)).toBe(true);
        expect(frames.at(-1)?.endReason).toBeTruthy();
        for (const { address, interrupted } of frames.slice(1)) if (!interrupted && address >= kernel) expect(code[Number(address - kernel) - 5]).toBe(0xe8);
      }),
      trials(60),
    );
  }, 60_000 * factor);
});
