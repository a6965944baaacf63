import { describe, expect, it } from 'vitest';
import { cutByReader, lostOnTheWay, setAfterReader, type VariableChange } from '../../../boot/environment/history';
import type { VariableReader } from '../../../boot/environment/knowledge';

const init: VariableReader = { name: 'init', path: 'sbin/init/init.c', lastStage: 'init', when: 'after the script', limit: 128 };
const mountroot: VariableReader = { name: 'vfs_mountroot', path: 'x.c', lastStage: 'reroot', when: 'when it mounts', again: 'a reroot' };
const set = (more: Partial<VariableChange> & Pick<VariableChange, 'stage'>): VariableChange => ({ kind: 'set', value: '/sysroot', ...more });

describe('a variable set after its reader has run', () => {
  it('is told by the stage in which it was seen to be set', () => {
    expect(setAfterReader([init], [set({ stage: 'init' })])).toEqual([]);
    expect(setAfterReader([init], [set({ stage: 'userland', by: 'kenv:9' })])).toMatchObject([{ code: 'set-after-reader', message: expect.stringMatching(/^set by kenv:9 when rc was running already: init reads it after the script, .* no effect/) as string }]);
  });
  it('is not told where it may have been set in time', () => {
    expect(setAfterReader([init], [set({ stage: 'login', since: 'kernel' })])).toEqual([]);
    expect(setAfterReader([init], [set({ stage: 'login', since: 'userland' })])).toHaveLength(1);
  });
  it('is not told of a reader whose time is not known, of a removal, or of the same value', () => {
    expect(setAfterReader([{ name: 'x', path: 'x.c' }], [set({ stage: 'login' })])).toEqual([]);
    expect(setAfterReader([init], [set({ stage: 'login' }), { kind: 'removed', stage: 'login' }])).toEqual([]);
    expect(setAfterReader([init], [set({ kind: 'changed', before: '/sysroot', stage: 'login' })])).toEqual([]);
  });
  it('names what reads it again', () => {
    expect(setAfterReader([mountroot], [set({ stage: 'login' })])[0]?.message).toContain('only a reroot reads it again');
    expect(setAfterReader([mountroot], [set({ stage: 'init' })])).toEqual([]);
  });
});

describe('from the loader to the kernel', () => {
  const held = (loader: string, kernel: string | undefined, notHanded = false) => [{ stage: 'loader' as const, value: loader, notHanded }, { stage: 'kernel' as const, value: kernel }];
  it('a variable may be dropped', () => {
    expect(lostOnTheWay(held('x', undefined), [], 128).map(({ code }) => code)).toEqual(['dropped']);
    expect(lostOnTheWay(held('x', undefined, true), [], 128)).toEqual([]);
    expect(lostOnTheWay(held('x', undefined), [{ kind: 'removed', stage: 'kernel' }], 128)).toEqual([]);
    expect(lostOnTheWay([{ stage: 'loader', value: 'x' }], [], 128)).toEqual([]);
  });
  it('or lose its end', () => {
    expect(lostOnTheWay(held('y'.repeat(140), 'y'.repeat(128)), [], 128).map(({ code }) => code)).toEqual(['truncated']);
    expect(lostOnTheWay(held('yes', 'y'), [], 128)).toEqual([]);
  });
  it('and a reader takes so many characters only', () => {
    expect(cutByReader([init], 'z'.repeat(128))).toEqual([]);
    expect(cutByReader([init, mountroot], 'z'.repeat(129)).map(({ code }) => code)).toEqual(['truncated']);
  });
});
