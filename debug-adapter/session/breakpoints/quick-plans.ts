import type { CompiledExpression } from '../../inspect/compiled/compile';
import type { State } from '../../inspect/compiled/state';
import type { Hit, Stop } from '../../machine/machine';
import type { PlacedLocation } from '../../program/locations';
import type { LogPart } from './log-message';

/** What a breakpoint asks at one place, compiled. */
export interface QuickPlan<E> {
  readonly entry: E;
  readonly at: PlacedLocation | undefined;
  readonly condition: CompiledExpression | undefined;
  readonly log: readonly (string | CompiledExpression)[] | undefined;
}

/** Places that are remembered. */
const most = 1024;

/** Compiles for a stop; undefined: this expression has to be evaluated. */
export type Compile = (expression: string, stop: Stop) => Promise<CompiledExpression | undefined>;

/** By code place and address space, what all breakpoints there ask. */
export class QuickPlans<E> {
  readonly #plans = new Map<bigint, Map<bigint, readonly QuickPlan<E>[] | 'none'>>();
  #count = 0;

  /** 'none': what is asked there cannot be compiled. undefined: nobody has tried. */
  at({ pc, cr3 }: Stop): readonly QuickPlan<E>[] | 'none' | undefined {
    return this.#plans.get(pc)?.get(cr3);
  }

  forget(): void {
    this.#plans.clear();
    this.#count = 0;
  }

  keep({ pc, cr3 }: Stop, plans: readonly QuickPlan<E>[] | 'none'): void {
    if (this.#count >= most) this.forget();
    const spaces = this.#plans.get(pc) ?? new Map<bigint, readonly QuickPlan<E>[] | 'none'>();
    this.#plans.set(pc, spaces);
    if (!spaces.has(cr3)) this.#count++;
    spaces.set(cr3, plans);
  }
}

/** Condition and text of one breakpoint; undefined where a part of them cannot be compiled. */
export const planOf = async <E>(entry: E, at: PlacedLocation | undefined, condition: string | undefined, log: readonly LogPart[] | undefined, stop: Stop, compile: Compile): Promise<QuickPlan<E> | undefined> => {
  const compiled = condition === undefined ? undefined : await compile(condition, stop);
  if (condition !== undefined && !compiled) return undefined;
  const parts: (string | CompiledExpression)[] = [];
  for (const part of log ?? []) {
    const one = 'text' in part ? part.text : await compile(part.expression, stop);
    if (one === undefined || (typeof one !== 'string' && !one.text)) return undefined;
    parts.push(one);
  }
  return { entry, at, condition: compiled, log: log && parts };
};

/** What a hit shows to compiled expressions. */
export const stateOf = (hit: Hit): State => ({
  register: (name) => hit.registers.get(name),
  read: (address, length) => hit.read(address, length),
});

/** The text of a log point; undefined where memory it needs is not known. All parts are asked, so that all that is missing is fetched at once. */
export const quickMessage = (parts: readonly (string | CompiledExpression)[], state: State): string | undefined => {
  let text: string | undefined = '';
  for (const part of parts) {
    const word = typeof part === 'string' ? part : part.text?.(state);
    text = text === undefined || word === undefined ? undefined : text + word;
  }
  return text;
};
