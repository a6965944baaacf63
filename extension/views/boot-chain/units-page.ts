import { h, type Drawn } from '../drawing/drawn';
import { duration, type Say } from '../drawing/figures';
import { button, note, opening, placeLink } from './links';
import type { Contents, Look } from './state';
import { refused } from './state';
import { placeUnits, ranUnits, writtenUnits, type PlacedUnit, type UnitBox } from './unit-model';

const boxWidth = 190;
const boxHeight = 38;
const mostGapX = 60;
const leastGapX = 26;
const leastScale = 0.75;
const gapY = 12;
const margin = 6;
const longestName = 25;

const words = (unit: UnitBox, say: Say): string => {
  switch (unit.state) {
    case 'done':
      return say('done');
    case 'running':
      return say('running');
    case 'waiting':
      return say('waiting');
    case 'failed':
      return say('failed');
    case 'not-reached':
      return say('not reached');
    case 'unknown':
      return say('not known');
    case 'written':
      return unit.order === undefined ? say('never started') : say('in the files');
  }
};

const signs: Readonly<Record<UnitBox['state'], string>> = { done: '✓', running: '▶', waiting: '…', failed: '✗', 'not-reached': '·', unknown: '?', written: '' };

const when = ({ startedMs, endedMs }: UnitBox): string => (startedMs === undefined ? '' : `${duration(startedMs)}${endedMs === undefined ? '' : ` +${duration(endedMs - startedMs)}`}`);

