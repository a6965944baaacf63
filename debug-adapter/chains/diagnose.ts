import type { DiagnosisAnswer, Failure } from '../api';
import { findFailures, type FoundFailure } from '../../boot/diagnosis/diagnose';
import { failureRules } from '../../boot/diagnosis/rules';
import type { Chain, ChainContext } from './chain';
import { perhaps } from './unknown';

/** The failures of a boot, from what the serial line said and what memory holds. */
export const diagnose = async (chain: Chain, context: ChainContext): Promise<DiagnosisAnswer> => {
  const facts = new Map<string, string>();
  for (const figure of (await perhaps(() => chain.figures(context))) ?? []) facts.set(figure.key, String(figure.value));
  const mounts = await perhaps(() => chain.mounts(context, {}));
  const behind = (mounts?.views ?? []).filter((view) => view.mounts.some((mount) => mount.differs?.code === 'root-moved')).map((view) => view.process);
  if (behind.length > 0) facts.set('oldRootProcesses', behind.join(', '));
  return { failures: failuresAnswer(findFailures(failureRules, context.serialText(), facts, chain.id)) };
};

/** Failures in the form of `bootscope/diagnosis`. */
export const failuresAnswer = (found: readonly FoundFailure[]): Failure[] =>
  found.map((failure) => ({
    code: failure.code,
    title: failure.title,
    cause: failure.cause,
    fix: failure.fix,
    confidence: failure.confidence,
    evidence: failure.evidence.map((piece) => ({ ...piece })),
    ...(failure.source === undefined ? {} : { source: { path: failure.source } }),
  }));
