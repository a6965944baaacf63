import { describe, expect, it } from 'vitest';
import { forThisSystem, substituted } from '../../../../extension/debugging/detect/variables';

describe('a resolved configuration', () => {
  it('has its variables replaced at any depth, and keeps those that only a start can answer', () => {
    const variables = (name: string): string | undefined => ({ workspaceFolder: '/w', 'env:X': '' })[name];
    expect(substituted({ qemu: ['${workspaceFolder}/q', '${input:disk}'], n: 1, m: { a: 'x${env:X}y' }, none: null }, variables)).toEqual({ qemu: ['/w/q', '${input:disk}'], n: 1, m: { a: 'xy' }, none: null });
  });

  it('takes the block of this system and leaves out what is not the adapter’s', () => {
    const own = { type: 'bootscope', qemu: ['q'], linux: { qemu: ['l'] }, windows: { qemu: ['w'] }, __sessionId: '1' };
    expect(forThisSystem(own, 'linux')).toEqual({ type: 'bootscope', qemu: ['l'] });
    expect(forThisSystem(own, 'freebsd')).toEqual({ type: 'bootscope', qemu: ['q'] });
  });
});
