import type { DebugProtocol } from '@vscode/debugprotocol';
import type { BreakpointSpec, LocatedSpec } from '../../program/locations';
import type { DataAccess } from './watch-list';
import type { WatchedPlace } from './watched-value';

/** A watched place, by the name that `dataBreakpointInfo` gave it. */
export interface DataSpec {
  readonly kind: 'data';
  readonly dataId: string;
  readonly place: WatchedPlace;
  readonly access: DataAccess;
}

/** What the editor asks for, one breakpoint. */
export interface Wanted {
  readonly spec: BreakpointSpec | DataSpec;
  /** May end with `in process:P`, as the condition of a filter does. */
  readonly condition?: string | undefined;
  /** The only process in which it stops: a name, a pid, or `name:pid`. Left out: what the condition says. */
  readonly process?: string | undefined;
  readonly hitCondition?: string | undefined;
  readonly logMessage?: string | undefined;
}

/** A breakpoint as the user set it. */
export interface UserBreakpoint {
  readonly id: number;
  readonly group: string;
  readonly wanted: Wanted;
  readonly located: LocatedSpec | undefined;
  /** The only process in which it stops. */
  readonly process: string | undefined;
  /** Hits that counted. */
  hits: number;
  /** Hits of the same address in another address space or process, which went on by themselves. */
  elsewhere: number;
}

/** A breakpoint as DAP answers it. `lineOut` turns a 1-based line into the editor's. */
export const toDapBreakpoint = (breakpoint: UserBreakpoint, lineOut: (line: number) => number): DebugProtocol.Breakpoint => {
  const { located, wanted, id } = breakpoint;
  if (!located) return { id, verified: true };
  const { verified, message, locations } = located.resolution;
  const [first] = locations;
  const line = first?.line ?? (wanted.spec.kind === 'line' ? wanted.spec.line : undefined);
  return {
    id,
    verified,
    ...(message === '' ? {} : { message }),
    ...(line === undefined || wanted.spec.kind === 'address' ? {} : { line: lineOut(line) }),
    ...(first ? { instructionReference: `0x${first.address.toString(16)}` } : {}),
    ...(verified ? {} : { reason: 'pending' as const }),
  };
};
