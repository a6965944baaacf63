import type { EnvironmentAnswer, EnvironmentChange, EnvironmentValue, EnvironmentVariable, Known, StageId } from '../api';
import { onlyAssignment, originOf, type FileAssignment } from '../../boot/environment/assignments';
import { cutByReader, lostOnTheWay, setAfterReader, stageOrder, type HeldValue, type VariableChange } from '../../boot/environment/history';
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

/** What of a chain is not the same for all. */
export interface BookRules {
  /** Faults any variable can have, known or not. */
  readonly always?: (name: string, value: string) => readonly VariableFault[];
  /** Characters a value can lose its end at (KENV_MVALLEN); left out: the chain cuts nothing. */
  readonly longestValue?: number;
  /** Variables that someone reads may be missing: those are answered too. */
  readonly tellsUnset?: boolean;
}

/** Changes kept of one variable; a script that counts in a variable has many. */
const mostChanges = 64;

/**
 * What each stage held, as seen at the stops of one session, and what changed between them. A stop in an earlier stage than
 * the last one means that the machine booted anew, so that what later stages held is dropped.
 */
export class EnvironmentBook {
  readonly #stages = new Map<StageId, readonly HeldVariable[]>();
  readonly #changes = new Map<string, EnvironmentChange[]>();
  /** Names whose change was seen itself, with the value they are to have, until a record shows it. */
  readonly #seen = new Map<string, string | undefined>();
  #last: { readonly stage: StageId; readonly variables: ReadonlyMap<string, string> } | undefined;
  readonly #table: readonly VariableKnowledge[];
  readonly #rules: BookRules;

  constructor(table: readonly VariableKnowledge[], rules: BookRules = {}) {
    this.#table = table;
    this.#rules = rules;
  }

