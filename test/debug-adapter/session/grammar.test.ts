import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import { grammars, isFilterId, parseCondition } from '../../../debug-adapter/session/filters/grammar';
import type { FilterId } from '../../../debug-adapter/session/filters/grammar';

const wrong = (filter: FilterId, text: string): string => {
  try {
    parseCondition(filter, text);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`accepted ${text}`);
};

describe('the condition of a filter', () => {
  it.each([
    ['errno', 'EINVAL', { form: 'errno', errnos: ['EINVAL'] }],
    ['errno', 'EINVAL, 5 in process:lived', { errnos: ['EINVAL', 5], in: { kind: 'process', name: 'lived' } }],
    ['errno', 'EIO in function:LiveDisk::read', { in: { kind: 'function', name: 'LiveDisk::read' } }],
    ['errno', 'EIO in lived', { in: { kind: 'either', name: 'lived' } }],
    ['errno', 'EIO in process::start', { in: { kind: 'either', name: 'process::start' } }],
    ['errno', 'LiveDisk::read returns EINVAL', { form: 'returns', function: 'LiveDisk::read', returns: { kind: 'errnos', errnos: ['EINVAL'] } }],
    ['errno', '<LiveDisk as Disk>::read returns error', { function: '<LiveDisk as Disk>::read', returns: { kind: 'error' } }],
    ['errno', 'kernel_mount returns 19', { returns: { kind: 'expression', text: '19' } }],
    ['errno', 'f returns errno_base + 2', { returns: { kind: 'expression', text: 'errno_base + 2' } }],
    ['stage', 'kernel, init', { stages: ['kernel', 'init'] }],
    ['mountroot-failed', '', { errnos: [] }],
    ['mountroot-failed', 'ENOENT,19', { errnos: ['ENOENT', 19] }],
    ['environment', 'vfs.root.* changed', { glob: 'vfs.root.*', what: 'changed' }],
    ['environment', 'init_path = "/sbin/\\"x\\""', { glob: 'init_path', value: '/sbin/"x"' }],
    ['environment', 'removed', { what: 'removed' }],
    ['mount', 'added on /sysroot* fstype unionfs', { what: 'added', on: '/sysroot*', fstype: 'unionfs' }],
    ['cpu-reset', '', {}],
    ['panic', '', {}],
  ] as const)('%s: %s', (filter, text, expected) => {
    expect(parseCondition(filter, text)).toMatchObject({ filter, ...expected });
  });

  it('matches patterns in linear time, also those that stop other engines', () => {
    const condition = parseCondition('serial', '/(a+)+$|(.*)*z/');
    // A backtracking engine would not come back from this one.
    expect('pattern' in condition && condition.pattern?.test(`${'a'.repeat(20_000)}b`)).toBe(false);
  });

  it('reads patterns with slashes in classes and escapes', () => {
    const condition = parseCondition('serial', '/mount\\/[a/]+ FAILED/i');
    expect(condition).toMatchObject({ filter: 'serial' });
    expect('pattern' in condition && condition.pattern?.test('MOUNT/a/a failed')).toBe(true);
  });

  it.each([
    ['errno', '', 1],
    ['errno', 'EINVAL of x', 8],
    ['errno', 'einval', 1],
    ['errno', 'EINVAL in process:', 19],
    ['errno', 'EINVAL,', 8],
    ['errno', 'f returns', 10],
    ['serial', 'abc', 1],
    ['serial', '/abc', 5],
    ['serial', '/abc/g', 6],
    ['serial', '/(/', 2],
    ['serial', '/ab(?=c)/', 4],
    ['panic', '/a\\1/', 3],
    ['serial', '/x[b-a]/', 4],
    ['stage', 'kernel,nowhere', 8],
    ['cpu-reset', 'x', 1],
    ['mount', 'added over', 7],
  ] as const)('%s: "%s" is wrong at column %i', (filter, text, column) => {
    expect(wrong(filter, text)).toMatch(new RegExp(`^BS336: .*at column ${column}:`));
  });

  it('never fails otherwise than with a code', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(grammars).filter(isFilterId)), fc.oneof(fc.string(), fc.stringMatching(/^[A-Z/, a-z:="0-9]*$/)), (filter, text) => {
        try {
          expect(parseCondition(filter, text).filter).toBe(filter);
        } catch (error) {
          expect(error).toBeInstanceOf(BootscopeError);
        }
      }),
    );
  });
});