/** The dependency graph, from left (waits for nothing) to right. */
export function unitsPicture(units: readonly UnitBox[], look: Pick<Look, 'zoom' | 'width'>, say: Say): Drawn {
  const placed = placeUnits(units);
  const columns = 1 + Math.max(0, ...placed.map(({ column }) => column));
  // Room for the edges is given up first, then size, as long as it can be read.
  const spare = (look.width - 2 * margin - columns * boxWidth) / Math.max(1, columns - 1);
  const gapX = Math.min(mostGapX, Math.max(leastGapX, spare));
  const left = (column: number): number => margin + column * (boxWidth + gapX);
  const top = (row: number): number => margin + row * (boxHeight + gapY);
  const width = left(columns - 1) + boxWidth + margin;
  const scale = look.zoom * Math.min(1, Math.max(leastScale, look.width / width));
  const height = top(Math.max(0, ...placed.map(({ row }) => row))) + boxHeight + margin;
  const byKey = new Map(placed.map((one) => [one.unit.key, one]));
  const edges = placed.flatMap((to) =>
    to.unit.requires.flatMap((key) => {
      const from = byKey.get(key);
      return from ? [edge(left(from.column) + boxWidth, top(from.row) + boxHeight / 2, left(to.column), top(to.row) + boxHeight / 2, to.unit.waitsFor.includes(key))] : [];
    }),
  );
  return h(
    'svg',
    { width: Math.floor(width * scale), height: Math.round(height * scale), viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': say('Units and what they wait for') },
    ...edges,
    ...placed.map((one) => box(one, left(one.column), top(one.row), say)),
  );
}

function edge(x1: number, y1: number, x2: number, y2: number, waiting: boolean): Drawn {
  const bend = Math.max(20, Math.abs(x2 - x1) / 2);
  return h('path', { class: waiting ? 'edge waiting' : 'edge', d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` });
}

function box({ unit }: PlacedUnit, x: number, y: number, say: Say): Drawn {
  const name = unit.id.length > longestName ? `${unit.id.slice(0, longestName - 1)}…` : unit.id;
  const second = [signs[unit.state], words(unit, say), when(unit)].filter((part) => part !== '').join(' ');
  const first = unit.order === undefined ? name : `${unit.order}. ${name}`;
  // The name for a screen reader begins with what is seen (WCAG 2.5.3).
  const label = [`${first} ${second}`, ...(name === unit.id ? [] : [unit.id]), unit.description, ...unit.facts].filter((part) => part !== undefined && part !== '').join('\n');
  return h(
    'g',
    { class: unit.source ? 'clickable' : '', 'aria-label': label, ...(unit.source ? { role: 'button', tabindex: 0, action: opening(unit.source) } : { role: 'img' }) },
    h('title', {}, label),
    h('rect', { class: `unit ${unit.state}`, x, y, width: boxWidth, height: boxHeight, rx: 4 }),
    h('text', { x: x + 8, y: y + 16 }, first),
    h('text', { class: `dim ${unit.state}`, x: x + 8, y: y + 31 }, second),
  );
}

/** The page Units: what really ran, else the order that the files ask for. */
export function unitsPage({ units, graph }: NonNullable<Contents['units']>, look: Look, say: Say): Drawn[] {
  const ran = units && !refused(units) && units.unknown === undefined && units.units.length > 0 ? ranUnits(units) : undefined;
  const written = graph && graph.nodes.length > 0 ? writtenUnits(graph) : undefined;
  const whyNot = units === undefined ? [] : refused(units) ? [note(units.failed)] : units.unknown === undefined ? [] : [note(units.unknown)];
  const shown = ran ?? written;
  if (!shown) return [...whyNot, note(say('No init units were found in this workspace.')), h('p', {}, button(say('Look again'), { do: 'tab', tab: 'units' }))];
  const waiting = shown.filter(({ state }) => state === 'waiting');
  // A column in which nothing stands takes room from those that say something.
  const columns = { when: shown.some((unit) => when(unit) !== ''), waits: shown.some(({ waitsFor }) => waitsFor.length > 0) };
  const title = ran
    ? say('{0} units as they ran: {1} done, {2} failed, {3} waiting.', shown.length, count(shown, 'done'), count(shown, 'failed'), waiting.length)
    : say('{0} units as the files order them: no session has run them.', shown.length);
  return [
    h('p', { class: count(shown, 'failed') + waiting.length > 0 ? 'verdict failed' : 'verdict', 'aria-live': 'polite' }, h('strong', {}, title)),
    ...(ran ? [] : whyNot),
    ...(graph && !ran ? graph.problems.map(({ message, source }) => h('p', { class: 'note problem' }, message, ' ', ...(source ? [placeLink(source, say)] : []))) : []),
    h('div', { class: 'picture', id: 'picture', tabindex: 0, role: 'group', 'aria-label': say('Picture of the units: plus and minus zoom, zero fits, arrows move') }, unitsPicture(shown, look, say)),
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, ...[say('Order'), say('Unit'), say('State'), ...(columns.when ? [say('When')] : []), say('Requires'), ...(columns.waits ? [say('Waits for')] : []), say('Written at')].map((head) => h('th', { scope: 'col' }, head)))),
      h('tbody', {}, ...shown.map((unit) => line(unit, new Map(shown.map((one) => [one.key, one.id])), columns, say))),
    ),
  ];
}

const count = (units: readonly UnitBox[], state: UnitBox['state']): number => units.filter((unit) => unit.state === state).length;

const line = (unit: UnitBox, names: ReadonlyMap<string, string>, columns: { readonly when: boolean; readonly waits: boolean }, say: Say): Drawn =>
  h(
    'tr',
    { class: unit.state },
    h('td', { class: 'figure' }, unit.order === undefined ? '' : String(unit.order)),
    h('th', { scope: 'row', title: unit.description ?? '' }, unit.id),
    h('td', { title: unit.facts.join('\n') }, `${signs[unit.state]} ${words(unit, say)}`),
    ...(columns.when ? [h('td', { class: 'figure' }, when(unit))] : []),
    h('td', {}, unit.requires.map((key) => names.get(key) ?? key).join(', ')),
    columns.waits && h('td', {}, unit.waitsFor.map((key) => names.get(key) ?? key).join(', ')),
    h('td', {}, ...(unit.source ? [placeLink(unit.source, say)] : [])),
  );
