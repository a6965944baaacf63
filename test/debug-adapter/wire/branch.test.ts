import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputBranch } from '../../../debug-adapter/wire/serial/branch';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const told = (branch: OutputBranch, text: string): string => Buffer.from(branch.take(bytes(text)).fresh).toString('latin1');

describe('what a guest has said on its way', () => {
  it('is new the first time, and not when it is said again', () => {
    const branch = new OutputBranch();
    expect(told(branch, 'one ')).toBe('one ');
    const after = branch.said();
    expect(told(branch, 'two three')).toBe('two three');
    branch.rewind(after, 'repeated');
    expect(told(branch, 'two ')).toBe('');
    expect(told(branch, 'three')).toBe('');
    expect(told(branch, ' four')).toBe(' four');
  });

  it('is new from where it differs', () => {
    const branch = new OutputBranch();
    const start = branch.said();
    told(branch, 'mounted root');
    branch.rewind(start, 'repeated');
    expect(told(branch, 'mounted nothing at all')).toBe('nothing at all');
    const after = branch.said();
    expect(after.bytes.toString()).toBe('mounted nothing at all');
  });

  it('is all new when it was asked for again', () => {
    const branch = new OutputBranch();
    const start = branch.said();
    told(branch, 'hello');
    branch.rewind(start, 'again');
    expect(told(branch, 'hello')).toBe('hello');
  });

  it('is held back on the way to a place, and remembers that it differed', () => {
    const branch = new OutputBranch();
    const start = branch.said();
    told(branch, 'abc');
    branch.rewind(start, 'held');
    expect(told(branch, 'ab')).toBe('');
    expect(branch.differs).toBe(false);
    expect(told(branch, 'x')).toBe('');
    expect(branch.differs).toBe(true);
    branch.rewind(start, 'held');
    expect(branch.differs).toBe(false);
    told(branch, 'ab');
    branch.release();
    expect(told(branch, 'c')).toBe('');
    expect(told(branch, 'd')).toBe('d');
  });

  it('goes back to a way that was left', () => {
    const branch = new OutputBranch();
    const start = branch.said();
    told(branch, 'old way');
    const old = branch.said();
    branch.rewind(start, 'again');
    told(branch, 'new');
    branch.rewind(old, 'repeated');
    expect(branch.said().bytes.toString()).toBe('old way');
    expect(told(branch, '!')).toBe('!');
  });

  it('loses and doubles no byte, however it is cut and wherever the guest goes back to', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 60 }), fc.nat(60), fc.nat(60), fc.string({ maxLength: 30 }), (text, back, from, other) => {
        const branch = new OutputBranch();
        const whole = bytes(text);
        const at = back % (whole.length + 1);
        let heard = told(branch, whole.toString('latin1', 0, at));
        const mark = branch.said();
        heard += told(branch, whole.toString('latin1', at));
        expect(heard).toBe(whole.toString('latin1'));
        branch.rewind(mark, 'repeated');
        const turn = at + (from % (whole.length - at + 1));
        expect(told(branch, whole.toString('latin1', at, turn))).toBe('');
        const rest = bytes(other);
        let same = 0;
        while (same < rest.length && turn + same < whole.length && rest[same] === whole[turn + same]) same++;
        expect(told(branch, rest.toString('latin1'))).toBe(rest.toString('latin1', same));
      }),
    );
  });
});
