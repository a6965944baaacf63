import type { EnvironmentValue, EnvironmentVariable, StageId } from '../../../debug-adapter/api';
import { h, type Drawn } from '../drawing/drawn';
import type { Say } from '../drawing/figures';
import { button, note, placeLink } from './links';
import type { Contents, Look } from './state';
import { refused } from './state';

/** The value of a variable in one stage, against the stage before. */
export interface Cell {
  readonly text: string;
  readonly known: boolean;
  readonly change: 'first' | 'same' | 'set' | 'changed' | 'removed' | 'none';
  readonly value?: EnvironmentValue;
}

export interface VariableRow {
  readonly variable: EnvironmentVariable;
  /** One for each stage of the table. */
  readonly cells: readonly Cell[];
  readonly editable: boolean;
}

const text = ({ value }: EnvironmentValue): string => (typeof value === 'string' ? value : value.unknown);

/** Stages in which a value was seen, in the order in which variables name them. */
export function stagesOf(variables: readonly EnvironmentVariable[]): StageId[] {
  const order: StageId[] = [];
  for (const { values } of variables) {
    let at = 0;
    for (const { stage } of values) {
      const known = order.indexOf(stage);
      if (known >= 0) at = known + 1;
      else order.splice(at++, 0, stage);
    }
  }
  return order;
}

/** The table variable × stage, with what changed between one stage and the next. */
export function variableRows(variables: readonly EnvironmentVariable[], stages: readonly StageId[]): VariableRow[] {
  return variables.map((variable) => {
    let before: EnvironmentValue | undefined;
    const first = variable.values[0];
    const cells = stages.map((stage, index): Cell => {
      const value = variable.values.findLast((one) => one.stage === stage);
      const previous = before;
      before = value;
      if (!value) return { text: '', known: true, change: previous ? 'removed' : 'none' };
      const known = typeof value.value === 'string';
      const cell = { text: text(value), known, value };
      // In the first stage that was looked at nothing is new.
      if (value === first && index === 0) return { ...cell, change: 'first' };
      if (!previous) return { ...cell, change: 'set' };
      return { ...cell, change: known && typeof previous.value === 'string' && previous.value !== value.value ? 'changed' : 'same' };
    });
    return { variable, cells, editable: variable.editable && cells.at(-1)?.value !== undefined };
  });
}

const isChanged = ({ cells }: VariableRow): boolean => cells.some(({ change }) => change === 'changed' || change === 'set' || change === 'removed');

const weight = (row: VariableRow): number => {
  if (row.variable.faults.length > 0) return 0;
  const changes = row.cells.map(({ change }) => change);
  return changes.includes('changed') || changes.includes('removed') ? 1 : changes.includes('set') ? 2 : 3;
};

/** What is wrong comes first, then what changed, then what is new in a stage; else the kernel's order is kept. */
export const inOrderOfInterest = (rows: readonly VariableRow[]): VariableRow[] => [...rows].sort((a, b) => weight(a) - weight(b));

const holds = ({ variable, cells }: VariableRow, filter: string): boolean => {
  const wanted = filter.trim().toLowerCase();
  return wanted === '' || variable.name.toLowerCase().includes(wanted) || cells.some((cell) => cell.text.toLowerCase().includes(wanted));
};

/** The page Environment: each variable through the stages, who wrote it, who reads it, what is wrong with it. */
export function environmentPage({ environment, breaksOn }: NonNullable<Contents['environment']>, look: Look, stopped: boolean, say: Say): Drawn[] {
  if (refused(environment)) return [note(environment.failed, 'problem')];
  if (environment.unknown !== undefined) return [note(environment.unknown)];
  const stages = stagesOf(environment.variables);
  const all = variableRows(environment.variables, stages);
  const rows = inOrderOfInterest(all.filter((row) => holds(row, look.filter)));
  const faulty = all.filter(({ variable }) => variable.faults.length > 0);
  const changed = all.filter(isChanged);
  return [
    h(
      'form',
      { class: 'toolbar', role: 'search', action: { do: 'look', set: {} } },
      h('label', { for: 'filter' }, say('Show variables with')),
      h('input', { id: 'filter', name: 'filter', type: 'text', value: look.filter, autocomplete: 'off', spellcheck: 'false', action: { do: 'look', set: {} } }),
      h('span', { class: 'dim', 'aria-live': 'polite' }, say('{0} of {1} variables; {2} changed on the way, {3} with a fault', rows.length, all.length, changed.length, faulty.length)),
    ),
    h(
      'table',
      { class: 'environment' },
      h(
        'thead',
        {},
        h('tr', {}, h('th', { scope: 'col' }, say('Variable')), ...stages.map((stage, index) => h('th', { scope: 'col', class: index < stages.length - 1 ? 'less' : '' }, stage)), h('th', { scope: 'col' }, say('Written at')), h('th', { scope: 'col' }, say('Read by')), h('th', { scope: 'col' }, say('Do'))),
      ),
      h('tbody', {}, ...rows.flatMap((row) => variableLines(row, stages.length, look, stopped, breaksOn, say))),
    ),
  ];
}

