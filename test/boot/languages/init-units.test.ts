import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closureOf, cyclesOf, startOrder, templateOf, type UnitNode } from '../../../boot/languages/init-units/graph';

const graph = (all: Record<string, string[]>, without: string[] = []): Map<string, UnitNode> =>
  new Map(Object.entries(all).map(([id, requires]) => [id, { id, requires, defaultDependencies: !without.includes(id) }]));

describe('the order of init units', () => {
  it('follows requirements in the initfs, not numbers', () => {
    const units = graph(
      {
        '00_logd.service': [],
        '00_runtime.target': ['00_logd.service', '00_randd.service', 'ramfs@shm.service'],
        '00_randd.service': [],
        'ramfs@.service': [],
        '10_lived.service': [],
        '40_drivers.target': ['45_pcid.service', '10_lived.service'],
        '45_pcid.service': [],
        '50_rootfs.service': ['40_drivers.target'],
        '90_initfs.target': ['50_rootfs.service'],
        '20_forgotten.service': [],
      },
      ['00_logd.service', '00_runtime.target', '00_randd.service', 'ramfs@.service'],
    );
    const { started, missing, stuck } = startOrder(units, 1);
    expect(started).toEqual(['00_logd.service', 'ramfs@shm.service', '00_randd.service', '00_runtime.target', '10_lived.service', '45_pcid.service', '40_drivers.target', '50_rootfs.service', '90_initfs.target']);
    expect([missing, stuck]).toEqual([[], []]);
    expect(closureOf(units, '50_rootfs.service')).toEqual(new Set(['40_drivers.target', '45_pcid.service', '10_lived.service']));
  });

  it('follows names in the root filesystem; one that waits goes to the end of the queue', () => {
    expect(startOrder(graph({ '10_b': [], '00_a': ['20_c'], '20_c': [] }), 2).started).toEqual(['20_c', '10_b', '00_a']);
    expect(startOrder(graph({ '10_b': ['99_none'], '00_a': [] }), 2).missing).toEqual([{ unit: '99_none', by: '10_b' }]);
  });

  it('tells who waits for whom for ever', () => {
    const units = graph({ '10_a': ['10_b'], '10_b': ['10_c'], '10_c': ['10_a'], '20_d': ['10_a'] });
    expect(cyclesOf(units)).toEqual([['10_a', '10_b', '10_c']]);
    expect([...startOrder(units, 2).stuck].sort()).toEqual(['10_a', '10_b', '10_c', '20_d']);
    expect(templateOf('ramfs@logging.service')).toBe('ramfs@.service');
  });

  it('starts every unit at most once, and a unit after what it requires unless they are stuck', () => {
    const id = fc.constantFrom('00_a', '01_b', '02_c', '03_d', '04_e');
    fc.assert(
      fc.property(fc.dictionary(id, fc.array(id, { maxLength: 3 })), (all) => {
        const units = graph(all);
        const { started, stuck } = startOrder(units, 2);
        expect(new Set([...started, ...stuck]).size).toBe(units.size);
        for (const [at, one] of started.entries()) for (const other of units.get(one)!.requires) if (units.has(other) && other !== one) expect(started.indexOf(other)).toBeLessThan(at);
      }),
    );
  });
});
