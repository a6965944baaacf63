import type { CallFrame, Known, Read, ReadsAnswer } from '../../../debug-adapter/api';
import { h, type Drawn } from '../drawing/drawn';
import { bytes, gridLines, type Say } from '../drawing/figures';
import { button, note, opening, place, placeLink } from './links';
import type { Contents, Look } from './state';
import { refused } from './state';

/** A read against the preload and the filesystem. */
export interface PlacedRead {
  readonly read: Read;
  readonly failed: boolean;
  /** It ends within what was preloaded; undefined where the preload is not known. */
  readonly inPreload: boolean | undefined;
  /** Calls that led to it, innermost first; empty where they are not known. */
  readonly calls: readonly CallFrame[];
}

export interface ReadsModel {
  /** Bytes from the start of the disk that the picture spans. */
  readonly span: number;
  readonly preload: number | undefined;
  readonly filesystem: number | undefined;
  readonly reads: readonly PlacedRead[];
  readonly failed: readonly PlacedRead[];
}

const known = <T,>(value: Known<T>): T | undefined => (typeof value === 'object' && value !== null && 'unknown' in value ? undefined : (value as T));

/** What the picture needs, from the adapter's answer. */
export function readsModel(answer: ReadsAnswer): ReadsModel {
  const preload = known(answer.preload)?.size;
  const filesystem = known(answer.filesystemSize);
  const stacks = answer.stacks === undefined ? undefined : known(answer.stacks);
  const reads = answer.reads.map((read): PlacedRead => ({ read, failed: read.result !== 'ok', inPreload: preload === undefined ? undefined : read.offset + read.length <= preload, calls: read.stack === undefined ? [] : (stacks?.[read.stack] ?? []) }));
  const span = Math.max(1, filesystem ?? 0, preload ?? 0, ...answer.reads.map(({ offset, length }) => offset + length));
  return { span, preload, filesystem, reads, failed: reads.filter(({ failed }) => failed) };
}

const bandHeight = 22;
const bandTop = 24;
const readsTop = bandTop + 2 * (bandHeight + 6) + 10;
/** Rows of the picture; more reads share them. */
const mostRows = 160;

