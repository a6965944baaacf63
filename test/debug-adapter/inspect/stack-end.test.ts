import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure } from '../../../debug-adapter/errors/catalogue';
import { imageErrors } from '../../../debug-adapter/errors/images';
import { Damage } from '../../../debug-adapter/images/damage';
import type { ExpressionContext, UnwindRow, UnwindRule } from '../../../debug-adapter/images/debug-info';
import { innermostFrame, stackOf } from '../../../debug-adapter/inspect/stack/unwind';
import type { Registers } from '../../../debug-adapter/machine/registers';
import { PlacedProgram } from '../../../debug-adapter/program/placed-program';
import { FakeMachine } from '../program/fakes';
import { factor, trials } from '../../trials';
import { at, code, framesOf, kernel, returnTo, words } from './fake-stack';

/** Where a stack ends and what is said of it: each reason that there is. */

const context: ExpressionContext = { addressSize: 8, dwarfVersion: 5, offsetSize: 8, address: () => 0n, baseType: () => undefined, expressionAt: () => undefined };
const [rax, rdx, rcx, rbx, rbp, rsp, rip] = [0, 1, 2, 3, 6, 7, 16];

/** A function that holds `size` bytes of stack below its return address. */
const row = (size: number, more: readonly (readonly [number, UnwindRule])[] = [], signalFrame = false): UnwindRow => ({
  start: kernel,
  end: kernel + BigInt(code.length),
  cfa: { kind: 'register', register: rsp, offset: BigInt(size + 8) },
  registers: new Map<number, UnwindRule>([[rip, { kind: 'offset', offset: -8n }], ...more]),
  returnRegister: rip,
  signalFrame,
});
const withRow = (always: UnwindRow): { readonly unwindAt: () => UnwindRow } => ({ unwindAt: () => always });
const empty = new Array<bigint>(words).fill(0n);
const withWords = (...patches: readonly (readonly [number, bigint])[]): bigint[] => patches.reduce((content, [index, value]) => content.with(index, value), empty);
const inside = kernel + 0x48n;
const addresses = (frames: readonly { readonly address: bigint }[]): bigint[] => frames.map(({ address }) => address);

