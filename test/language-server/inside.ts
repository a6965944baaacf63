import { expect } from 'vitest';
import type { DocumentLink, DocumentSymbol, FoldingRange } from 'vscode-languageserver/node';
import type { Finding, Position, Range } from '../../language-server/findings';
import type { LanguageService, Source } from '../../language-server/service';
import type { Workspace } from '../../language-server/workspace/workspace';

/** Fails unless a range begins before it ends, on lines and characters that a text has. */
export function expectInside(lines: readonly string[], range: Range): void {
  for (const place of [range.start, range.end]) {
    expect(place.line).toBeGreaterThanOrEqual(0);
    expect(place.line).toBeLessThan(lines.length);
    expect(place.character).toBeGreaterThanOrEqual(0);
    expect(place.character).toBeLessThanOrEqual(lines[place.line]!.length);
  }
  expect(before(range.start, range.end)).toBe(true);
}

const before = (a: Position, b: Position): boolean => a.line < b.line || (a.line === b.line && a.character <= b.character);

function expectSymbol(lines: readonly string[], symbol: DocumentSymbol): void {
  expect(symbol.name).not.toBe('');
  expectInside(lines, symbol.range);
  expectInside(lines, symbol.selectionRange);
  // Editors refuse a symbol whose name lies outside of it.
  expect(before(symbol.range.start, symbol.selectionRange.start) && before(symbol.selectionRange.end, symbol.range.end)).toBe(true);
  for (const child of symbol.children ?? []) expectSymbol(lines, child);
}

/** Everything a service and its checks say about one text lies inside that text. */
export function expectAllInside(path: string, workspace: Workspace, found: readonly Finding[], service: LanguageService): void {
  const text = workspace.files.read(path)!;
  const lines = text.split('\n');
  const source: Source = { path, text, lines, workspace };
  for (const one of found) {
    expectInside(lines, one.range);
    for (const related of one.related) if (related.path === path) expectInside(lines, related.range);
    for (const fix of one.fixes) for (const change of fix.changes) if (change.path === undefined) expectInside(lines, change.range);
  }
  for (const symbol of service.symbols?.(source) ?? []) expectSymbol(lines, symbol);
  const folds: readonly FoldingRange[] = service.folding?.(source) ?? [];
  for (const fold of folds) {
    expect(fold.startLine).toBeGreaterThanOrEqual(0);
    expect(fold.endLine).toBeGreaterThan(fold.startLine);
    expect(fold.endLine).toBeLessThan(lines.length);
  }
  const links: readonly DocumentLink[] = service.links?.(source) ?? [];
  for (const link of links) expectInside(lines, link.range);
  for (const [line, content] of lines.entries()) {
    for (const character of new Set([0, Math.floor(content.length / 2), content.length])) {
      const place = { line, character };
      service.completion?.(source, place);
      const hover = service.hover?.(source, place)?.range;
      if (hover !== undefined) expectInside(lines, hover);
      const range = service.renameRange?.(source, place);
      if (range !== undefined) expectInside(lines, 'range' in range ? range.range : range);
      service.definition?.(source, place);
    }
  }
}
