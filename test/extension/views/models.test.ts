import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EnvironmentVariable, Mount, MountsAnswer, ReadsAnswer, StagesAnswer } from '../../../debug-adapter/api';
import { stagesOf, variableRows } from '../../../extension/views/boot-chain/environment-table';
import { mountGroups, mountRows, mountTree, type MountNode } from '../../../extension/views/boot-chain/mount-model';
import { readsModel, readsPage, readsPicture, readWords } from '../../../extension/views/boot-chain/reads-page';
import { firstLook } from '../../../extension/views/boot-chain/state';
import { markLanes, stageBars, timelinePicture } from '../../../extension/views/boot-chain/timeline';
import { placeUnits, ranUnits, writtenUnits, type UnitBox } from '../../../extension/views/boot-chain/unit-model';
import { elements, textOf } from '../../../extension/views/drawing/drawn';
import { bytes, duration, gridLines } from '../../../extension/views/drawing/figures';
import { say } from './samples';

describe('figures', () => {
  it.each([
    [0, '0 ms'],
    [842.4, '842 ms'],
    [3710, '3.71 s'],
    [59_999, '1 min 00 s'],
    [125_000, '2 min 05 s'],
  ])('writes %d ms as %s', (ms, text) => expect(duration(ms)).toBe(text));

  it.each([
    [100, '100 bytes'],
    [1536, '1.5 KiB'],
    [4194304, '4 MiB'],
    [2 ** 50, '1024 TiB'],
  ])('writes %d bytes as %s', (count, text) => expect(bytes(count)).toBe(text));

  it('places grid lines inside the span, not too many of them', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e15, noNaN: true }), fc.integer({ min: 1, max: 40 }), fc.constantFrom(2 as const, 10 as const), (span, most, base) => {
        const lines = gridLines(span, most, base);
        expect(lines[0]).toBe(0);
        expect(lines.length).toBeLessThanOrEqual(most + 2);
        expect(lines.at(-1)).toBeLessThanOrEqual(span * 1.000001);
      }),
    );
  });
});

describe('the timeline', () => {
  const answer: StagesAnswer = {
    current: 'kernel',
    stages: [
      { id: 'firmware', name: 'Firmware', enteredMs: 50, leftMs: 1300, evidence: [] },
      { id: 'loader', name: 'Loader', evidence: [] },
      { id: 'kernel', name: 'Kernel', enteredMs: 1300, evidence: [{ kind: 'serial', text: '---<<BOOT>>---' }] },
    ],
  };

  it('lets the current stage last until now, and leaves out what was not seen', () => {
    expect(stageBars(answer, 5000).map(({ startMs, endMs, open }) => [startMs, endMs, open])).toEqual([
      [50, 1300, false],
      [undefined, undefined, false],
      [1300, 5000, true],
    ]);
  });

  it('draws bars as long as their stages, at any zoom', () => {
    for (const zoom of [1, 4]) {
      const picture = timelinePicture(stageBars(answer, 5000), [], { zoom, width: 1000 }, say);
      const bars = [...elements(picture)].filter(({ attributes }) => /^bar/.test(String(attributes.class)));
      const widths = bars.map(({ attributes }) => Number(attributes.width));
      expect((widths[1] ?? 0) / (widths[0] ?? 1)).toBeCloseTo(3700 / 1250, 1);
      expect(Number(bars[1]?.attributes.x) + (widths[1] ?? 0)).toBeLessThanOrEqual(1000 * zoom);
    }
    expect(textOf(timelinePicture(stageBars(answer, 5000), [], firstLook, say))).toContain('Kernel: 3.70 s so far');
  });

  it('never lays one label of a checkpoint over another', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ from: fc.nat(1000), width: fc.integer({ min: 1, max: 300 }) }), { maxLength: 12 }), (marks) => {
        const lanes = markLanes(marks, 1000);
        const spans = lanes.map(({ lane, before }, index) => {
          const { from = 0, width = 0 } = marks[index] ?? {};
          return { lane, start: before ? from - width : from, end: before ? from : from + width };
        });
        for (const [index, one] of spans.entries()) for (const other of spans.slice(index + 1)) if (one.lane === other.lane) expect(one.start < other.end && other.start < one.end).toBe(false);
      }),
    );
  });
});

