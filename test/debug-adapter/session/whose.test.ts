import { describe, expect, it } from 'vitest';
import { isMeant, splitProcess } from '../../../debug-adapter/session/whose';

describe('a condition bound to a process', () => {
  it.each([
    [undefined, {}],
    ['', {}],
    ['  ', {}],
    ['x > 3', { condition: 'x > 3' }],
    ['in process:sh', { process: 'sh' }],
    [' in process: sh:12 ', { process: 'sh:12' }],
    ['x > 3 in process:12', { condition: 'x > 3', process: '12' }],
    ['x > 3\nin  process:tmux: server', { condition: 'x > 3', process: 'tmux: server' }],
    ['in process:/scheme/initfs/bin/lived', { process: '/scheme/initfs/bin/lived' }],
    // Neither a path in Rust nor a name that ends alike is one.
    ['begin process:sh', { condition: 'begin process:sh' }],
    ['x in process::ALL', { condition: 'x in process::ALL' }],
    ['x in process:', { condition: 'x in process:' }],
  ])('%j', (text, wanted) => {
    expect(splitProcess(text)).toEqual(wanted);
  });

  it('is met by the process and by its threads, whatever they are called', () => {
    const thread = { name: 'worker', pid: 14, root: 0n, leader: { name: 'sh', pid: 12 } };
    for (const wanted of ['sh', '12', 'sh:12', 'worker', '14']) expect(isMeant(wanted, thread)).toBe(true);
    for (const wanted of ['sh:14', '13', 'init']) expect(isMeant(wanted, thread)).toBe(false);
  });
});
