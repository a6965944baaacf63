import type { MountHistoryAnswer, MountsAnswer } from '../../../debug-adapter/api';
import { words } from '../known';
import { h, type Drawn } from '../drawing/drawn';
import { duration, type Say } from '../drawing/figures';
import { button, note, placeLink } from './links';
import { mountGroups, mountRows, mountTree, stopOf, type MountGroup, type MountNode, type MountRow } from './mount-model';
import { askedAnswer, questions } from './mount-questions';
import type { Answer, Contents, Look, State } from './state';
import { refused } from './state';

/** The page Mounts: the kernel's table and that of a process side by side, as a table or a tree, against an earlier stop if wanted. */
export function mountsPage({ mounts, history }: NonNullable<Contents['mounts']>, look: Look, asked: State['asked'], say: Say): Drawn[] {
  if (refused(mounts)) return [note(mounts.failed, 'problem')];
  if (mounts.unknown !== undefined) return [note(mounts.unknown)];
  const groups = mountGroups(mounts);
  const group = groups[Math.min(look.view, groups.length - 1)];
  const against = refused(history) ? undefined : stopOf(history, look.against);
  const rows = mountRows(mounts.kernel, group, against?.mounts);
  return [
    ...glance(mounts, groups, say),
    toolbar(groups, group, history, look, say),
    ...(against ? [sinceLine(against, rows, say)] : []),
    look.mountsAs === 'table' ? table(rows, group, say) : trees(rows, group, say),
    questions(group, say),
    ...(asked ? [askedAnswer(asked, say)] : []),
  ];
}

/** One sentence for each group of processes: who sees how much otherwise. */
function glance({ kernel }: MountsAnswer, groups: readonly MountGroup[], say: Say): Drawn[] {
  if (groups.length === 0) return [note(say('No process has another root than the kernel: all {0} mounts are where the table says.', kernel.length))];
  const lines = groups.map(({ processes, view, differing }) => {
    const who = processes.length > 3 ? say('{0} and {1} more', processes.slice(0, 2).join(', '), processes.length - 2) : processes.join(', ');
    const root = words(view.root);
    return h(
      'li',
      { class: differing > 0 ? 'differs' : '' },
      h('span', { class: 'sign', 'aria-hidden': 'true' }, differing > 0 ? '≠' : '='),
      h('code', {}, root),
      h('span', {}, ` ${differing > 0 ? say('is the root of {0}: {1} of {2} mounts are not where the kernel says.', who, differing, view.mounts.length) : say('is the root of {0}: the table is right for them.', who)}`),
    );
  });
  return [h('ul', { class: 'glance', 'aria-label': say('Who sees another table') }, ...lines)];
}

function toolbar(groups: readonly MountGroup[], group: MountGroup | undefined, history: Answer<MountHistoryAnswer>, look: Look, say: Say): Drawn {
  const stops = refused(history) ? [] : history.stops;
  const whyNot = refused(history) ? history.failed : history.unknown;
  const toggle = (as: Look['mountsAs'], label: string): Drawn => h('button', { type: 'button', 'aria-pressed': look.mountsAs === as ? 'true' : 'false', action: { do: 'look', set: { mountsAs: as } } }, label);
  return h(
    'div',
    { class: 'toolbar' },
    ...(groups.length > 0
      ? [
          h(
            'span',
            { class: 'field' },
            h('label', { for: 'view' }, say('Compare the kernel with')),
            h('select', { id: 'view', name: 'view', action: { do: 'look', set: {} } }, ...groups.map((one, index) => h('option', { value: index, selected: one === group }, `${words(one.view.root)} — ${one.processes.join(', ')}`))),
          ),
        ]
      : []),
    button(say('Another process…'), { do: 'chooseProcess' }),
    h(
      'span',
      { class: 'field' },
      h('label', { for: 'against', title: whyNot ?? '' }, say('and with the stop')),
      h(
        'select',
        { id: 'against', name: 'against', title: whyNot ?? '', disabled: stops.length === 0, action: { do: 'look', set: {} } },
        h('option', { value: 0, selected: look.against === 0 }, say('(none)')),
        ...stops.map((stop) => h('option', { value: stop.n, selected: stop.n === look.against }, `${stop.n}: ${duration(stop.atMs)} ${stop.stage ?? ''} — ${stop.reason}`)),
      ),
    ),
    h('span', { class: 'group', role: 'group', 'aria-label': say('Show as') }, toggle('table', say('Table')), toggle('tree', say('Tree'))),
  );
}

function sinceLine(stop: MountHistoryAnswer['stops'][number], rows: readonly MountRow[], say: Say): Drawn {
  const count = (since: MountRow['since']): number => rows.filter((row) => row.since === since).length;
  return h(
    'p',
    { class: 'since', 'aria-live': 'polite' },
    say('Since stop {0} ({1}): {2} added, {3} removed, {4} changed.', stop.n, stop.reason, count('added'), count('removed'), count('changed')),
    ' ',
    ...(stop.by ? [stop.by.source ? placeLink(stop.by.source, say, stop.by.function) : h('code', {}, stop.by.function)] : []),
  );
}

