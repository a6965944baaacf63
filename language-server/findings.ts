/** What we have to say about a file. Lines and characters count from 0, characters in UTF-16 units, ends are excluded. */

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export type Severity = 'error' | 'warning' | 'information' | 'hint';

export interface Related {
  readonly path: string;
  readonly range: Range;
  readonly message: string;
}

export interface TextChange {
  /** Another file than the finding's. */
  readonly path?: string;
  readonly range: Range;
  readonly text: string;
}

/** A change that cures a finding. */
export interface Fix {
  readonly title: string;
  readonly changes: readonly TextChange[];
}

export interface Finding {
  readonly path: string;
  readonly range: Range;
  readonly severity: Severity;
  /** Stable, `language/what`. */
  readonly code: string;
  readonly message: string;
  readonly related: readonly Related[];
  readonly fixes: readonly Fix[];
  /** Greyed out in an editor. */
  readonly unnecessary?: boolean;
}

export const onLine = (line: number, start: number, end: number): Range => ({ start: { line, character: start }, end: { line, character: end } });

type Extra = Partial<Pick<Finding, 'related' | 'fixes' | 'unnecessary'>>;

export const finding = (path: string, range: Range, severity: Severity, code: string, message: string, extra: Extra = {}): Finding => ({
  path,
  range,
  severity,
  code,
  message,
  related: extra.related ?? [],
  fixes: extra.fixes ?? [],
  ...(extra.unnecessary === true ? { unnecessary: true } : {}),
});
