import type { Checkpoint, StageInfo, StagesAnswer } from '../../../debug-adapter/api';
import { h, type Drawn } from '../drawing/drawn';
import { duration, gridLines, type Say } from '../drawing/figures';
import { button, link, note, opening, placeLink } from './links';
import type { Contents, Look } from './state';
import { refused } from './state';

/** A stage with its time, as the picture draws it. Times in ms since the machine was started. */
export interface StageBar {
  readonly stage: StageInfo;
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  /** Its end is not known yet: the boot is in it. */
  readonly open: boolean;
}

/** The stages in order of the chain, each with its time; `nowMs` ends the current one. */
export function stageBars({ current, stages }: StagesAnswer, nowMs: number): StageBar[] {
  return stages.map((stage) => {
    const startMs = stage.enteredMs;
    const open = startMs !== undefined && stage.leftMs === undefined && stage.id === current;
    return { stage, startMs, endMs: startMs === undefined ? undefined : Math.max(startMs, stage.leftMs ?? (open ? nowMs : startMs)), open };
  });
}

const rowHeight = 30;
const barHeight = 20;
const top = 26;
/** Average advance of a character of the interface font at 12 px. */
const characterWidth = 6.6;

const laneHeight = 16;

/** Rows for the labels of marks, so that none lies on another; a label without room to its right stands left of its mark. */
export function markLanes(marks: readonly { readonly from: number; readonly width: number }[], width: number): { readonly lane: number; readonly before: boolean }[] {
  const taken: [number, number][][] = [];
  return marks.map(({ from, width: size }) => {
    const before = from + size > width && from > size;
    const [start, end] = before ? [from - size, from + 4] : [from, from + size];
    let lane = 0;
    while (taken[lane]?.some(([left, right]) => start < right && end > left)) lane++;
    (taken[lane] ??= []).push([start, end]);
    return { lane, before };
  });
}

/** The boot as `systemd-analyze plot` would draw it: one row for each stage, time to the right. */
export function timelinePicture(bars: readonly StageBar[], checkpoints: readonly Checkpoint[], look: Pick<Look, 'zoom' | 'width'>, say: Say): Drawn {
  const spanMs = Math.max(1, ...bars.map(({ endMs }) => endMs ?? 0), ...checkpoints.map(({ atMs }) => atMs));
  const width = Math.max(320, look.width) * look.zoom;
  // The last label needs room to the right of its bar.
  const x = (ms: number): number => round((ms / spanMs) * (width - 8) + 4);
  const lanes = markLanes(checkpoints.map(({ name, atMs }) => ({ from: x(atMs), width: (name.length + 3) * characterWidth })), width);
  const rowsEnd = top + bars.length * rowHeight;
  const height = rowsEnd + (checkpoints.length === 0 ? 6 : 8 + (1 + Math.max(...lanes.map(({ lane }) => lane))) * laneHeight);
  const grid = gridLines(spanMs, width / 90, 10).flatMap((ms) => [
    h('line', { class: 'grid', x1: x(ms), x2: x(ms), y1: top - 6, y2: height }),
    h('text', { class: 'dim', x: x(ms), y: 14, 'text-anchor': ms === 0 ? 'start' : x(ms) > width - 30 ? 'end' : 'middle' }, duration(ms).replace(/\.?0+ s$/, ' s')),
  ]);
  const rows = bars.map((bar, row) => stageRow(bar, top + row * rowHeight, x, width, say));
  const marks = checkpoints.flatMap((checkpoint, index) => {
    const { lane = 0, before = false } = lanes[index] ?? {};
    const y = rowsEnd + 8 + lane * laneHeight;
    return [
      h('line', { class: 'checkpoint', x1: x(checkpoint.atMs), x2: x(checkpoint.atMs), y1: top - 6, y2: y + 6 }),
      h(
        'g',
        { class: 'clickable', role: 'button', tabindex: 0, 'aria-label': `⟲ ${checkpoint.name}: ${say('Restart from here')}`, action: { do: 'restart', id: checkpoint.id } },
        h('title', {}, say('{0}, taken at {1}: {2}', checkpoint.name, duration(checkpoint.atMs), checkpoint.where)),
        h('text', { class: 'mark', x: x(checkpoint.atMs) + (before ? -4 : 4), y: y + 10, 'text-anchor': before ? 'end' : 'start' }, `⟲ ${checkpoint.name}`),
      ),
    ];
  });
  return h('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': say('Boot stages over time') }, ...grid, ...rows, ...marks);
}