  record(stage: StageId, variables: readonly HeldVariable[]): void {
    const place = stageOrder.indexOf(stage);
    const later = [...this.#stages.keys()].filter((one) => stageOrder.indexOf(one) > place);
    for (const one of later) this.#stages.delete(one);
    if (later.length > 0) {
      this.#changes.clear();
      this.#seen.clear();
      this.#last = undefined;
    }
    const now = new Map(variables.flatMap(({ name, value }) => (isUnknown(value) ? [] : [[name, value] as const])));
    this.#compare(stage, now);
    this.#stages.set(stage, variables);
    this.#last = { stage, variables: now };
    for (const [name, value] of this.#seen) if (now.get(name) === value) this.#seen.delete(name);
  }

  /** A change that was seen where it happened. */
  note(name: string, change: EnvironmentChange): void {
    this.#seen.set(name, change.value);
    this.#add(name, change);
  }

  answer(facts: EnvironmentFacts = {}, files: readonly FileAssignment[] = []): EnvironmentAnswer {
    const stages = [...this.#stages.keys()].sort((a, b) => stageOrder.indexOf(a) - stageOrder.indexOf(b));
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
    const assigned = new Map<string, FileAssignment[]>();
    for (const one of files) assigned.set(one.name, [...(assigned.get(one.name) ?? []), one]);
    const variables = [...byName].map(([name, { values, faults }]): EnvironmentVariable => {
      const notes = describeVariable(this.#table, name, texts, facts);
      const changes = this.#changes.get(name) ?? [];
      const written = withOrigins(values, assigned.get(name) ?? []);
      const history = [
        ...setAfterReader(notes.readers, changes.map(forRules)),
        ...(this.#rules.longestValue === undefined ? [] : lostOnTheWay(this.#held(name), changes.map(forRules), this.#rules.longestValue)),
        ...cutByReader(notes.readers, texts.get(name) ?? ''),
      ];
      return {
        name,
        values: written.values,
        readers: notes.readers.map((reader) => ({ name: reader.name, source: { path: reader.path } })),
        ...(notes.meaning === undefined ? {} : { meaning: notes.meaning }),
        editable: editable.has(name),
        faults: [...notes.faults, ...(this.#rules.always?.(name, texts.get(name) ?? '') ?? []), ...faults, ...history, ...written.faults].map(({ code, message }) => ({ code, message })),
        ...(changes.length === 0 ? {} : { changes: changes.map((change) => ({ ...change })) }),
      };
    });
    return { variables: this.#rules.tellsUnset === true && last !== undefined ? [...variables, ...this.#unset(byName, facts)] : variables };
  }

  /** Variables that are read and are not set, where that is a fault. */
  #unset(set: ReadonlyMap<string, unknown>, facts: EnvironmentFacts): EnvironmentVariable[] {
    return this.#table.flatMap((entry): EnvironmentVariable[] => {
      const faults = set.has(entry.name) ? [] : (entry.whenUnset?.(facts) ?? []);
      if (faults.length === 0) return [];
      return [{ name: entry.name, values: [], readers: entry.readers.map(({ name, path }) => ({ name, source: { path } })), editable: false, faults: faults.map(({ code, message }) => ({ code, message })) }];
    });
  }

  #held(name: string): HeldValue[] {
    return [...this.#stages].map(([stage, variables]) => {
      const found = variables.find((held) => held.name === name);
      return { stage, value: found === undefined || isUnknown(found.value) ? undefined : found.value, notHanded: found?.faults?.some(({ code }) => code === 'not-handed') === true };
    });
  }

  /** What two stops tell. From the loader to the kernel nobody sets anything: what differs there is lost or cut. */
  #compare(stage: StageId, now: ReadonlyMap<string, string>): void {
    const before = this.#last;
    if (before === undefined || (before.stage === 'loader') !== (stage === 'loader')) return;
    const names = new Set([...before.variables.keys(), ...now.keys()]);
    for (const name of names) {
      const [was, is] = [before.variables.get(name), now.get(name)];
      if (was === is || this.#seen.has(name)) continue;
      const kind = was === undefined ? 'set' : is === undefined ? 'removed' : 'changed';
      this.#add(name, { kind, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { value: is }), stage, since: before.stage });
    }
  }

  #add(name: string, change: EnvironmentChange): void {
    const list = this.#changes.get(name) ?? [];
    list.push(change);
    if (list.length > mostChanges) list.shift();
    this.#changes.set(name, list);
  }
}

const forRules = ({ by, ...change }: EnvironmentChange): VariableChange => ({ ...change, ...(by?.process === undefined ? {} : { by: by.process }) });

const lastText = (values: readonly EnvironmentValue[]): string => {
  const value = values[values.length - 1]?.value;
  return value === undefined || isUnknown(value) ? '' : value;
};

/**
 * Where the boot files give each value. Where no loader was looked at, what the one file says stands for it; where that is not what
 * was handed over, it is told.
 */
const withOrigins = (values: readonly EnvironmentValue[], assigned: readonly FileAssignment[]): { readonly values: EnvironmentValue[]; readonly faults: readonly VariableFault[] } => {
  const [loader, scripts] = [assigned.filter(({ kind }) => kind === 'loader'), assigned.filter(({ kind }) => kind === 'script')];
  const found = values.map((one, index): EnvironmentValue => {
    const before = values[index - 1]?.value;
    if (isUnknown(one.value) || one.value === before) return one;
    const early = one.stage === 'loader' || one.stage === 'kernel';
    const origin = originOf(early ? loader : scripts, one.value) ?? (early ? undefined : index === 0 ? originOf(loader, one.value) : undefined);
    return origin === undefined ? one : { ...one, origin: { path: origin.path, line: origin.line } };
  });
  const said = onlyAssignment(loader);
  const first = found[0];
  if (said === undefined || first === undefined || isUnknown(first.value)) return { values: found, faults: [] };
  const handed = first.stage === 'loader' || first.stage === 'kernel';
  const faults: VariableFault[] =
    handed && first.value !== said.value ? [{ code: 'contradicting', message: `${said.path}:${said.line} says "${said.value}", the ${first.stage} has "${first.value}": set at the loader's prompt or by another file, or the medium was made from another state of the file` }] : [];
  if (first.stage === 'loader') return { values: found, faults };
  return { values: [{ stage: 'loader', value: said.value, origin: { path: said.path, line: said.line } }, ...found], faults };
};

/** The stage a kernel-held value belongs to: the one the machine is in, the kernel's before any process runs. */
export const kernelHeldStage = (stage: StageId | null): StageId => (stage === null || stage === 'firmware' || stage === 'loader' ? 'kernel' : stage);
