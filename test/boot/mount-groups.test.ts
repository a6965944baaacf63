import { describe, expect, it } from 'vitest';
import { sameViews } from '../../boot/mount-groups';

describe('sameViews', () => {
  it('joins processes that see the same under the same root, in order', () => {
    const view = (process: string, root: string, mounts: string[]) => ({ process, root, mounts });
    const groups = sameViews([view('init:1', '/sysroot', ['/']), view('httpd:9', '/jail', ['/']), view('sshd:7', '/sysroot', ['/']), view('odd:8', '/sysroot', [])]);
    expect(groups.map(({ processes }) => processes)).toEqual([['init:1', 'sshd:7'], ['httpd:9'], ['odd:8']]);
    expect(groups[0]?.view.root).toBe('/sysroot');
  });
});
