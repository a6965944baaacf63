import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import { SectionBytes } from '../../../debug-adapter/images/bytes/section-bytes';
import { Damage } from '../../../debug-adapter/images/damage';
import type { UnwindRow, UnwindRule } from '../../../debug-adapter/images/debug-info';
import { FrameSection } from '../../../debug-adapter/images/dwarf/frame-section';
import { FrameTable } from '../../../debug-adapter/images/dwarf/unwind';
import { ending, trials } from '../../trials';

const start = 0x1000;
const size = 0x20000;
const [rbx, rbp, rsp, returnAddress] = [3, 6, 7, 16] as const;

const u32 = (value: number): number[] => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
const u64 = (value: number): number[] => [...u32(value), 0, 0, 0, 0];
const entry = (content: readonly number[]): number[] => [...u32(content.length), ...content];

/** Common entry of .debug_frame (version 4, code factor 1, data factor -8), whose row is that of a function's first instruction. */
const common = entry([...u32(0xffff_ffff), 4, 0, 8, 0, 1, 0x78, returnAddress, 0x0c, rsp, 8, 0x80 | returnAddress, 1]);
const debugFrame = (...programs: readonly (readonly number[])[]): number[] => [...common, ...programs.flatMap((program, i) => entry([...u32(0), ...u64(start + i * size), ...u64(size), ...program]))];

/** Common entry of .eh_frame (version 1, augmentation zRS: signed 32-bit pointers relative to themselves, a signal frame). */
const ehCommon = entry([...u32(0), 1, ...Buffer.from('zRS\0'), 1, 0x78, returnAddress, 1, 0x1b, 0x0c, rsp, 8, 0x80 | returnAddress, 1]);
const ehFrame = (program: readonly number[], address: number): number[] => [...ehCommon, ...entry([...u32(ehCommon.length + 4), ...u32((start - (address + ehCommon.length + 8)) | 0), ...u32(size), 0, ...program])];

const tableOf = (bytes: readonly number[], eh = false, address = 0, damage = new Damage()): FrameTable =>
  new FrameTable([new FrameSection(SectionBytes.ofBuffer('/b/kernel', eh ? '.eh_frame' : '.debug_frame', Buffer.from(bytes)), eh, address, 8)], 8, () => false, damage);

/** The row `offset` bytes into the function. */
const rowOf = (program: readonly number[], offset = 0): UnwindRow => tableOf(debugFrame(program)).at(BigInt(start + offset))!;
const rule = (program: readonly number[], register: number, offset = 0): UnwindRule | undefined => rowOf(program, offset).registers.get(register);
const cfa = (program: readonly number[], offset = 0): UnwindRow['cfa'] => rowOf(program, offset).cfa;
const atRegister = (register: number, offset: bigint) => ({ kind: 'register', register, offset });
/** DW_OP_breg7 16. */
const expression = [2, 0x77, 16];
const located = { expression: Uint8Array.from([0x77, 16]), context: expect.anything() as unknown };