describe('the end of a stack with call frame information', () => {
  it.each<[string, bigint[], UnwindRow, { sp?: bigint; rbp?: bigint }, RegExp, number]>([
    ['the outermost function', withWords([2, returnTo(3)]), row(16, [[rip, { kind: 'undefined' }]]), {}, /^its call frame information says that this is the outermost function$/, 1],
    ['a return address of 0', withWords([2, returnTo(3)]), row(16), {}, /^its return address is 0$/, 2],
    ['a return address that is data', withWords([2, 0x1234_5678n]), row(16), {}, /^its return address 0x12345678 is no code$/, 1],
    ['a frame pointer that nobody kept', empty, { ...row(16), cfa: { kind: 'register', register: rbp, offset: 16n } }, {}, /^the frame address at 0xffffffff81000048 cannot be computed$/, 1],
    ['an expression that leads nowhere', empty, { ...row(16), cfa: { kind: 'expression', location: { expression: Uint8Array.of(0x06), context } } }, {}, /^the frame address at 0xffffffff81000048 cannot be computed$/, 1],
    ['a frame pointer below the stack pointer', empty, { ...row(16), cfa: { kind: 'register', register: rbp, offset: 16n } }, { sp: at(20), rbp: at(3) }, /^the stack does not grow at 0xffffffff81000048 \(frame at 0xffff888000001028, stack pointer 0xffff8880000010a0\)$/, 1],
    ['a stack that is not mapped', empty, row(16), { sp: at(words) }, /^the return address of 0xffffffff81000048 cannot be read$/, 1],
    ['a return register whose value is gone', empty, row(16, [[rip, { kind: 'register', register: rbx }]]), {}, /^the return address of 0xffffffff81000048 cannot be read$/, 1],
    ['a trap without a return address', empty, row(16, [[rip, { kind: 'same' }]], true), {}, /^the call frame information at 0xffffffff81000048 has no return address on the stack$/, 1],
    ['two calls in a row whose return addresses are in registers', empty, row(0, [[rip, { kind: 'register', register: rbp }]]), { rbp: returnTo(3) }, /^the call frame information at 0xffffffff81000030 has no return address on the stack$/, 2],
    ['a trap that leads back to itself', withWords([2, inside], [3, at(0)]), row(16, [[rsp, { kind: 'offset', offset: 0n }]], true), {}, /^the stack leads back to 0xffffffff81000048, which is a frame already$/, 1],
    ['a circle whose stack pointer is not told', withWords([4, at(4)], [5, inside]), { ...row(0, [[rsp, { kind: 'undefined' }], [rbp, { kind: 'offset', offset: -16n }]], true), cfa: { kind: 'register', register: rbp, offset: 16n } }, { rbp: at(4) }, /^the stack leads back to 0xffffffff81000048, which is a frame already$/, 2],
  ])('%s', async (_what, content, always, registers, reason, count) => {
    const frames = await framesOf(content, { pc: inside, sp: at(0), ...registers }, withRow(always));
    expect(frames.at(-1)?.endReason).toMatch(reason);
    expect(frames.length).toBe(count);
    expect(frames.slice(0, -1).map(({ endReason }) => endReason)).toEqual(new Array(count - 1).fill(undefined));
  });

  it('calls whose return address stays what one further in had on the stack', async () => {
    const unwindAt = (address: bigint): UnwindRow => (address === inside ? row(16) : row(0, [[rip, { kind: 'same' }]]));
    const frames = await framesOf(withWords([2, returnTo(3)]), { pc: inside, sp: at(0) }, { unwindAt });
    expect(addresses(frames)).toEqual([inside, returnTo(3), returnTo(3)]);
    expect(frames.at(-1)?.endReason).toMatch(/ has no return address on the stack$/);
  });

  it('as many frames as were asked for', async () => {
    const content = Array.from({ length: words }, (_, i) => returnTo(i % 200));
    const frames = await framesOf(content, { pc: inside, sp: at(0) }, withRow(row(8)), 5);
    expect(addresses(frames)).toEqual([inside, returnTo(1), returnTo(3), returnTo(5), returnTo(7)]);
    expect(frames.at(-1)?.endReason).toBe('only 5 frames were asked for');
  });

  it('damage of the call frame information', async () => {
    const damage = new Damage();
    const unwindAt = (address: bigint): UnwindRow | undefined =>
      damage.tolerateAt(
        address,
        () => {
          throw failure(imageErrors.damagedSection, { file: '/b/kernel', section: '.debug_frame', offset: '0x10', reason: 'it is cut' });
        },
        undefined,
      );
    const frames = await framesOf(empty, { pc: inside, sp: at(0) }, { unwindAt, damage });
    expect(frames.map(({ endReason }) => endReason)).toEqual([expect.stringMatching(/^the call frame information of kernel for 0xffffffff81000048 cannot be read \(BS2\d\d: .*\.debug_frame.*it is cut.*\), and the frame pointer leads to no caller$/)]);
  });
});

describe('the end of a stack without call frame information', () => {
  it.each<[string, bigint, boolean, RegExp]>([
    ['code of no image', 0xffff_ffff_c000_0000n, true, /^0xffffffffc0000000 is in no known image$/],
    ['an image without call frame information', inside, true, /^kernel has no call frame information for 0xffffffff81000048, and the frame pointer leads to no caller$/],
    ['an image without debug information', inside, false, /^kernel has no debug information for 0xffffffff81000048, and the frame pointer leads to no caller$/],
  ])('%s', async (_what, pc, debug, reason) => {
    expect((await framesOf(empty, { pc, sp: at(0) }, { debug })).map(({ endReason }) => endReason)).toEqual([expect.stringMatching(reason)]);
  });

  it('16-bit code, whose one frame has its address', async () => {
    const machine = new FakeMachine().asMachine();
    const registers = { mode: 'real', bits: 16, cpl: 0, pc: 0x7c00n, sp: 0x7000n, cr3: 0n, paging: false, get: () => undefined, all: [] } as unknown as Registers;
    Object.assign(machine, { registers: () => Promise.resolve(registers) });
    const program = new PlacedProgram(machine);
    const frames = await stackOf(program, machine);
    expect(frames.map(({ name, endReason }) => [name, endReason])).toEqual([['0x7c00', '0x7c00 is 16-bit code, which is not unwound']]);
    expect((await innermostFrame(program, machine))?.address).toBe(0x7c00n);
  });
});

