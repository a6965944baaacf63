import { FoldingRangeKind, InlayHintKind, SymbolKind, type DocumentLink, type DocumentSymbol, type FoldingRange, type InlayHint, type Range } from 'vscode-languageserver';
import { sizeInWords } from '../../../boot/environment/knowledge';
import { isDiskType, knownVariable, loads, type ConfLine, type Setting } from '../../../boot/languages/loader-conf';
import type { ConfProject } from '../project';
import { uriOf } from '../../workspace/uris';

const lineRange = (line: ConfLine): Range => ({ start: { line: line.index, character: 0 }, end: { line: line.index, character: line.text.length } });

/** Modules with their fields below them, then the other variables, each where it stands. */
export function symbolsOf(project: ConfProject): DocumentSymbol[] {
  const symbols: DocumentSymbol[] = [];
  const modules = new Map<string, DocumentSymbol>();
  for (const line of project.conf.lines) {
    if (line.verdict.kind !== 'setting') continue;
    const { name, nameSpan, raw, field } = line.verdict;
    const selectionRange = { start: { line: line.index, character: nameSpan.start }, end: { line: line.index, character: nameSpan.end } };
    const symbol: DocumentSymbol = { name, detail: raw, kind: field === undefined ? SymbolKind.Variable : SymbolKind.Property, range: lineRange(line), selectionRange };
    if (field === undefined) {
      symbols.push(symbol);
      continue;
    }
    const module = modules.get(field.module);
    if (module === undefined) {
      const fresh = { name: field.module, kind: SymbolKind.Module, range: lineRange(line), selectionRange, children: [symbol] };
      modules.set(field.module, fresh);
      symbols.push(fresh);
    } else {
      module.children?.push(symbol);
      module.range = { start: module.range.start, end: symbol.range.end };
    }
  }
  return symbols;
}

/** Blocks of comments, and sections that begin with a line of three or more #. */
export function foldingOf(project: ConfProject): FoldingRange[] {
  const ranges: FoldingRange[] = [];
  let from = -1;
  let section = -1;
  let last = -1;
  const { lines } = project.conf;
  const close = (end: number): void => {
    if (section >= 0 && last > section && end > section) ranges.push({ startLine: section, endLine: last, kind: FoldingRangeKind.Region });
  };
  for (let index = 0; index <= lines.length; index++) {
    const line = lines[index];
    const comment = line?.verdict.kind === 'comment';
    if (comment && from < 0) from = index;
    if (!comment && from >= 0) {
      if (index - from > 2) ranges.push({ startLine: from, endLine: index - 1, kind: FoldingRangeKind.Comment });
      from = -1;
    }
    if (comment && /^\s*#{3,}\s*\S/.test(line.text)) {
      close(index);
      section = index;
    }
    if (line !== undefined && line.verdict.kind !== 'blank') last = index;
  }
  close(lines.length);
  return ranges;
}

/** Hexadecimal and large numbers as sizes, and the file that a `_load` line loads. */
export function hintsOf(project: ConfProject, range: Range): InlayHint[] {
  return project.conf.lines.slice(range.start.line, range.end.line + 1).flatMap((line): InlayHint[] => {
    if (line.verdict.kind !== 'setting') return [];
    const text = hintFor(project, line.verdict);
    const character = line.verdict.valueSpan.end + (line.verdict.quoted ? 1 : 0);
    return text === undefined ? [] : [{ position: { line: line.index, character }, label: text, paddingLeft: true, kind: InlayHintKind.Type }];
  });
}

function hintFor(project: ConfProject, setting: Setting): string | undefined {
  const { field, raw, name } = setting;
  if (field?.key === 'load' && loads(raw, project.conf.rules)) {
    const module = project.state.modules.get(field.module);
    if (module === undefined) return undefined;
    return isDiskType(module.type) ? `${module.file} as a memory disk` : module.type === undefined && !module.file.includes('/') ? `${module.file}.ko` : module.file;
  }
  const hex = /^0x([0-9a-f]+)$/i.test(raw);
  if (!hex && !(knownVariable(name)?.kind === 'size' && /^\d{4,}$/.test(raw))) return undefined;
  const value = BigInt(raw);
  return value >= 1024n ? `${hex ? `${value} = ` : ''}${sizeInWords(value)}` : hex ? `${value}` : undefined;
}

/** Paths in values that lead to files of the image tree. */
export function pathsIn(project: ConfProject, setting: Setting): { path: string; start: number; end: number }[] {
  const named = setting.field?.key === 'name' || ['init_script', 'loader_conf_files', 'local_loader_conf_files', 'loader_conf_dirs', 'splash', 'init_shell', 'nextboot_conf', 'init_path'].includes(setting.name);
  if (!named || project.root === undefined) return [];
  return [...setting.raw.matchAll(/\/[^\s;:,"$]+/g)].flatMap((match) => {
    const file = project.onDisk(match[0]);
    return project.workspace.files.size(file) === undefined ? [] : [{ path: file, start: setting.valueSpan.start + match.index, end: setting.valueSpan.start + match.index + match[0].length }];
  });
}

export function linksOf(project: ConfProject): DocumentLink[] {
  return project.conf.lines.flatMap((line) =>
    line.verdict.kind !== 'setting'
      ? []
      : pathsIn(project, line.verdict).map(({ path, start, end }) => ({ range: { start: { line: line.index, character: start }, end: { line: line.index, character: end } }, target: uriOf(path) })),
  );
}
