import { CompletionItemKind, SymbolKind, type CompletionItem, type DocumentSymbol, type Location, type Position } from 'vscode-languageserver';
import { jobKeys, keepAliveKeys, type JobKey } from '../../boot/languages/launchd/keys';
import type { Range } from '../findings';
import type { LanguageService, Source } from '../service';
import { readPlist, type PlistEntry, type PlistValue } from './plist';
import { isNextbsd, jobsOf, mountPointOf, rootOf, strings } from './project';
import { uriOf } from '../workspace/uris';

const inside = (range: Range, at: Position): boolean =>
  (at.line > range.start.line || (at.line === range.start.line && at.character >= range.start.character)) && (at.line < range.end.line || (at.line === range.end.line && at.character <= range.end.character));

/** Keys of the dictionary a place is in: of the job, or of its KeepAlive. */
function keysAt(source: Source, at: Position): { keys: readonly JobKey[]; entries: readonly PlistEntry[] } | undefined {
  const { top } = readPlist(source.text);
  if (top === undefined) return undefined;
  const within = top.entries.find((one) => one.value?.kind === 'dict' && inside(one.value.range, at));
  if (within === undefined) return inside(top.range, at) ? { keys: jobKeys, entries: top.entries } : undefined;
  return within.key === 'KeepAlive' && within.value?.kind === 'dict' ? { keys: keepAliveKeys, entries: within.value.entries } : undefined;
}

function documentation(key: JobKey, nextbsd: boolean): string {
  const kinds = key.kinds.map((one) => (one === 'boolean' ? '`<true/>` or `<false/>`' : `\`<${one}>\``)).join(' or ');
  return `${key.what}.\n\n${kinds} · launchd.plist(5)${nextbsd && key.notOnNextbsd !== undefined ? `\n\nNextBSD's launchd: ${key.notOnNextbsd}.` : ''}`;
}

/** Text that a value begins as. */
function template(key: JobKey): string {
  switch (key.kinds[0]) {
    case 'boolean':
      return '<true/>';
    case 'array':
      return '<array>\n\t<string>$1</string>\n</array>';
    case 'dict':
      return '<dict>\n\t$1\n</dict>';
    default:
      return `<${key.kinds[0] ?? 'string'}>$1</${key.kinds[0] ?? 'string'}>`;
  }
}

/** Paths in a job that lead to files of the image tree. */
function pathsIn(source: Source): { range: Range; file: string }[] {
  const root = rootOf(source.path);
  const { top } = readPlist(source.text);
  if (root === undefined || top === undefined) return [];
  return top.entries.flatMap((entry) => strings(entry.value)).flatMap((one) => (one.text.startsWith('/') && source.workspace.files.size(`${root}${one.text}`) !== undefined ? [{ range: one.range, file: `${root}${one.text}` }] : []));
}

/** Labels of other jobs that a job names. */
function labelsIn(value: PlistValue | undefined): PlistEntry[] {
  if (value?.kind !== 'dict') return [];
  const alive = value.entries.find((one) => one.key === 'KeepAlive')?.value;
  return alive?.kind !== 'dict' ? [] : alive.entries.flatMap((one) => (/^OtherJob/.test(one.key) && one.value?.kind === 'dict' ? one.value.entries : []));
}

/** launchd's jobs for an editor, as far as mounts and the boot are concerned. */
export const launchdService: LanguageService = {
  completion(source, at): CompletionItem[] {
    const before = (source.lines[at.line] ?? '').slice(0, at.character);
    const place = keysAt(source, at);
    if (place === undefined) return [];
    const used = new Set(place.entries.map((one) => one.key));
    const typed = /<key>([\w]*)$/.exec(before);
    if (typed === null && !/^\s*<?\w*$/.test(before)) return [];
    const start = { line: at.line, character: typed === null ? before.length - before.trimStart().length : at.character - (typed[1]?.length ?? 0) };
    const after = /^\w*<\/key>/.exec((source.lines[at.line] ?? '').slice(at.character))?.[0] ?? '';
    return place.keys
      .filter((key) => !used.has(key.name))
      .map((key) => ({
        label: key.name,
        kind: CompletionItemKind.Property,
        detail: key.kinds.join(' or '),
        filterText: typed === null ? `<key>${key.name}` : key.name,
        documentation: { kind: 'markdown', value: documentation(key, isNextbsd(source.workspace)) },
        insertTextFormat: 2,
        textEdit: { range: { start, end: { line: at.line, character: at.character + after.length } }, newText: typed === null ? `<key>${key.name}</key>\n${template(key)}` : `${key.name}</key>${after === '' ? `\n${template(key)}` : ''}` },
      }));
  },
  hover(source, at) {
    const place = keysAt(source, at);
    const entry = place?.entries.find((one) => inside(one.keyRange, at));
    const key = place?.keys.find((one) => one.name.toLowerCase() === entry?.key.toLowerCase());
    if (entry === undefined || key === undefined) return undefined;
    const on = key.name === 'ProgramArguments' ? mountPointOf(readPlist(source.text)) : undefined;
    return { contents: { kind: 'markdown', value: `**${key.name}**\n\n${documentation(key, isNextbsd(source.workspace))}${on === undefined ? '' : `\n\nMounts on \`${on}\`.`}` }, range: entry.keyRange };
  },
  definition(source, at): Location[] {
    const path = pathsIn(source).find((one) => inside(one.range, at));
    const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    if (path !== undefined) return [{ uri: uriOf(path.file), range: top }];
    const label = labelsIn(readPlist(source.text).top).find((one) => inside(one.keyRange, at))?.key;
    return label === undefined ? [] : jobsOf(source.workspace).flatMap((job) => (job.label === label ? [{ uri: uriOf(job.path), range: job.plist.top?.entries.find((one) => one.key === 'Label')?.value?.range ?? top }] : []));
  },
  references(source, at): Location[] {
    const { top } = readPlist(source.text);
    const label = top?.entries.find((one) => one.key === 'Label')?.value;
    const named = label?.kind === 'string' && inside(label.range, at) ? label.text : labelsIn(top).find((one) => inside(one.keyRange, at))?.key;
    return named === undefined ? [] : jobsOf(source.workspace).flatMap((job) => labelsIn(job.plist.top).filter((one) => one.key === named).map((one) => ({ uri: uriOf(job.path), range: one.keyRange })));
  },
  symbols: (source): DocumentSymbol[] => (readPlist(source.text).top?.entries ?? []).map(symbolOf),
  links: (source) => pathsIn(source).map(({ range, file }) => ({ range, target: uriOf(file) })),
};

function symbolOf(entry: PlistEntry): DocumentSymbol {
  const { value } = entry;
  const detail = value === undefined || value.kind === 'dict' || value.kind === 'array' ? '' : value.text;
  return {
    name: entry.key === '' ? ' ' : entry.key,
    detail,
    kind: SymbolKind.Property,
    range: { start: entry.keyRange.start, end: value?.range.end ?? entry.keyRange.end },
    selectionRange: entry.keyRange,
    children: value?.kind === 'dict' ? value.entries.map(symbolOf) : [],
  };
}
