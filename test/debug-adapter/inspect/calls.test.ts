import { describe, expect, it } from 'vitest';
import { leadsToStackPointer } from '../../../debug-adapter/inspect/stack/calls';

const code = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** As gcc has assembled arch/x86/include/asm/irq_stack.h in Debian's kernel 6.1. */
describe('code that gives the stack back', () => {
  it.each([
    ['pop %rsp', '5c'],
    ['call; pop %rsp: behind a handler', 'e8 c26a6900 5c'],
    ['mov; call; call; pop %rsp: behind irq_enter_rcu', '4889df e817d76500 e8c26a6900 5c'],
    ['two moves, the second of 32 bits', '4889df 89ee e817d76500 e8c26a6900 5c'],
    ['a move into r12', '4989dc 5c'],
  ])('%s', (_what, hex) => {
    expect(leadsToStackPointer(code(hex))).toBe(true);
    expect(leadsToStackPointer(code(`${hex} ffff`))).toBe(true);
  });

  it.each([
    ['pop %r12', '415c'],
    ['a move into rsp, behind which the stack is another', '4c89dc 5c'],
    ['a move into esp', '89dc 5c'],
    ['a push before it', '50 5c'],
    ['a move to memory', '4889 1f 5c'],
    ['a return', 'c3 5c'],
    ['a call that is cut off', 'e8 c26a'],
    ['nothing', ''],
  ])('not %s', (_what, hex) => {
    expect(leadsToStackPointer(code(hex))).toBe(false);
  });
});
