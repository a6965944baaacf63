import { CompletionItemKind, type CompletionItem, type Hover, type Location, type Position } from 'vscode-languageserver';
import { closureOf, startOrder, templateOf } from '../../boot/languages/init-units/graph';
import { architectures, restartPolicies, scriptWords, serviceTypes, tables, type UnitKey } from '../../boot/languages/init-units/schema';
import type { Range } from '../findings';
import type { LanguageService, Source } from '../service';
import { headerOf } from './checks/place';
import { environmentFlow, environmentOf, environmentText, ownedBySystem, type EnvironmentUse } from './environment';
import { unitItem } from './flow';
import { renameUnit, resolveUnit, unitReferences } from './rename';
import { foldingOf, linksOf, symbolsOf } from './structure';
import { unitsAround, type UnitSet } from './system';
import { unitsIn, type Unit } from './units';
import { uriOf } from '../workspace/uris';

const inside = (range: Range, at: Position): boolean =>
  (at.line > range.start.line || (at.line === range.start.line && at.character >= range.start.character)) && (at.line < range.end.line || (at.line === range.end.line && at.character <= range.end.character));

/** The unit a line belongs to; in a configuration there are several. */
const unitAt = (source: Source, line: number): Unit | undefined =>
  unitsIn(source.path, source.workspace, source.text).find((unit) => line >= unit.firstLine && line < unit.firstLine + unit.text.split('\n').length);

const around = (source: Source, unit: Unit): UnitSet => unitsAround(source.path, unit.stage, source.workspace);

const top = (unit: Unit): Location => ({ uri: uriOf(unit.path), range: { start: { line: unit.firstLine, character: 0 }, end: { line: unit.firstLine, character: 0 } } });

/** Units of Redox's init for an editor: files, line scripts and those embedded in configurations. */
export const initUnitService: LanguageService = {
  completion(source, at) {
    const unit = unitAt(source, at.line);
    return unit === undefined ? [] : unit.kind === 'script' ? completeScript(source, unit, at) : completeUnit(source, unit, at);
  },
  hover(source, at) {
    const unit = unitAt(source, at.line);
    return unit === undefined ? undefined : hoverUnit(source, unit, at);
  },
  definition(source, at) {
    const unit = unitAt(source, at.line);
    if (unit === undefined) return [];
    const variable = variableAt(unit, at);
    if (variable !== undefined) return environmentFlow(source.workspace, variable.name).filter((one) => one.kind === 'set').map(usePlace);
    const id = unit.requires.find((one) => inside(one.range, at))?.id;
    const target = id === undefined ? undefined : resolveUnit(source.workspace, source.path, unit.stage, id);
    return target === undefined ? [] : [top(target)];
  },
  references(source, at) {
    const unit = unitAt(source, at.line);
    if (unit === undefined) return [];
    const variable = variableAt(unit, at);
    if (variable !== undefined) return environmentFlow(source.workspace, variable.name).map(usePlace);
    const target = unitMeant(source, unit, at);
    return target === undefined ? [] : unitReferences(source.workspace, target).map((one) => ({ uri: uriOf(one.unit.path), range: one.range }));
  },
  renameRange(source, at) {
    const unit = unitAt(source, at.line) ?? embeddedAt(source, at);
    if (unit === undefined) return undefined;
    const variable = variableAt(unit, at);
    if (variable !== undefined) return ownedBySystem(variable.name) ? undefined : { range: variable.range, placeholder: variable.name };
    const reference = unit.requires.find((one) => inside(one.range, at));
    if (reference !== undefined) {
      const target = resolveUnit(source.workspace, source.path, unit.stage, reference.id);
      return target === undefined ? undefined : { range: reference.range, placeholder: target.id };
    }
    const own = ownNameAt(unit, at);
    return own === undefined ? undefined : { range: own, placeholder: unit.id };
  },
  rename(source, at, name) {
    const unit = unitAt(source, at.line) ?? embeddedAt(source, at);
    if (unit === undefined) return [];
    const variable = variableAt(unit, at);
    if (variable === undefined) {
      const target = unitMeant(source, unit, at);
      return target === undefined ? [] : renameUnit(source.workspace, target, name);
    }
    if (ownedBySystem(variable.name) || !/^[A-Za-z_]\w*$/.test(name)) return [];
    const changes = new Map<string, { range: Range; newText: string }[]>();
    for (const one of environmentFlow(source.workspace, variable.name)) changes.set(one.unit.path, [...(changes.get(one.unit.path) ?? []), { range: one.range, newText: name }]);
    return [...changes].map(([path, edits]) => ({ path, edits }));
  },
  flowItem(source, at) {
    const unit = unitAt(source, at.line) ?? embeddedAt(source, at);
    if (unit === undefined) return undefined;
    const variable = variableAt(unit, at);
    if (variable !== undefined) return { subject: { kind: 'environment', name: variable.name }, name: variable.name, detail: 'environment of init', path: source.path, range: variable.range };
    const target = unitMeant(source, unit, at);
    return target === undefined ? undefined : unitItem(target);
  },
  symbols: symbolsOf,
  folding: foldingOf,
  links: linksOf,
};

