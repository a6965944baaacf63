import type { DiagnosisAnswer, EnvironmentVariable, Failure } from '../api';
import { findFailures, type FoundFailure } from '../../boot/diagnosis/diagnose';
import { disksBehindRoot } from '../../boot/languages/init-units/late-disks';
import { failureRules } from '../../boot/diagnosis/rules';
import type { Chain, ChainContext } from './chain';
import { ownRules, withOwn } from './own-rules';
import { isUnknown, perhaps } from './unknown';
import { WorkspacePlaces } from './workspace';

/**
 * The failures of a boot, from what the serial line said and what memory holds. Facts for the rules (docs/diagnosis-rules.md): the
 * chain's figures; `oldRootProcesses`; `fault.CODE` and `faulty.CODE` for each fault of the environment (its words, its variables);
 * `missing.KIND` and `missingBy.KIND` for what the kernel lacks; `providers` (GEOM's, or `none`); `verdict` and `verdictText` of a Redox image; `unitRunning`;
 * `disksBehindRoot`, units that bring disks and come behind the one that mounts the root.
 */
export const diagnose = async (chain: Chain, context: ChainContext): Promise<DiagnosisAnswer> => {
  const facts = new Map<string, string>();
  for (const figure of (await perhaps(() => chain.figures(context))) ?? []) facts.set(figure.key, String(figure.value));
  const mounts = await perhaps(() => chain.mounts(context, {}));
  const behind = (mounts?.views ?? []).filter((view) => view.mounts.some((mount) => mount.differs?.code === 'root-moved')).map((view) => view.process);
  if (behind.length > 0) facts.set('oldRootProcesses', behind.join(', '));
  addFaults(facts, (await perhaps(() => chain.environment(context)))?.variables ?? []);
  const capabilities = await perhaps(() => chain.capabilities?.(context) ?? Promise.resolve(undefined));
  for (const { kind, name, by } of capabilities?.missing ?? []) {
    append(facts, `missing.${kind}`, name);
    append(facts, `missingBy.${kind}`, by);
  }
  const providers = capabilities?.providers;
  if (providers !== undefined && !isUnknown(providers)) facts.set('providers', providers.length === 0 ? 'none' : providers.join(', '));
  const verdict = (await perhaps(() => chain.reads?.(context, {}) ?? Promise.resolve(undefined)))?.verdict;
  if (verdict !== undefined && !isUnknown(verdict)) facts.set('verdict', verdict.outcome).set('verdictText', verdict.sentence);
  const units = (await perhaps(() => chain.units?.(context) ?? Promise.resolve(undefined)))?.units ?? [];
  const late = disksBehindRoot(units.filter(({ stage }) => stage === 1).map(({ id }) => id));
  if (late.length > 0) facts.set('disksBehindRoot', late.join(', '));
  const running = units.filter(({ state }) => state === 'running');
  if (running.length > 0) facts.set('unitRunning', running.map(({ id }) => id).join(', '));
  const own = ownRules(context.workspace ?? []);
  const failures = failuresAnswer(findFailures(withOwn(own.rules, failureRules), context.serialText(), facts, chain.id), context.workspace);
  return { failures, ...(own.problems.length === 0 ? {} : { problems: own.problems.map(({ file, message }) => `${file}: ${message}`), ruleProblems: own.problems.map(({ file, line, message }) => ({ message, source: { path: file, line } })) }) };
};

const append = (facts: Map<string, string>, key: string, text: string): void => {
  const before = facts.get(key);
  facts.set(key, before === undefined ? text : before.split(', ').includes(text) ? before : `${before}, ${text}`);
};

const addFaults = (facts: Map<string, string>, variables: readonly EnvironmentVariable[]): void => {
  for (const { name, faults } of variables)
    for (const { code, message } of faults) {
      append(facts, `faulty.${code}`, name);
      const before = facts.get(`fault.${code}`);
      facts.set(`fault.${code}`, `${before === undefined ? '' : `${before}; `}${name}: ${message}`);
    }
};

/** Failures in the form of `bootscope/diagnosis`. `source` is the place in the user's folders where that is found, else the file of the system's sources. */
export const failuresAnswer = (found: readonly FoundFailure[], folders: readonly string[] = []): Failure[] => {
  const workspace = new WorkspacePlaces(folders);
  return found.map((failure) => {
    const place = workspace.find(failure.where);
    return {
      code: failure.code,
      title: failure.title,
      cause: failure.cause,
      fix: failure.fix,
      confidence: failure.confidence,
      evidence: failure.evidence.map((piece) => ({ ...piece })),
      ...(place === undefined ? (failure.source === undefined ? {} : { source: { path: failure.source } }) : { source: { path: place.path, line: place.line } }),
    };
  });
};
