import { describe, expect, it } from 'vitest';
import { frameDepths } from '../../../debug-adapter/inspect/stack/frame-by-code';

const depthsOf = (...bytes: number[]) => Object.fromEntries([...frameDepths(0x1000n, [{ start: 0x1000n, bytes: Uint8Array.from(bytes) }])].map(([address, { sp, fp }]) => [Number(address - 0x1000n), [sp, fp].map((value) => (value === undefined ? undefined : Number(value)))]));

describe('frames by code', () => {
  it('follows pushes, room made and given back, and calls', () => {
    // push rbx; sub rsp,0x20; call +0; add rsp,0x20; pop rbx; ret
    expect(depthsOf(0x53, 0x48, 0x83, 0xec, 0x20, 0xe8, 0, 0, 0, 0, 0x48, 0x83, 0xc4, 0x20, 0x5b, 0xc3)).toEqual({ 0: [8, undefined], 1: [16, undefined], 5: [48, undefined], 10: [48, undefined], 14: [16, undefined], 15: [8, undefined] });
  });

  it('keeps to the frame pointer where the stack pointer is aligned or moved by a register', () => {
    // push rbp; mov rbp,rsp; and rsp,-32; sub rsp,rax; leave; ret
    expect(depthsOf(0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xe4, 0xe0, 0x48, 0x29, 0xc4, 0xc9, 0xc3)).toEqual({ 0: [8, undefined], 1: [16, undefined], 4: [16, 16], 8: [undefined, 16], 11: [undefined, 16], 12: [8, undefined] });
  });

  it('knows nothing where two ways come together with different depths, nor behind', () => {
    // je +1; push rax; nop; ret
    expect(depthsOf(0x74, 0x01, 0x50, 0x90, 0xc3)).toEqual({ 0: [8, undefined], 2: [8, undefined] });
  });

  it('does not take another stack, or a frame pointer that is used as a register, for the frame', () => {
    // push rbp; mov rbp,rsp; xchg rsp,rax; ret
    expect(depthsOf(0x55, 0x48, 0x89, 0xe5, 0x48, 0x94, 0xc3)).toEqual({ 0: [8, undefined], 1: [16, undefined], 4: [16, 16], 6: [undefined, 16] });
    // push rbp; mov rbp,rsp; mov ebp,[rdi]; ret
    expect(depthsOf(0x55, 0x48, 0x89, 0xe5, 0x8b, 0x2f, 0xc3)).toEqual({ 0: [8, undefined], 1: [16, undefined], 4: [16, 16], 6: [16, undefined] });
  });

  it('follows no jump table, and ends at code that is none', () => {
    // jmp *[rax*8]; nop; and ud2; nop
    expect(depthsOf(0xff, 0x24, 0xc5, 0, 0, 0, 0, 0x90)).toEqual({ 0: [8, undefined] });
    expect(depthsOf(0x0f, 0x0b, 0x90)).toEqual({ 0: [8, undefined] });
  });
});