/** The disk from left to right, reads from top to bottom in their order: what was preloaded, how far the filesystem goes, and what each read asked for. */
export function readsPicture(model: ReadsModel, look: Pick<Look, 'zoom' | 'width'>, say: Say): Drawn {
  const width = Math.max(320, look.width) * look.zoom;
  const x = (offset: number): number => Math.round((4 + (offset / model.span) * (width - 8)) * 10) / 10;
  const rows = Math.min(mostRows, model.reads.length);
  const rowHeight = Math.max(2, Math.min(16, Math.floor(320 / Math.max(1, rows))));
  const y = (index: number): number => readsTop + Math.floor((index * rows) / Math.max(1, model.reads.length)) * rowHeight;
  const height = readsTop + Math.max(1, rows) * rowHeight + 24;
  const grid = gridLines(model.span, width / 90, 2).flatMap((offset) => [
    h('line', { class: 'grid', x1: x(offset), x2: x(offset), y1: bandTop - 6, y2: height }),
    h('text', { class: 'dim', x: x(offset), y: 14, 'text-anchor': offset === 0 ? 'start' : x(offset) > width - 30 ? 'end' : 'middle' }, bytes(offset)),
  ]);
  return h(
    'svg',
    { width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': say('Reads of the live disk') },
    ...(model.preload === undefined ? [] : [h('rect', { class: 'window', x: x(0), y: bandTop, width: Math.max(2, x(model.preload) - x(0)), height: height - bandTop })]),
    ...grid,
    ...band(model.filesystem, 'extent', say('filesystem {0}', bytes(model.filesystem ?? 0)), bandTop, x),
    ...band(model.preload, 'preload', say('preloaded {0}', bytes(model.preload ?? 0)), bandTop + bandHeight + 6, x),
    ...(model.preload === undefined ? [] : [h('line', { class: 'axis', x1: x(model.preload), x2: x(model.preload), y1: bandTop, y2: height })]),
    // Failures last: they are drawn over the others.
    ...model.reads.flatMap((one, index) => (one.failed ? [] : [mark(one, x, y(index), rowHeight, say)])),
    ...model.reads.flatMap((one, index) => (one.failed ? failure(one, x, y(index), rowHeight, width, say) : [])),
  );
}

const band = (size: number | undefined, kind: string, label: string, y: number, x: (offset: number) => number): Drawn[] =>
  size === undefined ? [] : [h('rect', { class: kind, x: x(0), y, width: Math.max(2, x(size) - x(0)), height: bandHeight, rx: 2 }), h('text', { x: x(0) + 6, y: y + 15 }, label)];

/** All figures of a read, one a line. */
export function readWords({ read, inPreload, calls }: PlacedRead, say: Say): string {
  const where = inPreload === undefined ? [] : [inPreload ? say('within the preload') : say('ends past the preload')];
  return [read.kind === 'write' ? say('write {0}: {1}', read.n, read.result) : say('read {0}: {1}', read.n, read.result), say('block {0}, offset {1} ({2}), length {3}', read.block, read.offset, bytes(read.offset), read.length), ...where, ...(read.servedBy === undefined ? [] : [say('served by {0}', read.servedBy)]), say('by {0}', read.by), ...callWords(calls)].join('\n');
}

/** Calls in words, one a line: without type arguments, which are long in Rust. */
const callWords = (calls: readonly CallFrame[]): string[] => calls.map((call) => `  ${functionWords(call)}${call.source === undefined ? '' : `  ${place(call.source)}`}`);

function functionWords({ function: name }: CallFrame): string {
  let words = name;
  // Innermost brackets first; a trait's implementation begins with one.
  for (let before = ''; before !== words; ) [before, words] = [words, words.replace(/(?<=\w)(?:::)?<[^<>]*>/g, '')];
  return words;
}

function mark(one: PlacedRead, x: (offset: number) => number, y: number, height: number, say: Say): Drawn {
  const { read } = one;
  return h(
    'g',
    { ...(read.source ? { class: 'clickable', action: opening(read.source) } : {}) },
    h('title', {}, readWords(one, say)),
    h('rect', { class: read.kind === 'write' ? 'read write' : 'read', x: x(read.offset), y, width: Math.max(3, x(read.offset + read.length) - x(read.offset)), height: Math.max(2, height - 2) }),
  );
}

function failure(one: PlacedRead, x: (offset: number) => number, y: number, height: number, width: number, say: Say): Drawn[] {
  const { read } = one;
  const at = x(read.offset);
  const toLeft = at > width / 2;
  const words = say('✗ {0}: block {1} at {2}', read.result, read.block, bytes(read.offset));
  return [
    h('line', { class: 'failure', x1: at, x2: at, y1: bandTop, y2: y + height }),
    h(
      'g',
      { 'aria-label': `${words}\n${readWords(one, say)}`, ...(read.source ? { role: 'button', tabindex: 0, class: 'clickable', action: opening(read.source) } : { role: 'img' }) },
      h('title', {}, readWords(one, say)),
      h('rect', { class: 'read failed', x: at - 2, y: y - 1, width: Math.max(7, x(read.offset + read.length) - at), height: Math.max(7, height) }),
      h('text', { class: 'failed', x: toLeft ? at - 8 : at + 12, y: y + Math.max(9, height - 4), 'text-anchor': toLeft ? 'end' : 'start' }, words),
    ),
  ];
}

/** The function that `source` stands in, and who called it. */
function ownWords({ source }: Read, calls: readonly CallFrame[]): Drawn[] {
  const own = calls.findIndex((call) => call.source?.path === source?.path && call.source?.line === source?.line);
  const shown = calls.slice(Math.max(0, own), Math.max(0, own) + 3).map((call) => functionWords(call).split('::').slice(-1).join(''));
  return shown.length === 0 ? [] : [h('span', { class: 'dim' }, ` ${shown.join(' < ')}`)];
}

/** Lines of the table below the picture; the rest is told in a sentence. */
const mostLines = 200;

/** The page Reads. */
export function readsPage({ reads }: NonNullable<Contents['reads']>, look: Look, stopped: boolean, say: Say): Drawn[] {
  if (refused(reads)) return [note(reads.failed, 'problem')];
  const model = readsModel(reads);
  const hasPicture = model.reads.length > 0 || model.preload !== undefined || model.filesystem !== undefined;
  const shown = model.reads.length <= mostLines ? model.reads : [...model.failed, ...model.reads.filter(({ failed }) => !failed)].slice(0, mostLines);
  return [
    ...(hasPicture ? [summary(model, reads, say), h('div', { class: 'picture', id: 'picture', tabindex: 0, role: 'group', 'aria-label': say('Picture of the reads: plus and minus zoom, zero fits, arrows move') }, readsPicture(model, look, say))] : []),
    ...recordWords(reads, stopped, say),
    ...(reads.disks && reads.disks.length > 0
      ? [
          h('h3', {}, say('Disks that redoxfs tried')),
          h('ul', {}, ...reads.disks.map(({ disk, outcome, error, ioError }) => h('li', {}, h('code', {}, disk), ` ${outcome}${error === undefined ? '' : ` — ${error}`}${ioError === undefined ? '' : ` (${ioError})`}`))),
        ]
      : []),
    ...(shown.length === 0
      ? []
      : [
          h('h3', {}, shown.length < model.reads.length ? say('{0} of {1} reads, failed ones first', shown.length, model.reads.length) : say('{0} reads', model.reads.length)),
          h(
            'table',
            {},
            h('thead', {}, h('tr', {}, ...[say('Read'), say('Block'), say('Offset'), say('Length'), say('Result'), say('By'), say('Code')].map((title) => h('th', { scope: 'col' }, title)))),
            h('tbody', {}, ...shown.map((one) => line(one, say))),
          ),
        ]),
  ];
}

/** Whether accesses are recorded, or why there are none to show and what can be done. */
function recordWords({ reads, recording, unknown }: ReadsAnswer, stopped: boolean, say: Say): Drawn[] {
  if (recording === true) return [h('p', { class: 'dim', role: 'status' }, reads.length === 0 ? say('● Recording: every access of the live disk is kept from here on. There was none yet.') : say('● Recording every access of the live disk.'))];
  const begin = stopped ? [h('p', {}, button(say('Record reads from now on'), { do: 'recordReads' }))] : [];
  return [...(unknown === undefined ? [] : [note(unknown)]), ...begin];
}

/** Words of the adapter among others: with a capital and one full stop. */
const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1).replace(/\.$/, '')}.`;

function summary(model: ReadsModel, { advice, verdict }: ReadsAnswer, say: Say): Drawn {
  const short = model.preload !== undefined && model.filesystem !== undefined && model.preload < model.filesystem;
  // Before the read that fails was answered, those seen so far say nothing of what would do.
  const tooEarly = model.failed.length === 0 && verdict !== undefined && !('unknown' in verdict) && verdict.outcome === 'fails';
  const first = [
    ...(short ? [say('{0} of {1} were preloaded.', bytes(model.preload ?? 0), bytes(model.filesystem ?? 0))] : []),
    ...(model.reads.length > 0 ? [say('{0} reads, {1} failed.', model.reads.length, model.failed.length)] : []),
  ];
  const more = [
    ...(verdict && !('unknown' in verdict) ? [sentence(verdict.sentence)] : []),
    ...(advice === undefined || advice === '' || tooEarly ? [] : [sentence(advice)]),
  ];
  return h('p', { class: model.failed.length > 0 ? 'verdict failed' : 'verdict', 'aria-live': 'polite' }, h('strong', {}, first.join(' ')), ` ${more.join(' ')}`);
}

const line = ({ read, failed, calls }: PlacedRead, say: Say): Drawn =>
  h(
    'tr',
    { class: failed ? 'failed' : '' },
    h('th', { scope: 'row', class: 'figure' }, String(read.n)),
    h('td', { class: 'figure' }, String(read.block)),
    h('td', { class: 'figure' }, `${read.offset} (${bytes(read.offset)})`),
    h('td', { class: 'figure' }, String(read.length)),
    h('td', {}, failed ? h('strong', {}, `✗ ${read.result}`) : read.result),
    h('td', {}, read.by),
    h('td', { title: callWords(calls).join('\n') }, ...(read.source ? [placeLink(read.source, say)] : []), ...ownWords(read, calls)),
  );
