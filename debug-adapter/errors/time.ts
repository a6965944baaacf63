import { entries } from './catalogue';

/** 38x: going back in time. */
export const timeErrors = entries({
  noTimeTravel: {
    code: 'BS380',
    what: 'this machine cannot go back in time: {detail}.',
    likely: 'the configuration has no "timeTravel": true, or QEMU cannot save the state of this machine.',
    next: 'launch with "qemu" and "timeTravel": true, under TCG; checkpoints alone need a machine whose drives have snapshots.',
  },
  noCheckpoint: {
    code: 'BS381',
    what: 'there is no checkpoint "{id}".',
    likely: 'it was removed, or belongs to an earlier session.',
    next: 'take one of: {known}.',
  },
  notReproduced: {
    code: 'BS382',
    what: 'running again from the checkpoint "{checkpoint}" did not lead to the same state: {detail}.',
    likely: 'the guest depends on something outside of its instructions: the time of the host, input, the network, random numbers.',
    next: 'the machine stands where it stood before. Take a checkpoint nearer to the place, or restart from one with a breakpoint or a data breakpoint set.',
  },
  barrier: {
    code: 'BS383',
    what: 'going back ends at the checkpoint "{checkpoint}": {detail}.',
    likely: 'a run from an earlier checkpoint would not have that, and would lead elsewhere.',
    next: 'restart from an earlier checkpoint to try it without.',
  },
  nothingBefore: {
    code: 'BS384',
    what: '{what} was not found before this place.',
    likely: 'it lies before the oldest checkpoint that can be gone back to ("{checkpoint}"), or never happened.',
    next: 'restart from a checkpoint further back.',
  },
  cancelled: {
    code: 'BS385',
    what: 'going back was cancelled.',
    likely: 'pause or cancel was pressed.',
    next: 'the machine stands where it stood before.',
  },
  noFrame: {
    code: 'BS386',
    what: '{what} is not possible here: {detail}.',
    likely: 'the place belongs to no function with debug information.',
    next: 'use a checkpoint, or reverse continue to a breakpoint.',
  },
  unsafeGoto: {
    code: 'BS387',
    what: 'execution cannot be set to {target}: {detail}.',
    likely: 'registers and stack would not be what the code there expects.',
    next: 'choose a line of the same function and inlined call whose code leaves the stack as it is here.',
  },
  cannotReturn: {
    code: 'BS388',
    what: '{function} cannot be made to return {value}: {detail}.',
    likely: 'its result or its caller is not known well enough.',
    next: 'step out and change the result where it is used.',
  },
});
