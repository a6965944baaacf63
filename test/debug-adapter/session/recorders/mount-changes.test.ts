import { describe, expect, it } from 'vitest';
import type { Mount } from '../../../../debug-adapter/api';
import { changesBetween } from '../../../../debug-adapter/session/recorders/mount-changes';

const mount = (id: string, on: string, more: Partial<Mount> = {}): Mount => ({ id, on, fstype: 'tmpfs', from: 'tmpfs', flags: [], ...more });

describe('changes of a mount table', () => {
  it('are none between equal tables, in whatever order', () => {
    expect(changesBetween([mount('1', '/'), mount('2', '/dev')], [mount('2', '/dev'), mount('1', '/')])).toEqual([]);
  });

  it('tell rows apart by id: a second mount on a path is added, not changed', () => {
    expect(changesBetween([mount('1', '/')], [mount('1', '/'), mount('2', '/')])).toMatchObject([{ kind: 'added', mount: mount('2', '/') }]);
  });

  it('are removed rows, moved rows and other flags', () => {
    const before = [mount('1', '/'), mount('2', '/dev'), mount('3', '/tmp')];
    const now = [mount('1', '/', { flags: ['RDONLY'] }), mount('2', '/old/dev')];
    expect(changesBetween(before, now)).toMatchObject([
      { kind: 'changed', mount: now[0], before: before[0] },
      { kind: 'changed', mount: now[1], before: before[1] },
      { kind: 'removed', mount: before[2] },
    ]);
  });
});
