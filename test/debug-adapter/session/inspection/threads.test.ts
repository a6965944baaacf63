import { describe, expect, it } from 'vitest';
import { shortState } from '../../../../debug-adapter/session/inspection/threads';

describe('a state beside the name of a thread', () => {
  it.each([
    ['sleeping', 'sleeping'],
    ['Blocked: UserInner::read (v2)', 'UserInner::read'],
    ['Blocked: UserInner::call', 'UserInner::call'],
    ['Blocked: kernel::scheme::pipe::read_blocking', '…pipe::read_blocking'],
    ['Blocked: WaitQueue::receive_into_user_with_timeout', 'WaitQueue::receive_into…'],
    ['Blocked: a condition that no kernel has a short name for', 'a condition that no ker…'],
    ['Blocked: ', 'Blocked: '],
    ['(null)', '(null)'],
    ['', ''],
  ])('%j is shown as %j', (state, shown) => {
    expect(shortState(state)).toBe(shown);
  });
});
