import { parseTemplate, type Template } from './template';

/** A failure as data: what shows it, what it is called, why it happens and what to do. One file for each failure. */
export interface FailureRule {
  /** Stable: `chain.name`. */
  readonly code: string;
  /** Chains it belongs to; empty: every one. */
  readonly chains: readonly string[];
  readonly title: string;
  readonly cause: string;
  readonly fix: string;
  readonly confidence: Confidence;
  /** Messages that must have come, in this order; each is one of several texts (see template.ts). */
  readonly serial: readonly { readonly any: readonly string[]; readonly optional?: boolean }[];
  /**
   * Messages that, when they come after the last piece of evidence, show that the boot went on: then nothing is said. A login prompt
   * does so for every rule but one with an empty list.
   */
  readonly unlessLater?: readonly string[];
  /** Messages that, wherever they come, say that another rule tells the story better. */
  readonly unlessEver?: readonly string[];
  /** Codes of rules that tell the same failure less well: they are left out where this one is found. */
  readonly replaces?: readonly string[];
  /** What memory must say. A fact that is not known neither shows nor clears the failure, unless it is `required`. */
  readonly facts?: readonly FactCondition[];
  /** Confidence once every fact is known and holds. */
  readonly confidenceWithFacts?: Confidence;
  /** File of the project's sources where the failure arises. */
  readonly source?: string;
  /** Where in the user's own files the cause is written, the likeliest first. */
  readonly where?: readonly WorkspacePlace[];
}

/** A line of a file of the workspace. */
export interface WorkspacePlace {
  /** End of the file's path, `*` for any text without a slash: `loader.conf`, `50_rootfs.service`, `bootloader/*main.rs`, `*.sh`. */
  readonly file: string;
  /** Text the line holds; `{hole}` is filled from the messages and facts. A place with a hole that is not known is passed over. */
  readonly find: string;
}

export type Confidence = 'certain' | 'likely' | 'possible';

export interface FactCondition {
  readonly fact: string;
  readonly is: 'set' | 'not-set' | 'below' | 'at-least' | 'equal';
  /** For `below`, `at-least` and `equal`: another fact's name, or a value. */
  readonly than?: string;
  readonly required?: boolean;
  /** Told as evidence; `{fact}` is filled. */
  readonly words: string;
}

/** A rule with its patterns parsed. */
export interface LoadedRule extends FailureRule {
  readonly steps: readonly { readonly any: readonly Template[]; readonly optional: boolean }[];
  readonly clears: readonly Template[];
  readonly excludes: readonly Template[];
}

/** Printed by every getty and login. */
const cameUp = 'login:';

const confidences: readonly string[] = ['certain', 'likely', 'possible'];
const comparisons: readonly string[] = ['set', 'not-set', 'below', 'at-least', 'equal'];

/** Checks data that claims to be a rule (a user's too) and parses its patterns. Throws a RangeError that names the place. */
export const loadRule = (data: unknown): LoadedRule => {
  const rule = object(data, 'the rule');
  const code = text(rule, 'code');
  if (!/^[a-z][\w-]*\.[\w.-]+$/i.test(code)) throw new RangeError(`code "${code}" must look like chain.name`);
  const serial = list(rule, 'serial').map((item, index) => {
    const step = object(item, `${code}: serial[${index}]`);
    const any = strings(step, 'any');
    if (any.length === 0) throw new RangeError(`${code}: serial[${index}].any is empty`);
    return { any, optional: step['optional'] === true };
  });
  const facts = rule['facts'] === undefined ? [] : list(rule, 'facts').map((item, index) => fact(item, `${code}: facts[${index}]`));
  if (!serial.some((step) => !step.optional) && !facts.some((condition) => condition.required === true)) throw new RangeError(`${code}: at least one message or fact must be required`);
  const given = rule['unlessLater'] === undefined ? undefined : strings(rule, 'unlessLater');
  const unlessLater = given?.length === 0 ? [] : [...new Set([...(given ?? []), cameUp])];
  const unlessEver = rule['unlessEver'] === undefined ? [] : strings(rule, 'unlessEver');
  const replaces = rule['replaces'] === undefined ? [] : strings(rule, 'replaces');
  const later = rule['confidenceWithFacts'];
  return {
    code,
    chains: strings(rule, 'chains'),
    title: text(rule, 'title'),
    cause: text(rule, 'cause'),
    fix: text(rule, 'fix'),
    confidence: confidence(rule['confidence'], code),
    serial,
    unlessLater,
    unlessEver,
    replaces,
    facts,
    ...(later === undefined ? {} : { confidenceWithFacts: confidence(later, code) }),
    ...(rule['source'] === undefined ? {} : { source: text(rule, 'source') }),
    ...(rule['where'] === undefined ? {} : { where: list(rule, 'where').map((item, index) => place(item, `${code}: where[${index}]`)) }),
    steps: serial.map((step) => ({ any: step.any.map(parseTemplate), optional: step.optional })),
    clears: unlessLater.map(parseTemplate),
    excludes: unlessEver.map(parseTemplate),
  };
};

type Fields = Readonly<Record<string, unknown>>;

const object = (value: unknown, where: string): Fields => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RangeError(`${where} must be an object`);
  return value as Fields;
};
const text = (fields: Fields, name: string): string => {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw new RangeError(`${name} must be a text`);
  return value;
};
const list = (fields: Fields, name: string): readonly unknown[] => {
  const value = fields[name];
  if (!Array.isArray(value)) throw new RangeError(`${name} must be a list`);
  return value;
};
const strings = (fields: Fields, name: string): readonly string[] =>
  list(fields, name).map((item) => {
    if (typeof item !== 'string') throw new RangeError(`${name} must be a list of texts`);
    return item;
  });
const confidence = (value: unknown, code: string): Confidence => {
  if (typeof value !== 'string' || !confidences.includes(value)) throw new RangeError(`${code}: confidence must be one of ${confidences.join(', ')}`);
  return value as Confidence;
};
const place = (item: unknown, where: string): WorkspacePlace => {
  const fields = object(item, where);
  return { file: text(fields, 'file'), find: text(fields, 'find') };
};
const fact = (item: unknown, where: string): FactCondition => {
  const fields = object(item, where);
  const is = text(fields, 'is');
  if (!comparisons.includes(is)) throw new RangeError(`${where}: is must be one of ${comparisons.join(', ')}`);
  return {
    fact: text(fields, 'fact'),
    is: is as FactCondition['is'],
    ...(fields['than'] === undefined ? {} : { than: text(fields, 'than') }),
    ...(fields['required'] === true ? { required: true } : {}),
    words: text(fields, 'words'),
  };
};
