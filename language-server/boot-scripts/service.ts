import { CompletionItemKind, type CompletionItem, type Hover, type Position } from 'vscode-languageserver';
import { exactVariables } from '../../boot/languages/loader-conf';
import { kenvFlow, kenvIn, type Occurrence } from '../kenv/flow';
import { canRename, flowText, locationOf, renameVariable, settersOf } from '../kenv/navigate';
import type { LanguageService, Source } from '../service';
import { deviceLife, mountLife } from './devices';
import { devicesOf, startersOf } from './diagnose';
import { openScript } from './open';
import { foldingOf, linksOf, symbolsOf } from './structure';

const occurrences = (source: Source): readonly Occurrence[] => kenvIn(source.path, openScript(source.path, source.workspace));

const at = (source: Source, place: Position): Occurrence | undefined =>
  occurrences(source).find(({ range }) => range.start.line === place.line && place.character >= range.start.character && place.character <= range.end.character);

/** The life of the device or mount point under a place, as far as the script and the loader make it. */
function deviceHover(source: Source, place: Position): Hover | undefined {
  const script = openScript(source.path, source.workspace);
  const word = script?.commands.flatMap((command) => command.args).find(({ range }) => range.start.line === place.line && range.end.line === place.line && place.character >= range.start.character && place.character <= range.end.character);
  const value = word?.value;
  if (script === undefined || word === undefined || value === undefined || !/^(\/|md\d)/.test(value)) return undefined;
  const devices = devicesOf(script, startersOf(source.path, source.workspace), source.workspace);
  const steps = [...deviceLife(devices, value), ...mountLife(devices, value)];
  return steps.length === 0 ? undefined : { contents: { kind: 'markdown', value: `**${value}**\n\n${steps.map((step) => `- ${step}`).join('\n')}` }, range: word.range };
}

/** The kernel environment's flow through boot scripts; the shell itself is left to other tools. */
export const bootScriptService: LanguageService = {
  hover(source, place) {
    const one = at(source, place);
    return one === undefined ? deviceHover(source, place) : { contents: { kind: 'markdown', value: flowText(source.workspace, one.name) }, range: one.range };
  },
  definition(source, place) {
    const one = at(source, place);
    return one === undefined ? [] : settersOf(source.workspace, one.name).map(locationOf);
  },
  references(source, place) {
    const one = at(source, place);
    return one === undefined ? [] : kenvFlow(source.workspace, one.name).map(locationOf);
  },
  renameRange(source, place) {
    const one = at(source, place);
    return one !== undefined && canRename(one.name) ? one.range : undefined;
  },
  rename(source, place, name) {
    const one = at(source, place);
    return one === undefined ? [] : renameVariable(source.workspace, one.name, name);
  },
  flowItem(source, place) {
    const one = at(source, place);
    return one === undefined ? undefined : { subject: { kind: 'kenv', name: one.name }, name: one.name, detail: 'kernel environment', path: source.path, range: one.range };
  },
  completion(source, place) {
    const before = (source.lines[place.line] ?? '').slice(0, place.character);
    if (!/\bkenv\s+(-\w+\s+)*[\w.]*$/.test(before)) return [];
    const names = new Map(exactVariables.filter((one) => /^(sbin|sys)\//.test(one.reader.path)).map((one) => [one.name, one.what]));
    for (const one of kenvFlow(source.workspace)) if (!names.has(one.name)) names.set(one.name, '');
    return [...names].map(([label, detail]): CompletionItem => ({ label, kind: CompletionItemKind.Variable, ...(detail === '' ? {} : { detail }) }));
  },
  symbols: symbolsOf,
  folding: foldingOf,
  links: linksOf,
};