const variableAt = (unit: Unit, at: Position): EnvironmentUse | undefined => environmentOf(unit).find((one) => inside(one.range, at));
const usePlace = (one: EnvironmentUse): Location => ({ uri: uriOf(one.unit.path), range: one.range });

/** The unit whose `path` in a configuration stands at a place. */
const embeddedAt = (source: Source, at: Position): Unit | undefined => unitsIn(source.path, source.workspace, source.text).find((unit) => unit.pathRange !== undefined && inside(unit.pathRange, at));

/** Where a unit's own name can be taken hold of: its header, its `path` in a configuration, the first line of a script. */
function ownNameAt(unit: Unit, at: Position): Range | undefined {
  if (unit.pathRange !== undefined && inside(unit.pathRange, at)) return unit.pathRange;
  const header = headerOf(unit);
  return header.start.line === at.line ? header : undefined;
}

/** The unit that a reference at a place names, else the one whose own name stands there. */
function unitMeant(source: Source, unit: Unit, at: Position): Unit | undefined {
  const reference = unit.requires.find((one) => inside(one.range, at));
  if (reference !== undefined) return resolveUnit(source.workspace, source.path, unit.stage, reference.id);
  return ownNameAt(unit, at) === undefined ? undefined : unit;
}

/** The table a line stands in, from the text alone, so that it works while a line is unfinished. */
function tableAbove(source: Source, unit: Unit, line: number): string | undefined {
  for (let at = line; at >= unit.firstLine; at--) {
    const header = /^\s*\[(\w+)\]\s*(#.*)?$/.exec(source.lines[at] ?? '');
    if (header !== null) return header[1];
  }
  return undefined;
}

function keyDocumentation(key: UnitKey): string {
  const facts = [key.required === true ? 'required' : key.default === undefined ? '' : `default \`${key.default}\``, key.only === undefined ? '' : `only ${key.only}; others refuse the unit`].filter((one) => one !== '');
  return `${key.what}.${facts.length === 0 ? '' : `\n\n${facts.join(' · ')}`}`;
}

function completeUnit(source: Source, unit: Unit, at: Position): CompletionItem[] {
  const before = (source.lines[at.line] ?? '').slice(0, at.character);
  if (/^\s*\[\w*$/.test(before)) return (unit.kind === 'target' ? ['unit'] : ['unit', 'service']).map((label) => ({ label, kind: CompletionItemKind.Struct }));
  const table = tableAbove(source, unit, at.line);
  const keys = tables[table ?? ''];
  if (keys === undefined) return [];
  if (insideArray(source, unit, at)) return unitIds(source, unit);
  const assigned = /^\s*(\w+)\s*=\s*(.*)$/.exec(before);
  if (assigned === null) {
    if (!/^\s*\w*$/.test(before)) return [];
    return keys.map((key) => ({ label: key.name, kind: CompletionItemKind.Property, detail: key.value, documentation: { kind: 'markdown', value: keyDocumentation(key) } }));
  }
  const key = keys.find((one) => one.name === assigned[1]);
  const quoted = /"[^"]*$/.test(assigned[2] ?? '');
  const text = (label: string, detail?: string): CompletionItem => ({ label, kind: CompletionItemKind.Value, insertText: quoted ? label : `"${label}"`, ...(detail === undefined ? {} : { detail }) });
  switch (key?.value) {
    case 'boolean':
      return ['true', 'false'].map((label) => ({ label, kind: CompletionItemKind.Keyword }));
    case 'service-type':
      return [...serviceTypes.map(([name, what]) => text(name, what)), ...(quoted ? [] : [{ label: '{ scheme = "…" }', kind: CompletionItemKind.Value, insertText: '{ scheme = "$1" }', insertTextFormat: 2 as const, detail: 'Wait for its scheme' }])];
    case 'restart':
      return restartPolicies.map((one) => text(one));
    default:
      return key?.name === 'condition_architecture' ? architectures.map((one) => text(one)) : [];
  }
}

/** Whether a place is within the brackets of requires_weak, on one line or several. */
function insideArray(source: Source, unit: Unit, at: Position): boolean {
  let text = (source.lines[at.line] ?? '').slice(0, at.character);
  for (let line = at.line; line >= Math.max(unit.firstLine, at.line - 200); line--) {
    const start = /^\s*requires_weak\s*=\s*\[/.exec(text);
    if (start !== null) return !text.slice(start[0].length).replace(/"[^"]*"?/g, '').includes(']');
    if (/^\s*(\w+\s*=|\[)/.test(source.lines[line] ?? '') && line !== at.line) return false;
    text = `${source.lines[line - 1] ?? ''}\n${text}`;
  }
  return false;
}

function unitIds(source: Source, unit: Unit): CompletionItem[] {
  const quoted = unit.kind === 'script';
  return [...around(source, unit).units.values()].filter((one) => one.id !== unit.id).map((one) => ({ label: one.id, kind: CompletionItemKind.Reference, ...(one.description === undefined ? {} : { detail: one.description }), ...(quoted ? {} : { filterText: one.id }) }));
}

function completeScript(source: Source, unit: Unit, at: Position): CompletionItem[] {
  const before = (source.lines[at.line] ?? '').slice(0, at.character);
  if (/^\s*requires_weak\s/.test(before)) return unitIds(source, unit);
  return /^\s*[\w.-]*$/.test(before) ? scriptWords.slice(0, 5).map(([label, detail]) => ({ label, detail, kind: CompletionItemKind.Keyword })) : [];
}

function hoverUnit(source: Source, unit: Unit, at: Position): Hover | undefined {
  const variable = variableAt(unit, at);
  if (variable !== undefined) return { contents: { kind: 'markdown', value: environmentText(source.workspace, variable.name) }, range: variable.range };
  const reference = unit.requires.find((one) => inside(one.range, at));
  if (reference !== undefined) return { contents: { kind: 'markdown', value: unitText(source, unit, reference.id) }, range: reference.range };
  for (const header of unit.toml?.table ?? []) {
    if (inside(header.keyRange, at)) return { contents: { kind: 'markdown', value: unitText(source, unit, unit.id) }, range: header.keyRange };
    const entry = header.value.kind === 'table' ? header.value.table.find((one) => inside(one.keyRange, at)) : undefined;
    const key = tables[header.key]?.find((one) => one.name === entry?.key);
    if (entry !== undefined && key !== undefined) return { contents: { kind: 'markdown', value: `**${key.name}**\n\n${keyDocumentation(key)}` }, range: entry.keyRange };
  }
  const word = unit.kind === 'script' ? scriptWords.find(([name]) => name === /^\s*(\S+)/.exec(source.lines[at.line] ?? '')?.[1]) : undefined;
  return word === undefined ? undefined : { contents: { kind: 'markdown', value: `**${word[0]}**\n\n${word[1]}.` } };
}

/** What a unit is and where init starts it. */
function unitText(source: Source, from: Unit, id: string): string {
  const { units, nodes } = around(source, from);
  const unit = units.get(id) ?? units.get(templateOf(id));
  if (unit === undefined) return `**${id}**\n\nNot in this workspace.`;
  const { started } = startOrder(nodes, unit.stage);
  const at = started.findIndex((one) => one === id || templateOf(one) === id);
  const stage = unit.stage === 1 ? 'from the initfs' : 'from the root filesystem';
  const parts = [`**${id}**${unit.description === undefined ? '' : ` — ${unit.description}`}`];
  parts.push(at < 0 ? `Never started ${stage}.` : `Started as number ${at + 1} of ${started.length} ${stage}${at === 0 ? '' : `, after \`${started[at - 1] ?? ''}\``}.`);
  const waits = [...closureOf(nodes, id)];
  if (waits.length > 0) parts.push(`Waits for ${waits.length} unit${waits.length === 1 ? '' : 's'}: ${waits.slice(0, 8).join(', ')}${waits.length > 8 ? ', …' : ''}`);
  if (/(^|\/)redoxfs$/.test(unit.command ?? '') && unit.args.includes('--uuid')) parts.push('redoxfs tries every disk scheme in no promised order, `disk.live` among them: a unit number does not decide which disk comes first.');
  return parts.join('\n\n');
}