describe('code that was interrupted', () => {
  const kept = (offset: bigint): UnwindRule => ({ kind: 'offset', offset });
  /** rip at the frame address, then the stack pointer, then what no call keeps. */
  const saved = (...registers: number[]): (readonly [number, UnwindRule])[] => [[rip, kept(0n)], [rsp, kept(8n)], ...registers.map((number, i) => [number, kept(BigInt(16 + i * 8))] as const)];
  const content = withWords([3, kernel + 0x123n], [4, at(40)], [5, 0x11n], [6, 0x22n], [7, 0x33n]);
  /** `rows` by address: the entry code's alone restores all. */
  const entryCode = (entry: UnwindRow) => ({ unwindAt: (address: bigint): UnwindRow | undefined => (address === inside ? entry : undefined) });

  it.each([
    ['where its row says so', row(16, saved(), true), true],
    ['where its row restores what no call keeps', row(16, saved(rax, rcx, rdx)), true],
    ['not where a row restores the stack pointer only', row(16, saved(rcx)), false],
  ] as const)('is told so %s', async (_where, entry, interrupted) => {
    const frames = await framesOf(content, { pc: inside, sp: at(0) }, entryCode(entry));
    // Right behind no call: a return address is not believed there, what was interrupted may be anywhere.
    expect(addresses(frames)).toEqual([inside, kernel + 0x123n]);
    expect(frames[1]?.interrupted).toBe(interrupted);
    expect(await frames[1]?.register('rsp')).toBe(at(40));
    if (entry.registers.has(rax)) expect(await frames[1]?.register('rax')).toBe(0x11n);
  });
});

it('no stack is endless, and each call is code, whatever rows and stack hold', async () => {
  const offset = fc.integer({ min: -20, max: 40 }).map((n) => BigInt(n * 8));
  const rule: fc.Arbitrary<UnwindRule> = fc.oneof(
    offset.map((n): UnwindRule => ({ kind: 'offset', offset: n })),
    offset.map((n): UnwindRule => ({ kind: 'value-offset', offset: n })),
    fc.constantFrom<UnwindRule>({ kind: 'undefined' }, { kind: 'same' }, { kind: 'register', register: rbp }, { kind: 'register', register: rsp }),
  );
  const anyRow = fc.record({
    start: fc.constant(kernel),
    end: fc.constant(kernel + 0x1000n),
    cfa: fc.record({ kind: fc.constant('register' as const), register: fc.constantFrom(rsp, rbp), offset }),
    registers: fc.array(fc.tuple(fc.constantFrom(rip, rsp, rbp, rbx, rax), rule), { maxLength: 5 }).map((entries) => new Map<number, UnwindRule>([[rip, { kind: 'offset', offset: -8n }], ...entries])),
    returnRegister: fc.constant(rip),
    signalFrame: fc.boolean(),
  });
  const word = fc.oneof(
    { weight: 4, arbitrary: fc.nat(words + 8).map(at) },
    { weight: 4, arbitrary: fc.nat(255).map(returnTo) },
    { weight: 1, arbitrary: fc.nat(0xfff).map((n) => kernel + BigInt(n)) },
    { weight: 1, arbitrary: fc.constantFrom(0n, 0x2n, 0x10n, 0x33n, 0x202n, 0x40_1000n) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 8 }), fc.array(word, { minLength: words, maxLength: words }), fc.nat(words - 1), fc.nat(words - 1), fc.nat(0xfff), async (rows, content, sp, fp, pc) => {
      const frames = await framesOf(content, { pc: kernel + BigInt(pc), sp: at(sp), rbp: at(fp) }, { unwindAt: (address) => rows[Number((address - kernel) >> 4n) % (rows.length + 1)] });
      expect(frames.length).toBeLessThan(1000);
      expect(frames.slice(0, -1).every(({ endReason }) => endReason === undefined)).toBe(true);
      expect(frames.at(-1)?.endReason).toBeTruthy();
      const places = await Promise.all(frames.map(async (frame) => `${frame.address} ${await frame.register('rsp')} ${await frame.register('rbp')}`));
      expect(new Set(places).size).toBe(places.length);
      // A call comes from code of an image; a trap may break in anywhere that can be read.
      for (const { address, interrupted } of frames) if (!interrupted) expect(address >= kernel && address <= kernel + 0x1000n).toBe(true);
    }),
    trials(150),
  );
}, 60_000 * factor);