function stageRow({ stage, startMs, endMs, open }: StageBar, y: number, x: (ms: number) => number, width: number, say: Say): Drawn {
  if (startMs === undefined || endMs === undefined) return h('g', { class: 'row' }, h('text', { class: 'dim', x: 6, y: y + 15 }, say('{0}: not seen', stage.name)));
  const left = x(startMs);
  const size = Math.max(2, round(x(endMs) - left));
  const label = open ? say('{0}: {1} so far', stage.name, duration(endMs - startMs)) : say('{0}: {1}', stage.name, duration(endMs - startMs));
  const evidence = stage.evidence.map(({ text }) => text).join('\n');
  // Inside a bar that holds it, else on the side that has room.
  const needs = label.length * characterWidth + 12;
  const inside = size >= needs;
  const before = !inside && left + size + needs > width;
  const target = stageTarget(stage);
  return h(
    'g',
    { class: target ? 'row clickable' : 'row', ...(target ? { role: 'button', tabindex: 0, action: target } : {}), 'aria-label': `${label}${open ? ` (${say('current')})` : ''}` },
    h('title', {}, `${label}\n${say('entered at {0}', duration(startMs))}${evidence === '' ? '' : `\n${evidence}`}`),
    h('rect', { class: `bar ${stage.id}${open ? ' open' : ''}`, x: left, y, width: size, height: barHeight, rx: 2 }),
    h('text', { class: open ? 'current' : '', x: inside ? left + 6 : before ? left - 6 : left + size + 6, y: y + 14, 'text-anchor': before ? 'end' : 'start' }, label),
  );
}

/** Where the evidence of a stage leads: to its line on the console, or to the code. */
export function stageTarget(stage: StageInfo): ReturnType<typeof opening> | undefined {
  const source = stage.evidence.find((one) => one.source)?.source;
  if (source) return opening(source);
  const line = stage.evidence.find(({ kind }) => kind === 'serial');
  return line && { do: 'serial', text: line.text };
}

/** The page Stages: the picture, what shows each stage, and the checkpoints. */
export function timelinePage({ stages, checkpoints, nowMs }: NonNullable<Contents['timeline']>, look: Look, say: Say): Drawn[] {
  if (refused(stages)) return [note(stages.failed, 'problem')];
  const bars = stageBars(stages, nowMs);
  const taken = refused(checkpoints) ? [] : checkpoints.checkpoints;
  const why = refused(checkpoints) ? checkpoints.failed : checkpoints.unknown;
  return [
    h('div', { class: 'picture', id: 'picture', tabindex: 0, role: 'group', 'aria-label': say('Picture of the boot: plus and minus zoom, zero fits, arrows move') }, timelinePicture(bars, taken, look, say)),
    h('h3', {}, say('What shows each stage')),
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, ...[say('Stage'), say('Entered'), say('Took'), say('Address space'), say('Shown by')].map((title, column) => h('th', { scope: 'col', class: column === 3 ? 'less' : '' }, title)))),
      h('tbody', {}, ...bars.map((bar) => stageLine(bar, say))),
    ),
    h('h3', {}, say('Checkpoints')),
    ...(taken.length > 0 ? [checkpointTable(taken, say)] : []),
    ...(why === undefined ? [h('p', {}, button(say('Take a checkpoint now'), { do: 'checkpoint' }))] : [note(why)]),
  ];
}

function stageLine({ stage, startMs, endMs, open }: StageBar, say: Say): Drawn {
  const shown = stage.evidence.map((one) => {
    const label = one.text;
    if (one.source) return placeLink(one.source, say, label);
    return one.kind === 'serial' ? link(label, { do: 'serial', text: one.text }, say('Show the line in the serial log')) : h('span', {}, label);
  });
  return h(
    'tr',
    { class: open ? 'current' : '', 'aria-current': open ? 'step' : undefined },
    h('th', { scope: 'row' }, open ? `▶ ${stage.name}` : stage.name),
    h('td', { class: startMs === undefined ? 'figure dim' : 'figure' }, startMs === undefined ? say('not seen') : duration(startMs)),
    h('td', { class: 'figure' }, startMs === undefined || endMs === undefined ? '' : open ? say('{0} so far', duration(endMs - startMs)) : duration(endMs - startMs)),
    h('td', { class: 'less' }, stage.space === undefined ? '' : h('code', {}, stage.space)),
    h('td', { class: 'evidence' }, ...shown.flatMap((one, index) => (index === 0 ? [one] : [h('span', { class: 'dim' }, ' · '), one]))),
  );
}

const checkpointTable = (taken: readonly Checkpoint[], say: Say): Drawn =>
  h(
    'table',
    {},
    h('thead', {}, h('tr', {}, ...[say('Checkpoint'), say('Taken at'), say('Where'), say('Go back')].map((title) => h('th', { scope: 'col' }, title)))),
    h(
      'tbody',
      {},
      ...taken.map((one) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, one.name),
          h('td', { class: 'figure' }, duration(one.atMs)),
          h('td', {}, one.source ? placeLink(one.source, say, one.where) : one.where),
          h('td', {}, button(say('Restart from here'), { do: 'restart', id: one.id }, say('Restart from here: {0}', one.name))),
        ),
      ),
    ),
  );

const round = (value: number): number => Math.round(value * 10) / 10;