const variable = (name: string, values: [string, string | undefined][]): EnvironmentVariable => ({ name, values: values.map(([stage, value]) => ({ stage: stage as 'kernel', value: value ?? { unknown: 'because it was wiped' } })), readers: [], editable: true, faults: [] });

describe('the environment by stage', () => {
  const variables = [variable('same', [['loader', '1'], ['kernel', '1']]), variable('changed', [['loader', '1'], ['kernel', '2']]), variable('set', [['kernel', 'x']]), variable('gone', [['loader', 'x']]), variable('hidden', [['loader', '1'], ['kernel', undefined]])];

  it('marks what changed, was set and was removed between two stages', () => {
    const stages = stagesOf(variables);
    expect(stages).toEqual(['loader', 'kernel']);
    expect(Object.fromEntries(variableRows(variables, stages).map(({ variable: { name }, cells }) => [name, cells.map(({ change }) => change)]))).toEqual({
      same: ['first', 'same'],
      changed: ['first', 'changed'],
      set: ['none', 'set'],
      gone: ['first', 'removed'],
      // What cannot be read has not changed as far as we know.
      hidden: ['first', 'same'],
    });
  });

  it('lets nothing be edited that is gone in the last stage', () => {
    expect(variableRows(variables, ['loader', 'kernel']).find(({ variable: { name } }) => name === 'gone')?.editable).toBe(false);
  });

  it('keeps the order of stages when variables name only some of them', () => {
    expect(stagesOf([variable('a', [['kernel', '']]), variable('b', [['loader', ''], ['kernel', ''], ['userland', '']]), variable('c', [['userland', '']])])).toEqual(['loader', 'kernel', 'userland']);
  });
});

const mount = (id: string, on: string, covers?: string): Mount => ({ id, on, fstype: 'tmpfs', from: 'tmpfs', flags: ['LOCAL'], ...(covers === undefined ? {} : { covers }) });

describe('the mount tables', () => {
  const kernel = [mount('1', '/'), mount('2', '/sysroot', '1'), mount('3', '/sysroot/dev', '2')];
  const answer: MountsAnswer = {
    kernel,
    views: ['getty:37', 'sshd:34'].map((process) => ({ process, root: '/sysroot', mounts: kernel.map((one) => ({ ...one, ...(one.id === '3' ? { visiblePath: '/dev', differs: { code: 'prefix-stripped', message: 'reached at /dev' } } : {}) })) })),
  };

  it('groups processes that see the same, and puts their rows beside the kernel’s', () => {
    const [group, ...others] = mountGroups(answer);
    expect(others).toEqual([]);
    expect(group).toMatchObject({ processes: ['getty:37', 'sshd:34'], differing: 1 });
    expect(mountRows(kernel, group, undefined).map(({ mount: { on }, seen, since }) => [on, seen?.visiblePath, since])).toEqual([
      ['/', undefined, 'same'],
      ['/sysroot', undefined, 'same'],
      ['/sysroot/dev', '/dev', 'same'],
    ]);
  });

  it('says what an earlier stop had otherwise', () => {
    const earlier = [mount('1', '/'), { ...mount('2', '/sysroot', '1'), flags: ['RDONLY'] }, mount('9', '/old')];
    expect(mountRows(kernel, undefined, earlier).map(({ mount: { id }, since }) => [id, since])).toEqual([['1', 'same'], ['2', 'changed'], ['3', 'added'], ['9', 'removed']]);
  });

  it('holds every row once in the tree, whatever the guest says covers what', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    fc.assert(
      fc.property(fc.array(fc.option(fc.constantFrom(...ids), { nil: undefined }), { minLength: 5, maxLength: 5 }), (covers) => {
        const rows = mountRows(ids.map((id, index) => mount(id, `/${id}`, covers[index])), undefined, undefined);
        const seen: string[] = [];
        const walk = ({ row, children }: MountNode): void => {
          seen.push(row.mount.id);
          children.forEach(walk);
        };
        mountTree(rows).forEach(walk);
        expect(seen.sort()).toEqual(ids);
      }),
    );
  });
});

