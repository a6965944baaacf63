import type { Core } from './core';
import type { ShownRange } from './inspection/shown-memory';
import type { Target } from './target';

/**
 * The user has written to the machine: what was worked out from before is forgotten, breakpoints on data take the new value as the old
 * one, and the editor is told what it shows is old. `range`: what a memory editor wrote itself. `tellValues`: the editor did not
 * ask for a change of a variable, so it would not look at its variables again.
 */
export const written = (core: Core, target: Target, { range, tellValues = false }: { readonly range?: ShownRange; readonly tellValues?: boolean } = {}): void => {
  target.inspector.written();
  target.breakpoints.memoryWritten();
  const { supportsMemory, supportsInvalidated } = core.client;
  if (supportsMemory) {
    const { all } = target.inspector.shownMemory;
    for (const shown of range ? [...all.filter(({ memoryReference }) => memoryReference !== range.memoryReference), range] : all) core.send('memory', shown);
  }
  if (supportsInvalidated && tellValues) core.send('invalidated', { areas: ['variables'] });
};
