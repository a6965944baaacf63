import type { LineRow } from '../../images/debug-info';
import type { CodePlace, Module, SymbolicProgram } from '../../program/program';

/** Where a pc is, as far as stepping by lines needs it. */
export interface LinePlace {
  readonly module: Module;
  /** Linked pc. */
  readonly linked: bigint;
  /** Entry of the concrete function, linked. */
  readonly functionEntry: bigint;
  /** Names of the inlined scopes at the pc, outermost first, each told apart by its entry. */
  readonly inlined: readonly string[];
  readonly row: LineRow | undefined;
}

export const linePlaceOf = (program: SymbolicProgram, place: CodePlace): LinePlace | undefined => {
  const concrete = place.scopes.at(-1);
  if (!place.module || !concrete) return undefined;
  return {
    module: place.module,
    linked: program.toLinked(place.module, place.address),
    functionEntry: concrete.function.entry ?? concrete.entry,
    inlined: place.scopes
      .filter((scope) => scope.inlined)
      .map((scope) => `${scope.function.qualifiedName}@${scope.entry}`)
      .reverse(),
    row: place.line,
  };
};

/** True when the scopes of `inner` are those of `outer` and perhaps more. */
export const isWithin = (inner: readonly string[], outer: readonly string[]): boolean => outer.every((scope, index) => inner[index] === scope);

export const sameFunction = (a: LinePlace, b: LinePlace): boolean => a.module === b.module && a.functionEntry === b.functionEntry;

/** True at the first instruction of a statement that has a source line. */
export const startsStatement = (place: LinePlace): boolean =>
  place.row !== undefined && place.row.line !== 0 && place.row.isStatement && place.row.address === place.linked;

/**
 * True at a place of the origin's function where a step that began at `origin` is over: at another statement, not deeper in an
 * inlined function unless it steps `in`, and for `out-of-inlined` outside the inlined function it began in.
 */
export const endsStep = (place: LinePlace, origin: LinePlace, kind: 'over' | 'in' | 'out-of-inlined'): boolean => {
  if (!startsStatement(place)) return false;
  const within = isWithin(place.inlined, origin.inlined);
  const deeper = place.inlined.length > origin.inlined.length && within;
  if (deeper && kind !== 'in') return false;
  if (kind === 'out-of-inlined' && within) return false;
  const sameScope = place.inlined.length === origin.inlined.length && within;
  return !(sameScope && place.row?.line === origin.row?.line && place.row?.file === origin.row?.file);
};
