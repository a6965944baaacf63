import type { Action } from '../actions';
import { frame } from '../frame';
import { firstLook, type Look, type State } from '../state';
import { tabs } from '../tabs';
import { fill, type Say } from '../../drawing/figures';
import { keep, restore } from './keep';
import { actions, patchChildren } from './to-dom';

interface Host {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();
const root = document.getElementById('root') ?? document.body;
/** The field in which a variable is edited. */
const editor = 'form.edit input';
const leastZoom = 0.2;
const mostZoom = 64;
let look: Look = { ...firstLook, ...(host.getState() as Partial<Look> | undefined) };
let state: State | undefined;

const say: Say = (text, ...values) => fill(state?.words[text] ?? text, values);

function draw(): void {
  if (!state) return;
  const kept = keep(root);
  patchChildren(root, [frame(state, look, say)]);
  restore(root, kept);
  const edit = root.querySelector<HTMLInputElement>(editor);
  if (edit && !kept.typed.has(edit.id)) edit.select();
}

/** Changes how the pages are looked at; `zoomBy` is a factor, and `at` the share of the picture's width that stays in place. */
function see(set: Readonly<Record<string, string | number | null>>, at = 0.5): void {
  const picture = root.querySelector('#picture');
  const before = picture ? (picture.scrollLeft + at * picture.clientWidth) / look.zoom : 0;
  const { zoomBy, ...plain } = set;
  const wanted = Math.min(mostZoom, Math.max(leastZoom, Number(plain.zoom ?? look.zoom) * Number(zoomBy ?? 1)));
  const zoomed = wanted !== look.zoom;
  const typed = Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, name === 'view' || name === 'against' ? Number(value) : value]));
  look = { ...look, ...(typed as Partial<Look>), zoom: wanted };
  host.setState(look);
  draw();
  const now = root.querySelector('#picture');
  if (now && zoomed) now.scrollLeft = before * look.zoom - at * now.clientWidth;
}

function perform(action: Action): void {
  if (action.do === 'look') see(action.set);
  else host.postMessage(action);
}

/** What a click at this place means. Fields and forms answer other events. */
function meant(target: EventTarget | null): Action | undefined {
  for (let at = target instanceof Element ? target : null; at && at !== root; at = at.parentElement) {
    const action = actions.get(at);
    if (action) return at instanceof HTMLFormElement || at instanceof HTMLInputElement || at instanceof HTMLSelectElement ? undefined : action;
  }
  return undefined;
}

root.addEventListener('click', (event) => {
  const action = meant(event.target);
  if (action) perform(action);
});

root.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  const action = form instanceof HTMLFormElement ? actions.get(form) : undefined;
  if (!action || !(form instanceof HTMLFormElement)) return;
  const fields = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, typeof value === 'string' ? value : '']));
  if (action.do === 'look') see(fields);
  else host.postMessage({ ...action, ...fields });
  if (action.do === 'setEnvironment') see({ editing: '' });
});

root.addEventListener('change', (event) => {
  if (event.target instanceof HTMLSelectElement && event.target.name !== '') see({ [event.target.name]: event.target.value });
});

root.addEventListener('input', (event) => {
  const input = event.target;
  if (input instanceof HTMLInputElement && actions.get(input)?.do === 'look') see({ [input.name]: input.value });
});

root.addEventListener('keydown', (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.matches(editor) && event.key === 'Escape') see({ editing: '' });
  if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) return;
  if (target?.getAttribute('role') === 'tab') moveTab(event);
  else if ((event.key === 'Enter' || event.key === ' ') && target instanceof SVGElement) {
    const action = actions.get(target);
    if (!action) return;
    event.preventDefault();
    perform(action);
  } else if (target?.closest('#picture') && !event.ctrlKey && !event.metaKey) {
    if (event.key === '+' || event.key === '=') see({ zoomBy: 1.25 });
    else if (event.key === '-') see({ zoomBy: 0.8 });
    else if (event.key === '0') see({ zoom: 1 });
  }
});

/** Arrow keys, Home and End go from tab to tab (WAI-ARIA Authoring Practices, tabs pattern). */
function moveTab(event: KeyboardEvent): void {
  const at = tabs.findIndex(({ id }) => id === state?.tab);
  const next = { ArrowRight: (at + 1) % tabs.length, ArrowLeft: (at + tabs.length - 1) % tabs.length, Home: 0, End: tabs.length - 1 }[event.key];
  const tab = next === undefined ? undefined : tabs[next];
  if (!tab || !state) return;
  event.preventDefault();
  state = { ...state, tab: tab.id };
  draw();
  root.querySelector<HTMLElement>(`#tab-${tab.id}`)?.focus();
  host.postMessage({ do: 'tab', tab: tab.id });
}

root.addEventListener(
  'wheel',
  (event) => {
    const picture = event.target instanceof Element ? event.target.closest('#picture') : null;
    if (!picture || !event.ctrlKey) return;
    event.preventDefault();
    const { left, width } = picture.getBoundingClientRect();
    see({ zoomBy: event.deltaY < 0 ? 1.25 : 0.8 }, (event.clientX - left) / width);
  },
  { passive: false },
);

window.addEventListener('message', ({ data }: MessageEvent<State>) => {
  const before = state?.tab;
  state = data;
  if (before !== undefined && before !== state.tab) look = { ...look, zoom: 1, editing: '' };
  draw();
});

new ResizeObserver(() => {
  const width = root.clientWidth - 24;
  if (Math.abs(width - look.width) < 2) return;
  look = { ...look, width };
  draw();
}).observe(root);

host.postMessage({ do: 'ready' } satisfies Action);
