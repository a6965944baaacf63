import { stageOrder } from '../../../boot/environment/history';
import { redoxReaderFaults } from '../../../boot/environment/redox-readers';
import type { EnvironmentAnswer, EnvironmentVariable, StageId } from '../../api';
import type { ChainContext } from '../chain';
import { isUnknown } from '../unknown';
import type { EnvironmentReaders } from './environment-readers';

/** Stages in which no program runs yet. */
const beforePrograms: readonly (StageId | null)[] = ['firmware', 'loader', 'kernel', null];

/** The answer with who was seen to read the text, and the faults that follow from it. */
export const withReaders = (answer: EnvironmentAnswer, readers: EnvironmentReaders, context: ChainContext): EnvironmentAnswer => {
  // The furthest stage that was looked at: a variable that was lost on the way is not in it.
  const last = answer.variables.flatMap(({ values }) => values.map(({ stage }) => stage)).reduce<StageId | undefined>((found, stage) => (found === undefined || stageOrder.indexOf(stage) > stageOrder.indexOf(found) ? stage : found), undefined);
  // The loader may be in the middle of writing.
  if (last === 'loader') return answer;
  const kept = (variable: EnvironmentVariable): boolean => last === undefined || variable.values.some(({ stage }) => stage === last);
  const held = answer.variables.filter(kept);
  const text = context.serialText();
  const faults = redoxReaderFaults({
    values: new Map(held.flatMap(({ name, values }) => textOf(name, values[values.length - 1]?.value))),
    loader: new Map(answer.variables.flatMap(({ name, values }) => textOf(name, values.find(({ stage }) => stage === 'loader')?.value))),
    readers: readers.seen,
    watchedFromStart: readers.from !== undefined && beforePrograms.includes(readers.from),
    initfsOver: context.stage === 'userland' || context.stage === 'login' || /not able to mount uuid|init: switchroot to \/usr/.test(text),
    length: held.reduce((sum, { name, values }) => sum + name.length + 2 + valueLength(values[values.length - 1]?.value), 0),
  });
  const variables = answer.variables.map((variable): EnvironmentVariable => ({
    ...variable,
    readers: variable.readers.map((reader) => {
      const seen = readers.seen.find(({ name }) => name === reader.name);
      return seen === undefined ? reader : { ...reader, seen: { process: seen.process, stage: seen.stage, ...(seen.atMs === undefined ? {} : { atMs: seen.atMs }), times: seen.times } };
    }),
    faults: [...variable.faults, ...(faults.get(variable.name) ?? [])].map(({ code, message }) => ({ code, message })),
  }));
  for (const [name, found] of faults) if (!variables.some((variable) => variable.name === name)) variables.push({ name, values: [], readers: [], editable: false, faults: found.map(({ code, message }) => ({ code, message })) });
  return { ...answer, variables, textReaders: readers.seen.map(({ process, stage, atMs, times }) => ({ process, stage, ...(atMs === undefined ? {} : { atMs }), times })) };
};

type Text = EnvironmentVariable['values'][number]['value'] | undefined;

const textOf = (name: string, value: Text): [string, string][] => (value === undefined || isUnknown(value) ? [] : [[name, value]]);

const valueLength = (value: Text): number => (value === undefined || isUnknown(value) ? 0 : Buffer.byteLength(value));