describe('call frame instructions (DWARF 5, 6.4.2)', () => {
  it('begin with the row of their common entry', () => {
    expect(rowOf([])).toMatchObject({ start: BigInt(start), end: BigInt(start + size), returnRegister: returnAddress, signalFrame: false, cfa: atRegister(rsp, 8n) });
    expect(rule([], returnAddress)).toEqual({ kind: 'offset', offset: -8n });
  });

  const push = [0x0e, 16];
  it.each([
    ['advance_loc', [0x40 | 5], 5],
    ['advance_loc1', [0x02, 200], 200],
    ['advance_loc2', [0x03, 0x34, 0x12], 0x1234],
    ['advance_loc4', [0x04, ...u32(0x10001)], 0x10001],
    ['MIPS_advance_loc8', [0x1d, ...u64(0x10002)], 0x10002],
    ['set_loc', [0x01, ...u64(start + 77)], 77],
  ] as const)('%s begins a row', (_name, advance, to) => {
    const program = [...advance, ...push];
    expect(rowOf(program, to - 1)).toMatchObject({ start: BigInt(start), end: BigInt(start + to), cfa: atRegister(rsp, 8n) });
    expect(rowOf(program, to)).toMatchObject({ start: BigInt(start + to), end: BigInt(start + size), cfa: atRegister(rsp, 16n) });
  });

  it.each([
    ['def_cfa', [0x0c, rbp, 16], atRegister(rbp, 16n)],
    ['def_cfa_sf', [0x12, rbp, 0x7e], atRegister(rbp, 16n)],
    ['def_cfa_register', [0x0d, rbp], atRegister(rbp, 8n)],
    ['def_cfa_offset', [0x0e, 0x80, 1], atRegister(rsp, 128n)],
    ['def_cfa_offset_sf', [0x13, 0x7d], atRegister(rsp, 24n)],
    ['def_cfa_expression', [0x0f, ...expression], { kind: 'expression', location: located }],
    ['GNU_args_size', [0x2e, 32], atRegister(rsp, 8n)],
    ['nop', [0, 0, 0], atRegister(rsp, 8n)],
    // DW_CFA_GNU_window_save, as AARCH64_negate_ra_state: nothing on x86.
    ['GNU_window_save', [0x2d], atRegister(rsp, 8n)],
  ] as const)('%s sets the frame address, or leaves it', (_name, program, expected) => {
    expect(cfa(program)).toEqual(expected);
  });

  it.each([
    ['offset', [0x80 | rbx, 2], { kind: 'offset', offset: -16n }],
    ['offset_extended', [0x05, rbx, 3], { kind: 'offset', offset: -24n }],
    ['offset_extended_sf', [0x11, rbx, 0x7e], { kind: 'offset', offset: 16n }],
    ['GNU_negative_offset_extended', [0x2f, rbx, 2], { kind: 'offset', offset: 16n }],
    ['val_offset', [0x14, rbx, 4], { kind: 'value-offset', offset: -32n }],
    ['val_offset_sf', [0x15, rbx, 0x7f], { kind: 'value-offset', offset: 8n }],
    ['register', [0x09, rbx, 12], { kind: 'register', register: 12 }],
    ['expression', [0x10, rbx, ...expression], { kind: 'expression', location: located }],
    ['val_expression', [0x16, rbx, ...expression], { kind: 'value-expression', location: located }],
    ['undefined', [0x07, rbx], { kind: 'undefined' }],
    ['same_value', [0x08, rbx], { kind: 'same' }],
  ] as const)('%s sets the rule of a register', (_name, program, expected) => {
    expect(rule(program, rbx)).toEqual(expected);
  });

  it.each([
    ['restore', 0xc0 | returnAddress, []],
    ['restore_extended', 0x06, [returnAddress]],
  ] as const)('%s goes back to the rule of the common entry, or to none', (_name, opcode, operand) => {
    expect(rule([0x07, returnAddress, opcode, ...operand], returnAddress)).toEqual({ kind: 'offset', offset: -8n });
    const ofRbx = opcode === 0x06 ? [0x06, rbx] : [0xc0 | rbx];
    expect(rule([0x80 | rbx, 2, ...ofRbx], rbx)).toBeUndefined();
  });

  it('remember_state and restore_state keep the whole row, one in another', () => {
    const program = [0x0a, 0x80 | rbx, 2, 0x0e, 16, 0x41, 0x0a, 0x0e, 32, 0x07, rbx, 0x41, 0x0b, 0x41, 0x0b];
    const rows = [0, 1, 2, 3].map((offset) => rowOf(program, offset));
    expect(rows.map((row) => row.cfa)).toEqual([16n, 32n, 16n, 8n].map((offset) => atRegister(rsp, offset)));
    expect(rows.map((row) => row.registers.get(rbx)?.kind)).toEqual(['offset', 'undefined', 'offset', undefined]);
  });

  it('.eh_frame: pointers relative to themselves, a signal frame, the same instructions', () => {
    for (const address of [0, 0x4000, 0x7fff_0000]) {
      const row = tableOf(ehFrame([0x44, 0x80 | rbx, 2], address), true, address).at(BigInt(start + 4));
      expect(row).toMatchObject({ start: BigInt(start + 4), signalFrame: true, returnRegister: returnAddress });
      expect(row?.registers.get(rbx)).toEqual({ kind: 'offset', offset: -16n });
    }
  });

  it.each([
    ['an instruction that nobody knows', [0x3e], /call frame instruction 0x3e/],
    ['restore_state without remember_state', [0x0b], /restore_state without remember_state/],
    ['remember_state without end', new Array<number>(300).fill(0x0a), /endless remember_state/],
    ['an offset where the frame address is an expression', [0x0f, ...expression, 0x0e, 8], /CFA offset without a register/],
    ['an operand that is cut off', [0x0c, rbp], /ends before offset/],
    ['an expression that is longer than the entry', [0x0f, 100, 0x77], /ends before offset/],
  ] as const)('%s is refused with section and offset', (_what, program, reason) => {
    const refusal = (): unknown => rowOf(program);
    expect(refusal).toThrow(reason);
    expect(refusal).toThrow(/^BS20[56]: \/b\/kernel: section \.debug_frame .*offset 0x[0-9a-f]+/);
  });

  it('one damaged entry takes no other with it', () => {
    const bytes = debugFrame([0x0e, 16], [0x0e, 24], [0x0e, 32]);
    // The second entry names a common entry that is none.
    bytes.splice(common.length + (bytes.length - common.length) / 3 + 4, 4, ...u32(9));
    const damage = new Damage();
    const table = tableOf(bytes, false, 0, damage);
    const at = (i: number) => table.at(BigInt(start + i * size))?.cfa;
    expect([at(0), at(1), at(2)]).toEqual([atRegister(rsp, 16n), undefined, atRegister(rsp, 32n)]);
    expect(damage.found.map(({ message }) => message)).toEqual([expect.stringMatching(/^BS206: .*section \.debug_frame is damaged at offset 0x[0-9a-f]+: /)]);
  });

  it('any instructions end in a row that holds the address, or in a refusal', () => {
    const op = fc.oneof(fc.nat(255), fc.constantFrom(0x02, 0x0a, 0x0b, 0x0e, 0x0f, 0x10, 0x16, 0x41, 0x80 | rbx));
    fc.assert(
      fc.property(fc.array(op, { maxLength: 60 }), fc.nat(size - 1), fc.boolean(), (program, offset, eh) => {
        const table = tableOf(eh ? ehFrame(program, 0x4000) : debugFrame(program), eh, 0x4000);
        try {
          const row = ending(() => table.at(BigInt(start + offset)))!;
          expect(row.start <= BigInt(start + offset) && BigInt(start + offset) < row.end).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(BootscopeError);
        }
      }),
      // A location that is set backwards.
      { ...trials(500), examples: [[[1, 2, 0, 0, 128, 65], 0, true]] },
    );
  });
});