describe('the reads', () => {
  const answer: ReadsAnswer = {
    preload: { address: '0xde88000', size: 4 << 20 },
    filesystemSize: 16 << 20,
    blockSize: 4096,
    reads: [
      { n: 1, block: 0, offset: 0, length: 4096, result: 'ok', by: 'redoxfs:5' },
      { n: 2, block: 2048, offset: 8 << 20, length: 4096, result: 'EINVAL', by: 'redoxfs:5', source: { path: 'lived/src/main.rs', line: 62 } },
    ],
  };

  it('tells which reads end in the preload and which fail', () => {
    const model = readsModel(answer);
    expect(model.reads.map(({ failed, inPreload }) => [failed, inPreload])).toEqual([[false, true], [true, false]]);
    expect(model.span).toBe(16 << 20);
    expect(readsModel({ ...answer, preload: { unknown: 'because' } }).reads[0]?.inPreload).toBeUndefined();
  });

  it('lets the failing read stand out: in its place, in words, and as a way to its code', () => {
    const all = [...elements(readsPicture(readsModel(answer), { zoom: 1, width: 1000 }, say))];
    const failed = all.find(({ action }) => action?.do === 'open');
    expect(failed?.action).toEqual({ do: 'open', path: 'lived/src/main.rs', line: 62 });
    expect(String(failed?.attributes['aria-label'])).toContain('ends past the preload');
    const rect = all.find(({ tag, attributes }) => tag === 'rect' && attributes.class === 'read failed');
    expect(Number(rect?.attributes.x)).toBeCloseTo(500, -1);
    expect(textOf(failed ?? '')).toContain('EINVAL: block 2048 at 8 MiB');
  });

  it('says which calls led to a read, from the program\'s own code outwards', () => {
    const [first, second] = answer.reads;
    const stacks = [[{ function: 'std::fs::File::read' }, { function: '<redoxfs::DiskFile as redoxfs::Disk>::read_at', source: { path: 'src/disk.rs', line: 7 } }, { function: 'redoxfs::FileSystem<Box<dyn Disk>>::open<Box<dyn Disk>>', source: { path: 'src/filesystem.rs', line: 28 } }]];
    const traced: ReadsAnswer = { ...answer, stacks, reads: [first, second].flatMap((read) => (read ? [{ ...read, stack: 0, source: { path: 'src/disk.rs', line: 7 } }] : [])) };
    const [page] = readsModel(traced).reads.map((one) => readWords(one, say));
    expect(page).toContain('redoxfs::FileSystem::open  filesystem.rs:28');
    const text = readsPage({ reads: traced }, firstLook, true, say).map(textOf).join(' ');
    expect(text).toContain('read_at < open');
    expect(readsModel(answer).reads[0]?.calls).toEqual([]);
  });
});

const unit = (key: string, requires: string[], order?: number): UnitBox => ({ key, id: key, state: 'done', requires, waitsFor: [], facts: [], ...(order === undefined ? {} : { order }) });

describe('the unit order', () => {
  it('stands each unit right of all it requires', () => {
    const placed = placeUnits([unit('c', ['b', 'a'], 3), unit('b', ['a'], 2), unit('a', [], 1), unit('lone', ['missing'])]);
    expect(Object.fromEntries(placed.map(({ unit: { id }, column }) => [id, column]))).toEqual({ a: 0, b: 1, c: 2, lone: 0 });
  });

  it('places every unit once and none over another, cycles and all', () => {
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    fc.assert(
      fc.property(fc.array(fc.subarray(keys), { minLength: 6, maxLength: 6 }), (requires) => {
        const placed = placeUnits(keys.map((key, index) => unit(key, requires[index] ?? [])));
        expect(new Set(placed.map(({ column, row }) => `${column} ${row}`)).size).toBe(keys.length);
        expect(Math.min(...placed.map(({ column }) => column))).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('takes units that ran, and units as they are written', () => {
    expect(ranUnits({ units: [{ id: '10_lived.service', kind: 'service', requires: [], state: { unknown: 'because' }, evidence: [] }] })[0]).toMatchObject({ state: 'unknown', facts: ['because'] });
    const written = writtenUnits({
      init: 'redox',
      stages: [{ stage: 1, name: 'From the initfs' }],
      nodes: [
        { id: '00_base', kind: 'target', stage: 1, order: 1, conditions: [], provides: [], replaces: [] },
        { id: '10_lived.service', kind: 'service', stage: 1, order: 2, conditions: [], provides: ['disk.live'], replaces: [] },
      ],
      edges: [{ from: '10_lived.service', to: '00_base', kind: 'requires', stage: 1 }],
      problems: [],
    });
    expect(written[1]).toMatchObject({ requires: ['1 00_base'], order: 2, facts: ['From the initfs', 'scheme disk.live'] });
  });
});
