import type { DebugProtocol } from '@vscode/debugprotocol';
import type { StopWhenAnswer, StopWhenArguments, StopWish } from '../../api';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
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

/** A wish as a request gives it. Throws BS334. */
const wish = (name: string, value: unknown): StopWish | undefined => {
  if (value === undefined) return undefined;
  const { filter, condition } = (value ?? {}) as Partial<StopWish>;
  if (typeof filter === 'string' && typeof condition === 'string') return { filter, condition };
  throw failure(sessionErrors.badArgument, { name, request: 'bootscope/stopWhen', found: JSON.stringify(value), expected: '{ "filter": …, "condition": … }' });
};

const stopWhen: Handler<StopWhenArguments> = async (core, args): Promise<StopWhenAnswer> => {
  const target = core.need('bootscope/stopWhen');
  const add = wish('add', args.add);
  const remove = wish('remove', args.remove);
  const kept = target.filters.beside.filter((one) => ![add, remove].some((other) => other?.filter === one.filterId && other.condition === (one.condition ?? '')));
  const wanted = [...kept, ...(add ? [{ filterId: add.filter, condition: add.condition }] : [])];
  const set = await target.run.whileStopped(() => target.filters.replaceBeside(wanted));
  return {
    active: wanted.map(({ filterId, condition = '' }, index) => {
      const { verified = false, message } = set[index] ?? {};
      return { filter: filterId, condition, verified, ...(message === undefined ? {} : { message }) };
    }),
  };
};

export const exceptionRequests: RequestGroup = {
  capabilities: { supportsExceptionFilterOptions: true, supportsExceptionInfoRequest: true, exceptionBreakpointFilters: [...offeredFilters] },
  handlers: { setExceptionBreakpoints, exceptionInfo, 'bootscope/stopWhen': stopWhen },
};
