import { h, type Drawn } from '../drawing/drawn';
import type { Say } from '../drawing/figures';
import { environmentPage } from './environment-table';
import { button, note } from './links';
import { mountsPage } from './mounts-page';
import { readsPage } from './reads-page';
import type { Look, State } from './state';
import { tabs, type TabId } from './tabs';
import { timelinePage } from './timeline';
import { unitsPage } from './units-page';

const names = (say: Say): Readonly<Record<TabId, string>> => ({
  timeline: say('Stages'),
  environment: say('Environment'),
  mounts: say('Mounts'),
  reads: say('Reads'),
  units: say('Units'),
});

/** Pages whose picture can be zoomed and kept as a file. */
export const pictured: readonly TabId[] = ['timeline', 'reads', 'units'];

/** The whole page: tabs, what the machine does, and the page of the chosen tab. */
export function frame(state: State, look: Look, say: Say): Drawn {
  const titles = names(say);
  return h(
    'div',
    { class: 'frame' },
    h(
      'div',
      { class: 'head' },
      h(
        'div',
        { role: 'tablist', 'aria-label': say('Boot chain'), class: 'tabs' },
        ...tabs.map(({ id }) =>
          h('button', { type: 'button', role: 'tab', id: `tab-${id}`, 'aria-selected': id === state.tab ? 'true' : 'false', 'aria-controls': 'page', tabindex: id === state.tab ? 0 : -1, action: { do: 'tab', tab: id } }, titles[id]),
        ),
      ),
      h('span', { class: 'machine dim', role: 'status' }, machineWords(state, say)),
      ...(pictured.includes(state.tab) && state.contents[state.tab] !== undefined ? [zoomButtons(say)] : []),
    ),
    h('div', { role: 'tabpanel', id: 'page', 'aria-labelledby': `tab-${state.tab}`, class: `page ${state.tab}`, tabindex: 0 }, ...page(state, look, say)),
  );
}

const zoomButtons = (say: Say): Drawn =>
  h(
    'span',
    { class: 'group', role: 'group', 'aria-label': say('Zoom') },
    button('−', { do: 'look', set: { zoomBy: 0.8 } }, say('Zoom out')),
    button('+', { do: 'look', set: { zoomBy: 1.25 } }, say('Zoom in')),
    button(say('Fit'), { do: 'look', set: { zoom: 1 } }, say('Fit the picture to the width')),
    button(say('Export SVG…'), { do: 'export' }),
  );

function machineWords({ machine, session }: State, say: Say): string {
  switch (machine) {
    case 'none':
      return say('no session');
    case 'running':
      return say('{0} runs; shown is its last stop', session ?? '');
    case 'stopped':
      return say('{0} is stopped', session ?? '');
    case 'ended':
      return say('{0} has ended; shown is its last stop', session ?? '');
  }
}

function page({ tab, contents, machine, asked }: State, look: Look, say: Say): Drawn[] {
  const stopped = machine === 'stopped';
  switch (tab) {
    case 'timeline':
      return contents.timeline ? timelinePage(contents.timeline, look, say) : [waiting(machine, say)];
    case 'environment':
      return contents.environment ? environmentPage(contents.environment, look, stopped, say) : [waiting(machine, say)];
    case 'mounts':
      return contents.mounts ? mountsPage(contents.mounts, look, asked, say) : [waiting(machine, say)];
    case 'reads':
      return contents.reads ? readsPage(contents.reads, look, stopped, say) : [waiting(machine, say)];
    case 'units':
      return contents.units ? unitsPage(contents.units, look, say) : [waiting(machine, say)];
  }
}

const waiting = (machine: State['machine'], say: Say): Drawn =>
  note(machine === 'none' || machine === 'ended' ? say('Start a Bootscope session (F5): this page is read at each stop.') : machine === 'running' ? say('The machine runs. Pause it (F6), or let it come to a breakpoint: this page is read at each stop.') : say('Reading the machine…'));
