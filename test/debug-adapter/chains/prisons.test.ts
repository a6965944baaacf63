import { describe, expect, it } from 'vitest';
import { statfsIn, type Prison } from '../../../debug-adapter/chains/freebsd/prisons';

const jail = (enforceStatfs: number, more: Partial<Prison> = {}): Prison => ({ name: 'web', path: '/jails/web', rootMount: '0x1', enforceStatfs, ...more });

describe('what statfs tells inside', () => {
  it('is the whole table without a jail, chroot or not, and with enforce_statfs 0', () => {
    for (const prison of [undefined, jail(0)]) expect(statfsIn(prison, { id: '0x2', on: '/tmp' })).toEqual({ listed: true, on: '/tmp' });
  });
  it('loses the path of the jail with 1, and what lies outside', () => {
    expect(statfsIn(jail(1), { id: '0x3', on: '/jails/web/usr/share' })).toEqual({ listed: true, on: '/usr/share' });
    expect(statfsIn(jail(1), { id: '0x2', on: '/jails/webmail' })).toEqual({ listed: false, on: '[restricted]' });
    expect(statfsIn(jail(1), { id: '0x1', on: '/' })).toEqual({ listed: true, on: '/' });
    expect(statfsIn(jail(1, { path: '/' }), { id: '0x3', on: '/tmp' })).toEqual({ listed: true, on: '/tmp' });
  });
  it('is the jail\'s own root alone with 2', () => {
    expect(statfsIn(jail(2), { id: '0x3', on: '/jails/web/usr/share' })).toEqual({ listed: false, on: '[restricted]' });
    expect(statfsIn(jail(2), { id: '0x1', on: '/jails' })).toEqual({ listed: true, on: '/' });
  });
});
