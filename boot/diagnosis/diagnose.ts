import { serialLines, type SerialLine } from '../serial-text';
import type { Confidence, FactCondition, LoadedRule, WorkspacePlace } from './rule';
import { fillWords, matchTemplate, type Template } from './template';

/** What memory told: numbers as decimal text, lists as words. */
export type Facts = ReadonlyMap<string, string>;

export interface FoundFailure {
  readonly code: string;
  readonly title: string;
  readonly cause: string;
  readonly fix: string;
  readonly confidence: Confidence;
  readonly evidence: readonly { readonly kind: 'serial' | 'memory'; readonly text: string; readonly line?: number }[];
  readonly source?: string;
  /** Where in the user's files to look, filled in. */
  readonly where: readonly WorkspacePlace[];
}

const rank: Readonly<Record<Confidence, number>> = { certain: 0, likely: 1, possible: 2 };

/** All failures the evidence shows, the surest first. `chain` undefined: not known, every chain's rules are tried. */
export const findFailures = (rules: readonly LoadedRule[], serial: string, facts: Facts = new Map(), chain?: string): FoundFailure[] => {
  const lines = withTornLines(serialLines(serial));
  const found = rules
    .filter((rule) => chain === undefined || chain === 'generic' || rule.chains.length === 0 || rule.chains.includes(chain))
    .flatMap((rule) => {
      const failure = applyRule(rule, lines, facts);
      return failure === undefined ? [] : [{ rule, failure }];
    });
  const replaced = new Set(found.flatMap(({ rule }) => rule.replaces ?? []));
  return found
    .map(({ failure }) => failure)
    .filter(({ code }) => !replaced.has(code))
    .sort((a, b) => rank[a.confidence] - rank[b.confidence]);
};

interface ReadLine extends SerialLine {
  /** The line with the next one behind it, for a message that another one tore in two. */
  readonly joined: string;
}

const withTornLines = (lines: readonly SerialLine[]): ReadLine[] => lines.map((line, index) => ({ ...line, joined: line.text + (lines[index + 1]?.text ?? '') }));

const matchAny = (templates: readonly Template[], line: ReadLine): ReadonlyMap<string, string> | undefined => {
  for (const template of templates) {
    const found = matchTemplate(template, line.text) ?? (template.holes.length === 0 ? matchTemplate(template, line.joined) : undefined);
    if (found !== undefined) return found;
  }
  return undefined;
};

const applyRule = (rule: LoadedRule, lines: readonly ReadLine[], facts: Facts): FoundFailure | undefined => {
  const values = new Map(facts);
  const evidence: { kind: 'serial' | 'memory'; text: string; line?: number }[] = [];
  let before = lines.length;
  let last = -1;
  for (const step of [...rule.steps].reverse()) {
    const found = findStep(step.any, lines, before);
    if (found === undefined) {
      if (step.optional) continue;
      return undefined;
    }
    for (const [name, value] of found.captured) values.set(name, value);
    evidence.unshift({ kind: 'serial', text: found.line.text, line: found.line.number });
    before = found.index;
    last = Math.max(last, found.index);
  }
  if (rule.excludes.length > 0 && lines.some((line) => matchAny(rule.excludes, line) !== undefined)) return undefined;
  if (last >= 0 && lines.slice(last + 1).some((line) => matchAny(rule.clears, line) !== undefined)) return undefined;

  let every = true;
  for (const condition of rule.facts ?? []) {
    const verdict = judge(condition, facts);
    if (verdict === false || (verdict === undefined && condition.required === true)) return undefined;
    if (verdict === undefined) every = false;
    else evidence.push({ kind: 'memory', text: fillWords(condition.words, values) });
  }
  const confidence = every && rule.facts !== undefined && rule.facts.length > 0 ? (rule.confidenceWithFacts ?? rule.confidence) : rule.confidence;
  const words = (text: string): string => fillWords(text, values);
  return { code: rule.code, title: words(rule.title), cause: words(rule.cause), fix: words(rule.fix), confidence, evidence, ...(rule.source === undefined ? {} : { source: rule.source }), where: placesOf(rule, values) };
};

/** The rule's places with their holes filled; those with one that is not known are left out. */
const placesOf = ({ where }: LoadedRule, values: ReadonlyMap<string, string>): WorkspacePlace[] =>
  (where ?? []).flatMap(({ file, find }) => ([...`${file} ${find}`.matchAll(/\{([\w.-]+)\}/g)].some(([, name = '']) => (values.get(name) ?? '') === '') ? [] : [{ file: fillWords(file, values), find: fillWords(find, values) }]));

/** The last line before `before` that shows a step: steps are looked for from the end, since a failure that repeats is told by its final state. */
const findStep = (templates: readonly Template[], lines: readonly ReadLine[], before: number): { line: ReadLine; index: number; captured: ReadonlyMap<string, string> } | undefined => {
  for (let index = before - 1; index >= 0; index--) {
    const line = lines[index];
    const captured = line === undefined ? undefined : matchAny(templates, line);
    if (line !== undefined && captured !== undefined) return { line, index, captured };
  }
  return undefined;
};

/** undefined: the facts needed are not known. */
const judge = (condition: FactCondition, facts: Facts): boolean | undefined => {
  const value = facts.get(condition.fact);
  if (condition.is === 'not-set') return value === undefined;
  if (value === undefined) return undefined;
  if (condition.is === 'set') return value !== '';
  const than = facts.get(condition.than ?? '') ?? condition.than ?? '';
  if (condition.is === 'equal') return value === than;
  if (!/^\d+$/.test(value) || !/^\d+$/.test(than)) return undefined;
  return BigInt(value) < BigInt(than) === (condition.is === 'below');
};
