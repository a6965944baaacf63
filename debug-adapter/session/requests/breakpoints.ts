import type { DebugProtocol } from '@vscode/debugprotocol';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import { PlacedModule } from '../../program/placed-module';
import { parseAddress } from '../addresses';
import { toDapBreakpoint } from '../breakpoints/user-breakpoints';
import type { UserBreakpoint, Wanted } from '../breakpoints/user-breakpoints';
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

/** Hits that were none: the same address in another process. */
const inWords = (message: string | undefined, { elsewhere }: UserBreakpoint): string | undefined => {
  if (elsewhere === 0) return message;
  const counted = `${elsewhere} ${elsewhere === 1 ? 'hit' : 'hits'} in other address spaces went on by themselves`;
  return message === undefined ? counted : `${message}; ${counted}`;
};

const setBreakpoints: Handler<DebugProtocol.SetBreakpointsArguments> = async (core, args) => {
  const target = core.need('setBreakpoints');
  const file = args.source.path ?? args.source.name;
  if (file === undefined) throw failure(sessionErrors.badArgument, { name: 'source', request: 'setBreakpoints', found: 'without a path', expected: 'a path' });
  const asked = args.breakpoints ?? (args.lines ?? []).map((line): DebugProtocol.SourceBreakpoint => ({ line }));
  const wanted = asked.map(({ line, condition, hitCondition, logMessage }) => ({ spec: { kind: 'line' as const, file, line: core.lineIn(line) }, condition, hitCondition, logMessage }));
  return replaceGroup(core, target, `source:${file}`, wanted);
};

const setFunctionBreakpoints: Handler<DebugProtocol.SetFunctionBreakpointsArguments> = async (core, args) =>
  replaceGroup(
    core,
    core.need('setFunctionBreakpoints'),
    'functions',
    args.breakpoints.map(({ name, condition, hitCondition }) => ({ spec: { kind: 'function', name }, condition, hitCondition })),
  );

const setInstructionBreakpoints: Handler<DebugProtocol.SetInstructionBreakpointsArguments> = async (core, args) =>
  replaceGroup(
    core,
    core.need('setInstructionBreakpoints'),
    'instructions',
    args.breakpoints.map(({ instructionReference, offset, condition, hitCondition }) => ({
      spec: { kind: 'address', address: parseAddress(instructionReference, 'setInstructionBreakpoints', 'instructionReference') + BigInt(offset ?? 0) },
      condition,
      hitCondition,
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
