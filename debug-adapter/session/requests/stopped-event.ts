import type { Core } from '../core';
import type { StopReport } from '../run/stop-report';

/** Tells the editor of a stop. */
export const sendStopped = (core: Core, report: StopReport): void => {
  const { reason, stop, description, hitBreakpointIds, said } = report;
  core.send('stopped', {
    reason,
    threadId: stop.vcpu.id,
    allThreadsStopped: true,
    ...(description === undefined ? {} : { description, text: description }),
    ...(hitBreakpointIds === undefined ? {} : { hitBreakpointIds: [...hitBreakpointIds] }),
    ...(said === undefined ? {} : { said }),
  });
};
