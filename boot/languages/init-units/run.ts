import { serialLines } from '../../serial-text';
import { startOrder, type Stage, type UnitNode } from './graph';

/**
 * How far an init came with its units: what it must have done by the order it follows (graph.ts), and what console and processes
 * show of it (base init/src/{main,scheduler,service,unit}.rs; Red Bear's P9-init-debug-scheduler). Pure.
 */

/** A unit file as far as this matters. */
export interface UnitFile extends UnitNode {
  readonly stage: Stage;
  readonly description?: string;
  /** Program of a service, as the file names it. */
  readonly command?: string;
  /** `notify`, `scheme`, `oneshot`, `oneshot_async`; left out for targets and scripts. */
  readonly type?: string;
}

export type UnitState = 'done' | 'running' | 'waiting' | 'failed' | 'not-reached';

export interface UnitRun {
  readonly id: string;
  /** Named by a unit or by init, but no file is known. */
  readonly isMissing: boolean;
  readonly stage: Stage;
  readonly state: UnitState | undefined;
  /** Place in init's order over both stages, from 1. */
  readonly order?: number;
  readonly waitsFor: readonly string[];
  readonly evidence: readonly { readonly kind: 'serial' | 'memory' | 'file'; readonly text: string }[];
  /** When init said that it starts the unit, and when init was seen to be through with it; as `UnitRunFacts.whenSaid` counts. */
  readonly startedMs?: number;
  readonly endedMs?: number;
}

interface Event {
  readonly kind: 'started' | 'failed' | 'missing' | 'waiting' | 'spoke' | 'switched';
  /** Empty where init takes another root (`switched`). */
  readonly unit: string;
  readonly text: string;
}

/** Lines of a program's own that are kept as evidence. */
const mostWords = 3;

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
/** init prints a command as `"lived"`, Debug of Command, with its arguments behind. */
const commandOf = (text: string): string => baseName((/^"?([^"\s]+)/.exec(text.trim())?.[1] ?? text).replace(/"$/, ''));

/** What init said of its units. A unit that is named by its command or description is looked up among the files. */
export const unitEvents = (serial: string, files: readonly UnitFile[]): { events: readonly Event[]; stage: Stage | undefined } => {
  const events: Event[] = [];
  let stage: Stage | undefined;
  const find = (test: (file: UnitFile) => boolean): string | undefined => files.find((file) => file.stage === (stage ?? 1) && test(file))?.id ?? files.find(test)?.id;
  const byCommand = (text: string): string => find((file) => file.command !== undefined && baseName(file.command) === commandOf(text)) ?? commandOf(text);
  const byDescription = (text: string): string | undefined => find((file) => (file.description ?? file.id) === text);
  for (const { text } of serialLines(serial)) {
    const root = /switchroot to (\S+)/.exec(text)?.[1];
    if (root !== undefined) {
      stage = root.startsWith('/scheme/initfs') ? 1 : 2;
      events.push({ kind: 'switched', unit: '', text });
    }
    const add = (kind: Event['kind'], unit: string | undefined): void => {
      if (unit !== undefined && unit !== '') events.push({ kind, unit, text });
    };
    const starting = /^(?:\[.{1,8}\] )?Starting (.{1,200}) \((.{1,200})\)/.exec(text);
    if (starting !== null) add('started', byDescription(starting[1] ?? '') ?? byCommand(starting[2] ?? ''));
    const reached = /^(?:\[.{1,8}\] )?Reached target (.{1,200})/.exec(text);
    if (reached !== null) add('started', byDescription(reached[1] ?? ''));
    add('started', /init: DEBUG processing (\S+)/.exec(text)?.[1]);
    add('started', /init: DBG job=(\S+)/.exec(text)?.[1]);
    add('waiting', /init: DEBUG (\S+) waiting for deps/.exec(text)?.[1]);
    add('missing', /init: unit (\S+) not found/.exec(text)?.[1]);
    const refused = /init: failed to execute (.{1,200}?): /.exec(text) ?? /init: (.{1,200}?) exited without notifying readiness/.exec(text) ?? /init: (.{1,200}?) failed with /.exec(text);
    if (refused !== null) add('failed', byCommand(refused[1] ?? ''));
    add('failed', /init: (\S+): dependency wait exceeded/.exec(text)?.[1]);
    // A program says its name, or env_logger does (`[TIME ERROR redoxfs]`).
    const speaker = /^(?:\[[^\]]* )?([\w.-]{2,32})(?:\]|:) /.exec(text)?.[1];
    const spoke = speaker === undefined || speaker === 'init' ? undefined : find((file) => file.command !== undefined && baseName(file.command) === speaker);
    if (spoke !== undefined && events.filter(({ unit, kind }) => unit === spoke && kind === 'spoke').length < mostWords) add('spoke', spoke);
    const unreadable = /init: \S*\/init\.d\/([^/\s:]+): /.exec(text);
    if (unreadable !== null) add('failed', unreadable[1]);
  }
  return { events, stage };
};

export interface UnitRunFacts {
  readonly files: readonly UnitFile[];
  readonly serial: string;
  /** Processes there are, by the last component of their name; undefined: not known. */
  readonly processes?: ReadonlyMap<string, string>;
  /** When a line was said, asked for in the order of the lines; undefined: not known. */
  readonly whenSaid?: (line: string) => number | undefined;
}

