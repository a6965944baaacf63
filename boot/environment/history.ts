import type { StageName } from '../stages';
import type { VariableFault, VariableReader } from './knowledge';

/** What became of one variable from stage to stage, and what is wrong with that. Pure. */

/** Order in which a boot reaches its stages. */
export const stageOrder: readonly StageName[] = ['firmware', 'loader', 'kernel', 'init', 'chroot', 'pivot', 'reroot', 'userland', 'login'];
const rank = (stage: StageName): number => stageOrder.indexOf(stage);

export interface VariableChange {
  readonly kind: 'set' | 'changed' | 'removed';
  readonly before?: string;
  readonly value?: string;
  /** The stage in which it happened; where only two stops tell, the one of the later stop. */
  readonly stage: StageName;
  /** The stage of the stop before; left out where the change itself was seen. */
  readonly since?: StageName;
  readonly by?: string;
}

/** What a stage held; `value` undefined: the stage was looked at and had no such variable. */
export interface HeldValue {
  readonly stage: StageName;
  readonly value: string | undefined;
  /** Why the loader keeps it, when it does. */
  readonly notHanded?: boolean;
}

const names: Readonly<Partial<Record<StageName, string>>> = { init: 'while init and its script ran', chroot: 'after init had changed its root', pivot: 'after the root had been pivoted', reroot: 'in the reroot', userland: 'when rc was running already', login: 'when the system was up already' };

/** Set after the reader has read: certain only where the earliest moment at which it can have been set is too late. */
export const setAfterReader = (readers: readonly VariableReader[], changes: readonly VariableChange[]): VariableFault[] => {
  const last = changes.filter(({ kind }) => kind !== 'removed').at(-1);
  if (last === undefined || changes.at(-1)?.kind === 'removed' || last.before === last.value) return [];
  const earliest = last.since ?? last.stage;
  return readers.flatMap(({ name, lastStage, when, again }): VariableFault[] => {
    if (lastStage === undefined || rank(earliest) <= rank(lastStage)) return [];
    const how = `${last.kind === 'set' ? 'set' : 'changed'}${last.by === undefined ? '' : ` by ${last.by}`} ${names[earliest] ?? `in the stage ${earliest}`}`;
    return [{ code: 'set-after-reader', message: `${how}: ${name} reads it ${when ?? 'earlier'}, which was before${again === undefined ? ', so that it has no effect' : `; only ${again} reads it again`}` }];
  });
};

/** Lost or cut on the way from the loader to the kernel. */
export const lostOnTheWay = (held: readonly HeldValue[], changes: readonly VariableChange[], longest: number): VariableFault[] => {
  const loader = held.find(({ stage }) => stage === 'loader');
  const kernel = held.find(({ stage }) => stage === 'kernel');
  if (loader?.value === undefined || loader.notHanded === true || kernel === undefined) return [];
  if (kernel.value === undefined) {
    // Before process 1 nobody but the kernel itself takes variables over (init_dynamic_kenv).
    if (changes.some(({ kind, stage, since }) => kind === 'removed' && !(stage === 'kernel' && since === 'kernel'))) return [];
    return [{ code: 'dropped', message: 'the loader had it, the kernel does not: it was left out on the way (more variables than the kernel keeps, loader_env.disabled, or unset by the loader before it started the kernel)' }];
  }
  if (kernel.value.length < loader.value.length && kernel.value.length >= longest && loader.value.startsWith(kernel.value)) {
    return [{ code: 'truncated', message: `the loader had ${loader.value.length} characters, the kernel has the first ${kernel.value.length}` }];
  }
  return [];
};

/** A reader that takes only so many characters. */
export const cutByReader = (readers: readonly VariableReader[], value: string): VariableFault[] =>
  readers.flatMap(({ name, limit }): VariableFault[] => (limit === undefined || value.length <= limit ? [] : [{ code: 'truncated', message: `${name} asks for ${limit} characters of it (KENV_MVALLEN); it has ${value.length}, and the rest is cut off` }]));
