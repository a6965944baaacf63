import { entries } from './catalogue';

/** 9xx: faults of Bootscope itself. */
export const internalErrors = entries({
  unexpected: {
    code: 'BS900',
    what: 'Bootscope met a fault of its own: {detail}.',
    likely: 'a defect in Bootscope, not in your system.',
    next: 'run "Bootscope: Copy Diagnostics" and report it; the session can be restarted.',
  },
});