const signs: Readonly<Record<MountRow['since'], string>> = { added: '+', removed: '−', changed: '~', same: '' };

function sinceWord(row: MountRow, say: Say): string {
  if (row.since === 'added') return say('new since then');
  if (row.since === 'removed') return say('gone since then');
  return row.before ? say('it was {0} from {1} on {2} ({3})', row.before.fstype, row.before.from, row.before.on, row.before.flags.join(' ')) : '';
}

function table(rows: readonly MountRow[], group: MountGroup | undefined, say: Say): Drawn {
  const who = group ? say('Seen by {0}', group.processes[0] ?? '') : say('Seen by processes');
  return h(
    'table',
    { class: 'mounts' },
    h(
      'thead',
      {},
      h('tr', {}, h('th', { colspan: 4, scope: 'colgroup' }, say('The kernel’s table')), h('th', { colspan: 2, scope: 'colgroup', class: 'theirs' }, who)),
      h('tr', {}, h('th', { scope: 'col' }, say('On')), ...[say('Type'), say('From'), say('Flags')].map((title) => h('th', { scope: 'col', class: 'less' }, title)), h('th', { scope: 'col', class: 'theirs' }, say('At')), h('th', { scope: 'col' }, say('What differs'))),
    ),
    h('tbody', {}, ...rows.map((row) => tableRow(row, say))),
  );
}

function tableRow(row: MountRow, say: Say): Drawn {
  const { mount, seen, since } = row;
  return h(
    'tr',
    { class: `${seen?.differs ? 'differs' : ''} ${since}` },
    h('th', { scope: 'row', title: [`${mount.fstype} ${mount.from} ${mount.flags.join(' ')}`, sinceWord(row, say)].filter((line) => line !== '').join('\n') }, ...(since === 'same' ? [] : [h('strong', { class: 'since' }, `${signs[since]} `)]), h('code', {}, mount.on)),
    h('td', { class: 'less' }, mount.fstype),
    h('td', { class: 'less' }, h('code', {}, mount.from)),
    h('td', { class: 'flags less' }, mount.flags.join(' ')),
    ...(since === 'removed' ? [h('td', { class: 'theirs', colspan: 2 }, say('gone since then'))] : [h('td', { class: 'theirs' }, ...where(row, say)), h('td', { class: 'why' }, ...why(row, say))]),
  );
}

function where({ seen }: MountRow, say: Say): Drawn[] {
  if (!seen) return [];
  if (seen.visiblePath === undefined) return [h('span', { class: 'unreachable' }, say('out of reach'))];
  return [h('code', { class: seen.differs ? 'changed' : '' }, seen.visiblePath)];
}

function why(row: MountRow, say: Say): Drawn[] {
  const since = sinceWord(row, say);
  return [
    ...(row.seen?.differs ? [h('span', {}, h('strong', { class: 'sign', 'aria-hidden': 'true' }, '≠ '), row.seen.differs.message)] : []),
    ...(since === '' ? [] : [h('div', { class: 'since' }, `${signs[row.since]} ${since}`)]),
  ];
}

function trees(rows: readonly MountRow[], group: MountGroup | undefined, say: Say): Drawn {
  const nodes = mountTree(rows);
  const half = (title: string, label: (row: MountRow) => Drawn[]): Drawn => h('section', { class: 'half' }, h('h3', {}, title), h('ul', { class: 'tree' }, ...nodes.map((node) => branch(node, label))));
  return h(
    'div',
    { class: 'halves' },
    half(say('The kernel’s table'), (row) => [...(row.since === 'same' ? [] : [h('strong', { title: sinceWord(row, say) }, `${signs[row.since]} `)]), h('code', {}, row.mount.on), h('span', { class: 'dim' }, ` ${row.mount.fstype} ${row.mount.from}`)]),
    ...(group
      ? [
          half(say('Seen by {0}', group.processes.join(', ')), (row) => [
            ...where(row, say),
            h('span', { class: 'dim' }, ` ${row.mount.fstype} `),
            ...(row.seen?.differs ? [h('span', { title: row.seen.differs.message }, row.seen.visiblePath === row.mount.on ? `≠ ${row.seen.differs.message}` : say('≠ kernel: {0}', row.mount.on))] : []),
          ]),
        ]
      : []),
  );
}

const branch = ({ row, children }: MountNode, label: (row: MountRow) => Drawn[]): Drawn =>
  h('li', { class: row.seen?.differs ? 'differs' : '' }, ...label(row), ...(children.length > 0 ? [h('ul', {}, ...children.map((child) => branch(child, label)))] : []));