/**
 * Times that the console tells, by unit. init says when it starts one (INIT_LOG_LEVEL=DEBUG, Red Bear's coloured lines); it is through with one that it
 * waits for when it says that this one failed, starts the next, or takes another root.
 */
const unitTimes = (events: readonly Event[], isAwaited: (unit: string) => boolean, whenSaid: (line: string) => number | undefined): ReadonlyMap<string, { readonly startedMs?: number; readonly endedMs?: number }> => {
  const times = new Map<string, { startedMs?: number; endedMs?: number }>();
  let [current, last] = [undefined as string | undefined, ''];
  for (const { kind, unit, text } of events) {
    if (text === last || kind === 'spoke' || kind === 'waiting') continue;
    last = text;
    const at = whenSaid(text);
    if (at === undefined) continue;
    // Red Bear names a unit twice as it starts: once by its id, once by its description.
    if (current !== undefined && isAwaited(current) && (kind === 'failed' ? unit === current : unit !== current && kind !== 'missing')) times.set(current, { ...times.get(current), endedMs: times.get(current)?.endedMs ?? at });
    if (kind === 'switched') current = undefined;
    if (kind !== 'started') continue;
    current = unit;
    if (times.get(unit)?.startedMs === undefined) times.set(unit, { ...times.get(unit), startedMs: at });
  }
  return times;
};

/** All units, those init took up first, in its order. */
export const unitRuns = ({ files, serial, processes, whenSaid }: UnitRunFacts): UnitRun[] => {
  const { events: told, stage } = unitEvents(serial, files);
  const times = whenSaid === undefined ? undefined : unitTimes(told, (id) => files.some((file) => file.id === id && blocks(file)), whenSaid);
  const events = told.filter(({ kind }) => kind !== 'switched');
  const seen = new Map<string, Event[]>();
  for (const event of events) seen.set(event.unit, [...(seen.get(event.unit) ?? []), event]);
  const sequence: { file: UnitFile | undefined; id: string; stage: Stage; missing: boolean }[] = [];
  for (const one of [1, 2] as const) {
    const own = new Map(files.filter((file) => file.stage === one).map((file) => [file.id, file]));
    if (own.size === 0) continue;
    const { started, missing, stuck } = startOrder(own, one);
    for (const id of [...started, ...stuck]) if (!sequence.some((entry) => entry.id === id && entry.stage === one)) sequence.push({ file: own.get(id), id, stage: one, missing: false });
    for (const { unit } of missing) sequence.push({ file: undefined, id: unit, stage: one, missing: true });
  }
  for (const id of seen.keys()) if (!sequence.some((entry) => entry.id === id)) sequence.push({ file: undefined, id, stage: stage ?? 1, missing: seen.get(id)?.some(({ kind }) => kind === 'missing') === true });

  const processOf = (file: UnitFile | undefined): string | undefined => (file?.command === undefined ? undefined : processes?.get(baseName(file.command)));
  const isShown = (id: string, file: UnitFile | undefined): boolean => (seen.get(id) ?? []).some(({ kind }) => kind !== 'missing' && kind !== 'waiting') || processOf(file) !== undefined;
  // init does one unit after the other: one that is shown has all before it behind it.
  let furthest = -1;
  sequence.forEach(({ id, file, missing }, index) => {
    if (!missing && isShown(id, file)) furthest = index;
  });
  const initIsGone = processes !== undefined && !processes.has('init');
  let order = 0;
  return sequence.map(({ id, file, stage: own, missing }, index): UnitRun => {
    const said = seen.get(id) ?? [];
    const process = processOf(file);
    const isOver = stage === 2 && own === 1;
    const failed = missing || said.some(({ kind }) => kind === 'failed');
    const waits = (file?.requires ?? []).filter((required) => sequence.some((entry, at) => entry.id === required && entry.stage === own && (at > furthest || (at === furthest && blocks(entry.file) && !initIsGone)) && !entry.missing));
    const state = ((): UnitState | undefined => {
      if (failed) return 'failed';
      if (isOver || index < furthest) return 'done';
      if (index === furthest) return isOver || initIsGone ? 'done' : blocks(file) ? 'running' : 'done';
      if (stage === undefined && furthest < 0) return processes === undefined && serial === '' ? undefined : 'not-reached';
      return initIsGone || (own === 2 && stage !== 2) ? 'not-reached' : 'waiting';
    })();
    const evidence: { kind: 'serial' | 'memory' | 'file'; text: string }[] = said.map(({ text }) => ({ kind: 'serial', text }));
    if (process !== undefined) evidence.push({ kind: 'memory', text: `process ${process}` });
    if (evidence.length === 0 && file !== undefined && state === 'done') evidence.push({ kind: 'file', text: isOver ? 'init has left the initfs behind, so it was through with this unit' : 'init was seen at a later unit, and does one after the other' });
    const reached = !missing && (isOver || index <= furthest);
    return { id, isMissing: missing, stage: own, state, ...(reached ? { order: ++order } : {}), waitsFor: state === 'waiting' ? waits : [], evidence, ...times?.get(id) };
  });
};

/** Does init wait for this unit before it takes the next? Not for a target, and not for one that runs beside. */
const blocks = (file: UnitFile | undefined): boolean => file?.type !== undefined && file.type !== 'oneshot_async';
