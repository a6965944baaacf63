import type { DebugProtocol } from '@vscode/debugprotocol';
import type { BoundToProcess } from '../../api';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import { PlacedModule } from '../../program/placed-module';
import { parseAddress } from '../addresses';
import { toDapBreakpoint } from '../breakpoints/user-breakpoint';
import type { UserBreakpoint, Wanted } from '../breakpoints/user-breakpoint';
import type { Core } from '../core';
import type { Handler, RequestGroup } from '../handler';
import type { Target } from '../target';

/** Replaces a group and brings the machine in line; a running machine is interrupted for it, since its stub takes nothing else. */
export const replaceGroup = async (core: Core, target: Target, group: string, wanted: readonly Wanted[]): Promise<{ breakpoints: DebugProtocol.Breakpoint[] }> => {
  const set = target.breakpoints.replace(group, wanted);
  await target.run.whileStopped(() => target.breakpoints.place());
  return { breakpoints: set.map((breakpoint) => present(core, target, breakpoint)) };
};

/** A breakpoint as the editor shows it, with the local path of the source it was placed in. */
export const present = (core: Core, target: Target, breakpoint: UserBreakpoint): DebugProtocol.Breakpoint => {
  const locations = breakpoint.located?.resolution.locations ?? [];
  const foreign = locations.length > 0 && locations.every(({ module }) => module instanceof PlacedModule && module.absent);
  const known = toDapBreakpoint(breakpoint, (line) => core.lineOut(line));
  const message = foreign ? 'other code is at its address now' : inWords(known.message, breakpoint);
  const answer = { ...known, ...(foreign ? { verified: false } : {}), ...(message === undefined ? {} : { message }) };
  const [first] = locations;
  if (breakpoint.wanted.spec.kind === 'line') return { ...answer, source: { path: breakpoint.wanted.spec.file } };
  return first?.file === undefined ? answer : { ...answer, source: target.sourceOf(first.file) };
};

/** What a breakpoint is bound to, and hits that were none: the same address in another process. */
const inWords = (message: string | undefined, { elsewhere, process }: UserBreakpoint): string | undefined => {
  const words = [
    ...(message === undefined ? [] : [message]),
    ...(process === undefined ? [] : [`in process ${process} only`]),
    ...(elsewhere === 0 ? [] : [`${elsewhere} ${elsewhere === 1 ? 'hit' : 'hits'} in other address spaces went on by themselves`]),
  ];
  return words.length === 0 ? undefined : words.join('; ');
};

/** The process that a breakpoint of the request is bound to. */
export const boundTo = (asked: object, request: string): { readonly process?: string } => {
  const { process } = asked as { readonly [name in keyof BoundToProcess]: unknown };
  if (process === undefined) return {};
  if (typeof process === 'string' && process.trim() !== '') return { process };
  throw failure(sessionErrors.badArgument, { name: 'process', request, found: JSON.stringify(process), expected: 'a name, a pid, or name:pid' });
};

const setBreakpoints: Handler<DebugProtocol.SetBreakpointsArguments> = async (core, args) => {
  const target = core.need('setBreakpoints');
  const file = args.source.path ?? args.source.name;
  if (file === undefined) throw failure(sessionErrors.badArgument, { name: 'source', request: 'setBreakpoints', found: 'without a path', expected: 'a path' });
  const asked = args.breakpoints ?? (args.lines ?? []).map((line): DebugProtocol.SourceBreakpoint => ({ line }));
  const wanted = asked.map((one) => {
    const { line, condition, hitCondition, logMessage } = one;
    return { spec: { kind: 'line' as const, file, line: core.lineIn(line) }, condition, hitCondition, logMessage, ...boundTo(one, 'setBreakpoints') };
  });
  return replaceGroup(core, target, `source:${file}`, wanted);
};

const setFunctionBreakpoints: Handler<DebugProtocol.SetFunctionBreakpointsArguments> = async (core, args) =>
  replaceGroup(
    core,
    core.need('setFunctionBreakpoints'),
    'functions',
    args.breakpoints.map((one) => ({ spec: { kind: 'function', name: one.name }, condition: one.condition, hitCondition: one.hitCondition, ...boundTo(one, 'setFunctionBreakpoints') })),
  );

const setInstructionBreakpoints: Handler<DebugProtocol.SetInstructionBreakpointsArguments> = async (core, args) =>
  replaceGroup(
    core,
    core.need('setInstructionBreakpoints'),
    'instructions',
    args.breakpoints.map((one) => ({
      spec: { kind: 'address', address: parseAddress(one.instructionReference, 'setInstructionBreakpoints', 'instructionReference') + BigInt(one.offset ?? 0) },
      condition: one.condition,
      hitCondition: one.hitCondition,
      ...boundTo(one, 'setInstructionBreakpoints'),
    })),
  );

const breakpointLocations: Handler<DebugProtocol.BreakpointLocationsArguments> = async (core, args) => {
  const target = core.need('breakpointLocations');
  const file = args.source.path;
  if (file === undefined) return { breakpoints: [] };
  const first = core.lineIn(args.line);
  const last = args.endLine === undefined ? first : core.lineIn(args.endLine);
  const lines = new Set<number>();
  for (const { image } of target.program.modules) {
    for (const recorded of target.sources.toRecorded(file, image.debugInfo)) {
      for (let line = first; line <= Math.min(last, first + 200); line++) for (const row of image.debugInfo.addressesOfLine(recorded, line)) if (row.line <= last) lines.add(row.line);
    }
  }
  return Promise.resolve({ breakpoints: [...lines].sort((a, b) => a - b).map((line) => ({ line: core.lineOut(line) })) });
};

export const breakpointRequests: RequestGroup = {
  capabilities: {
    supportsConditionalBreakpoints: true,
    supportsHitConditionalBreakpoints: true,
    supportsLogPoints: true,
    supportsFunctionBreakpoints: true,
    supportsInstructionBreakpoints: true,
    supportsBreakpointLocationsRequest: true,
  },
  handlers: { setBreakpoints, setFunctionBreakpoints, setInstructionBreakpoints, breakpointLocations },
};
