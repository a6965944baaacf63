import { describe, expect, it } from 'vitest';
import { errnoByName, errnoByNumber, errnoName, errnoSystemOf, errnoTable } from '../../boot/errno';

describe('errno tables', () => {
  it('go from number to name to words and back, for each system', () => {
    for (const system of ['linux', 'freebsd'] as const)
      for (const entry of errnoTable(system)) {
        expect(errnoByNumber(system, entry.number)).toBe(entry);
        expect(errnoByName(system, entry.name)).toBe(entry);
        expect(errnoByName(system, String(entry.number))).toBe(entry);
        expect(entry.words).not.toBe('');
      }
  });
  it('hold no number or name twice', () => {
    for (const system of ['linux', 'freebsd'] as const) {
      const table = errnoTable(system);
      expect(new Set(table.map((e) => e.number)).size).toBe(table.length);
      expect(new Set(table.map((e) => e.name)).size).toBe(table.length);
    }
  });
  it('know where the systems differ', () => {
    expect(errnoByNumber('freebsd', 35)?.name).toBe('EAGAIN');
    expect(errnoByNumber('linux', 35)?.name).toBe('EDEADLK');
    expect(errnoByNumber('freebsd', 97)?.name).toBe('EINTEGRITY');
    expect(errnoByName('freebsd', 'enotsup')?.number).toBe(45);
    expect(errnoByName('linux', 'EWOULDBLOCK')?.number).toBe(11);
    expect(errnoName('linux', -22)).toBe('EINVAL');
    expect(errnoName('linux', 4000)).toBe('error 4000');
    expect(errnoSystemOf('nextbsd')).toBe('freebsd');
    expect(errnoSystemOf('redox')).toBe('linux');
  });
  it('do not invent', () => {
    expect(errnoByName('linux', 'EFOO')).toBeUndefined();
    expect(errnoByName('linux', '')).toBeUndefined();
    expect(errnoByName('freebsd', '12345')).toBeUndefined();
  });
});
