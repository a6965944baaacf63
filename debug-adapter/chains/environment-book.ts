import type { EnvironmentAnswer, EnvironmentValue, EnvironmentVariable, Known, StageId } from '../api';
import { describeVariable, type EnvironmentFacts, type VariableFault, type VariableKnowledge } from '../../boot/environment/knowledge';
import { isUnknown } from './unknown';

/** A variable as one stage holds it. */
export interface HeldVariable {
  readonly name: string;
  readonly value: Known<string>;
  readonly address?: string;
  readonly faults?: readonly VariableFault[];
  /** Can it be changed in its place, while the machine stands at this stage? */
  readonly editable?: boolean;
}

/** Order in which a boot reaches its stages. */
const order: readonly StageId[] = ['firmware', 'loader', 'kernel', 'init', 'chroot', 'pivot', 'reroot', 'userland', 'login'];

/**
 * What each stage held, as seen at the stops of one session. A stop in an earlier stage than the last one means that the
 * machine booted anew, so that what later stages held is dropped.
 */
export class EnvironmentBook {
  readonly #stages = new Map<StageId, readonly HeldVariable[]>();
  readonly #table: readonly VariableKnowledge[];
  readonly #always: (name: string, value: string) => readonly VariableFault[];

  constructor(table: readonly VariableKnowledge[], always: (name: string, value: string) => readonly VariableFault[] = () => []) {
    this.#table = table;
    this.#always = always;
  }

  record(stage: StageId, variables: readonly HeldVariable[]): void {
    const place = order.indexOf(stage);
    for (const later of [...this.#stages.keys()]) if (order.indexOf(later) > place) this.#stages.delete(later);
    this.#stages.set(stage, variables);
  }

  answer(facts: EnvironmentFacts = {}): EnvironmentAnswer {
    const stages = [...this.#stages.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b));
    const byName = new Map<string, { values: EnvironmentValue[]; faults: readonly VariableFault[] }>();
    for (const stage of [...stages].reverse())
      for (const held of this.#stages.get(stage) ?? []) {
        const entry = byName.get(held.name) ?? { values: [], faults: [] };
        entry.values.unshift({ stage, value: held.value, ...(held.address === undefined ? {} : { address: held.address }) });
        entry.faults = [...entry.faults, ...(held.faults ?? [])];
        byName.set(held.name, entry);
      }
    const texts = new Map([...byName].map(([name, { values }]) => [name, lastText(values)]));
    const last = stages[stages.length - 1];
    const editable = new Set((last === undefined ? [] : (this.#stages.get(last) ?? [])).filter((held) => held.editable === true).map(({ name }) => name));
    const variables = [...byName].map(([name, { values, faults }]): EnvironmentVariable => {
      const notes = describeVariable(this.#table, name, texts, facts);
      return {
        name,
        values,
        readers: notes.readers.map((reader) => ({ name: reader.name, source: { path: reader.path } })),
        ...(notes.meaning === undefined ? {} : { meaning: notes.meaning }),
        editable: editable.has(name),
        faults: [...notes.faults, ...this.#always(name, texts.get(name) ?? ''), ...faults].map(({ code, message }) => ({ code, message })),
      };
    });
    return { variables };
  }
}

const lastText = (values: readonly EnvironmentValue[]): string => {
  const value = values[values.length - 1]?.value;
  return value === undefined || isUnknown(value) ? '' : value;
};

/** The stage a kernel-held value belongs to: the one the machine is in, the kernel's before any process runs. */
export const kernelHeldStage = (stage: StageId | null): StageId => (stage === null || stage === 'firmware' || stage === 'loader' ? 'kernel' : stage);
