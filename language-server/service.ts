import type { CompletionItem, CompletionList, DocumentLink, DocumentSymbol, FoldingRange, Hover, InlayHint, Location, Position, Range, TextEdit } from 'vscode-languageserver';
import type { Workspace } from './workspace/workspace';

/** One open text. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly workspace: Workspace;
}

/** A piece of a line with one of `tokenTypes`. */
export interface Token {
  readonly line: number;
  readonly start: number;
  readonly length: number;
  readonly type: TokenType;
}

export const tokenTypes = ['comment', 'property', 'keyword', 'string', 'number', 'variable', 'namespace', 'function'] as const;
export type TokenType = (typeof tokenTypes)[number];

export interface RenameChange {
  readonly path: string;
  readonly edits: readonly TextEdit[];
  /** The file itself gets this path. */
  readonly renamed?: string;
}

/** What the call hierarchy of an editor shows of a variable, a unit or a file: who gives or starts it, and who reads it or is started by it. */
export type FlowSubject = { readonly kind: 'kenv' | 'environment'; readonly name: string } | { readonly kind: 'unit'; readonly path: string; readonly line: number } | { readonly kind: 'file' };

export interface FlowItem {
  readonly subject: FlowSubject;
  readonly name: string;
  readonly detail: string;
  readonly path: string;
  readonly range: Range;
}

/** What a language of ours can do with a text; everything but the source's own position counts as optional. */
export interface LanguageService {
  completion?(source: Source, at: Position): CompletionItem[] | CompletionList;
  hover?(source: Source, at: Position): Hover | undefined;
  definition?(source: Source, at: Position): Location[];
  references?(source: Source, at: Position): Location[];
  rename?(source: Source, at: Position, name: string): RenameChange[];
  renameRange?(source: Source, at: Position): Range | { readonly range: Range; readonly placeholder: string } | undefined;
  /** The variable or unit at a place, for the call hierarchy. */
  flowItem?(source: Source, at: Position): FlowItem | undefined;
  symbols?(source: Source): DocumentSymbol[];
  folding?(source: Source): FoldingRange[];
  format?(source: Source): TextEdit[];
  tokens?(source: Source): Token[];
  inlayHints?(source: Source, range: Range): InlayHint[];
  links?(source: Source): DocumentLink[];
}
