import { kenvFlow } from '../kenv/flow';
import { canRename, locationOf, renameVariable } from '../kenv/navigate';
import type { LanguageService, Source } from '../service';
import type { Trees } from '../grammars/trees';
import { completeConf } from './features/completion';
import { formatConf } from './features/format';
import { hoverConf } from './features/hover';
import { definitionsAt, referencesTo, variableAt } from './features/navigate';
import { foldingOf, hintsOf, linksOf, symbolsOf } from './features/structure';
import { tokensOf } from './features/tokens';
import { openConf, type ConfProject } from './project';

/** loader.conf for an editor. */
export function loaderConfService(trees: Trees): LanguageService {
  const open = (source: Source): ConfProject => openConf(source.path, source.workspace, source.text);
  return {
    completion: (source, at) => completeConf(open(source), at),
    hover: (source, at) => hoverConf(open(source), at.line, at.character),
    definition: (source, at) => definitionsAt(open(source), at),
    references: (source, at) => {
      const project = open(source);
      const variable = variableAt(project, at);
      if (variable === undefined) return [];
      const scripts = kenvFlow(source.workspace, variable.name).filter((one) => one.kind !== 'loader');
      return [...referencesTo(project, variable.name), ...scripts.map(locationOf)];
    },
    renameRange: (source, at) => {
      const variable = variableAt(open(source), at);
      return variable !== undefined && canRename(variable.name) ? { start: { line: at.line, character: variable.start }, end: { line: at.line, character: variable.end } } : undefined;
    },
    rename: (source, at, name) => {
      const variable = variableAt(open(source), at);
      return variable === undefined ? [] : renameVariable(source.workspace, variable.name, name);
    },
    flowItem: (source, at) => {
      const variable = variableAt(open(source), at);
      return variable === undefined ? undefined : { subject: { kind: 'kenv', name: variable.name }, name: variable.name, detail: 'kernel environment', path: source.path, range: { start: { line: at.line, character: variable.start }, end: { line: at.line, character: variable.end } } };
    },
    symbols: (source) => symbolsOf(open(source)),
    folding: (source) => foldingOf(open(source)),
    format: (source) => formatConf(source.text, source.workspace.settings.rules),
    tokens: (source) => tokensOf(trees.get(source.path, source.text), source.workspace.settings.rules),
    inlayHints: (source, range) => hintsOf(open(source), range),
    links: (source) => linksOf(open(source)),
  };
}
