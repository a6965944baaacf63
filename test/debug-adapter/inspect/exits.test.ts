import { describe, expect, it } from 'vitest';
import { disassemble, instructionBefore } from '../../../debug-adapter/inspect/disassemble';
import { exitsOf } from '../../../debug-adapter/inspect/exits';
import { instructionInfo } from '../../../debug-adapter/inspect/instructions';

const code = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const reader = (bytes: Uint8Array, base: bigint) => (start: bigint, length: number) => Promise.resolve(bytes.subarray(Number(start - base), Number(start - base) + length));

describe('exitsOf', () => {
  it('finds every ret, tail jumps out of the function, and no jump within it', async () => {
    // test edi,edi; je +1 → ret; ret; jmp rel32 (out); jmp short back to the start
    const bytes = code(0x85, 0xff, 0x74, 0x01, 0xc3, 0xc3, 0xe9, 0x00, 0x10, 0x00, 0x00, 0xeb, 0xf3);
    const exits = await exitsOf([{ start: 0x1000n, end: 0x100dn }], { read: reader(bytes, 0x1000n), bits: 64 });
    expect(exits).toEqual([
      { address: 0x1004n, tail: false },
      { address: 0x1005n, tail: false },
      { address: 0x1006n, tail: true, target: 0x200bn },
    ]);
  });

  it('takes an indirect jump for a tail call at the end of a range, or where the frame is gone and no table is indexed', async () => {
    const through = code(0xff, 0xe0, 0xc3);
    const at = (bytes: Uint8Array, stackAsAtEntry?: (address: bigint) => boolean) => exitsOf([{ start: 0n, end: BigInt(bytes.length) }], { read: reader(bytes, 0n), bits: 64, ...(stackAsAtEntry ? { stackAsAtEntry } : {}) });
    expect(await at(through)).toEqual([{ address: 2n, tail: false }]);
    expect(await at(through.subarray(0, 2))).toEqual([{ address: 0n, tail: true, through: 'rax' }]);
    expect(await at(through, () => false)).toEqual([{ address: 2n, tail: false }]);
    expect(await at(through, (address) => address === 0n)).toEqual([{ address: 0n, tail: true, through: 'rax' }, { address: 2n, tail: false }]);
    // jmp *0x18(%rax); ret, and jmp *0x10c338(,%rax,8); ret
    expect(await at(code(0xff, 0x60, 0x18, 0xc3), () => true)).toEqual([{ address: 0n, tail: true }, { address: 3n, tail: false }]);
    expect(await at(code(0xff, 0x24, 0xc5, 0x38, 0xc3, 0x10, 0x00, 0xc3), () => true)).toEqual([{ address: 7n, tail: false }]);
  });

  it('leaves out a range whose bytes cannot be had', async () => {
    expect(await exitsOf([{ start: 0n, end: 9n }], { read: () => Promise.resolve(undefined), bits: 64 })).toEqual([]);
  });
});

describe('instructions', () => {
  it('tells calls, branches and their targets', () => {
    expect(instructionInfo(code(0xe8, 0x10, 0, 0, 0), 0x400000n, 64)).toEqual({ address: 0x400000n, length: 5, flow: 'call', target: 0x400015n });
    expect(instructionInfo(code(0xff, 0xd0), 0n, 64)).toMatchObject({ flow: 'call', length: 2 });
    expect(instructionInfo(code(0x75, 0xfe), 0x10n, 32)).toMatchObject({ flow: 'conditional', target: 0x10n });
    expect(instructionInfo(code(0x0f, 0x05), 0n, 64)).toMatchObject({ flow: 'call' });
    expect(instructionInfo(code(0xe8, 0x10), 0n, 64)).toBeUndefined();
  });

  it('disassembles in each width, marks bad bytes, and leaves a torn end out', () => {
    expect(disassemble(code(0xb8, 0x34, 0x12), 0x7c00n, 16).map(({ text }) => text)).toEqual(['mov ax, 0x1234']);
    expect(disassemble(code(0x48, 0x89, 0xe5, 0xe8), 0n, 64).map(({ text }) => text)).toEqual(['mov rbp, rsp']);
    expect(disassemble(code(0x06, ...Array<number>(20).fill(0x90)), 0n, 64)[0]?.text).toBe('(bad)');
  });

  it('walks backwards to instruction borders', () => {
    // push rbp; mov rbp,rsp; mov eax,imm32; nop
    const bytes = code(0x55, 0x48, 0x89, 0xe5, 0xb8, 1, 2, 3, 4, 0x90);
    expect(instructionBefore(bytes, 10n, 64, 1)).toBe(9n);
    expect(instructionBefore(bytes, 10n, 64, 2, 0n)).toBe(4n);
    expect(instructionBefore(bytes, 10n, 64, 4, 0n)).toBe(0n);
    expect(instructionBefore(bytes, 10n, 64, 5, 0n)).toBeUndefined();
  });
});
