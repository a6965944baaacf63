import type { DebugProtocol } from '@vscode/debugprotocol';
import { offeredFilters } from '../filters/filters';
import type { Handler, RequestGroup } from '../handler';

const setExceptionBreakpoints: Handler<DebugProtocol.SetExceptionBreakpointsArguments> = async (core, args) => {
  const target = core.need('setExceptionBreakpoints');
  const wanted = [...args.filters.map((filterId) => ({ filterId })), ...(args.filterOptions ?? [])];
  return { breakpoints: await target.run.whileStopped(() => target.filters.replace(wanted)) };
};

const exceptionInfo: Handler<DebugProtocol.ExceptionInfoArguments> = async (core) => {
  const report = core.needStopped('exceptionInfo').run.last;
  const exceptionId = report?.exception?.filter ?? 'none';
  const details = report?.exception?.details;
  return Promise.resolve({
    exceptionId,
    description: report?.description ?? 'The machine did not stop for an exception filter.',
    breakMode: 'always' as const,
    ...(details === undefined ? {} : { details: { message: details } }),
  });
};

export const exceptionRequests: RequestGroup = {
  capabilities: { supportsExceptionFilterOptions: true, supportsExceptionInfoRequest: true, exceptionBreakpointFilters: [...offeredFilters] },
  handlers: { setExceptionBreakpoints, exceptionInfo },
};