function variableLines(row: VariableRow, stages: number, look: Look, stopped: boolean, breaksOn: readonly string[], say: Say): Drawn[] {
  const { variable, cells, editable } = row;
  const { name } = variable;
  const origins = variable.values.flatMap(({ origin }) => (origin ? [origin] : [])).filter((origin, index, all) => all.findIndex((one) => one.path === origin.path && one.line === origin.line) === index);
  const last = cells.at(-1);
  const editing = look.editing === name && editable && stopped;
  const faults = variable.faults.map(({ message }) => h('tr', { class: 'fault' }, h('td', { colspan: stages + 4 }, h('span', { 'aria-hidden': 'true' }, '⚠ '), message)));
  const line = h(
    'tr',
    { class: faults.length > 0 ? 'faulty' : '' },
    h('th', { scope: 'row', title: variable.meaning ?? '' }, name),
    ...cells.map((cell, index) => (index === stages - 1 && editing ? h('td', {}, editor(name, cell.text, say)) : h('td', { class: `value ${cell.change}${index < stages - 1 ? ' less' : ''}`, title: cell.value?.address === undefined ? '' : say('at {0}', cell.value.address) }, ...cellText(cell, cells[index - 1], say)))),
    h('td', {}, ...origins.map((origin) => h('div', {}, placeLink(origin, say)))),
    h('td', { class: 'readers' }, ...variable.readers.map((reader) => h('div', {}, reader.source ? placeLink(reader.source, say, reader.name) : h('span', {}, reader.name), h('span', { class: 'dim' }, reader.seen ? ` ${say('read by {0}, {1}×', reader.seen.process, reader.seen.times)}` : '')))),
    h(
      'td',
      { class: 'actions' },
      ...(editable && stopped && !editing ? [button(say('Edit'), { do: 'look', set: { editing: name } }, say('Edit {0}', name))] : []),
      button(say('Copy'), { do: 'copy', text: `${name}="${last?.text ?? ''}"` }, say('Copy {0}', name)),
      h('button', { type: 'button', title: say('Break when {0} changes', name), 'aria-label': say('Break when {0} changes', name), 'aria-pressed': breaksOn.includes(name) ? 'true' : 'false', action: { do: 'breakOnChange', name } }, say('Break')),
    ),
  );
  return [line, ...faults];
}

function cellText(cell: Cell, before: Cell | undefined, say: Say): Drawn[] {
  if (cell.change === 'removed') return [h('span', { class: 'changed', title: say('it was {0}', before?.text ?? '') }, say('removed'))];
  if (!cell.known) return [h('span', { class: 'dim' }, cell.text)];
  if (cell.change === 'changed') return [h('strong', { class: 'changed', title: say('it was {0}', before?.text ?? '') }, `≠ ${cell.text}`)];
  if (cell.change === 'set') return [h('strong', { class: 'changed', title: say('new in this stage') }, `+ ${cell.text}`)];
  return [h('span', {}, cell.text)];
}

const editor = (name: string, value: string, say: Say): Drawn =>
  h(
    'form',
    { class: 'edit', action: { do: 'setEnvironment', name } },
    h('input', { id: `edit ${name}`, name: 'value', type: 'text', value, 'aria-label': say('New value of {0}', name), autocomplete: 'off', spellcheck: 'false' }),
    h('button', { type: 'submit', title: say('Write it to the memory of the guest') }, say('Set')),
    button(say('Cancel'), { do: 'look', set: { editing: '' } }),
  );
