import type { Range } from '../findings';
import type { Code } from './code';
import type { Assignment, Guard, ShellCommand, Word } from './script';
import type { Statement } from './syntax';
import type { WordCode } from './words';

/** A word in a run; its place is worked out when it is asked for. */
export class RunWord implements Word {
  declare readonly value?: string;

  constructor(
    private readonly code: WordCode,
    private readonly at: Statement,
    value: string | undefined,
  ) {
    if (value !== undefined) this.value = value;
  }

  get text(): string {
    return this.code.text;
  }

  get range(): Range {
    return shifted(this.code.range, this.at.row);
  }
}

/** A command in a run; it stays the same object as long as its statement does the same. */
export class RunCommand implements ShellCommand {
  declare readonly inFunction?: string;
  readonly guards: readonly Guard[];
  readonly tolerated: boolean;
  readonly redirects: readonly string[];

  constructor(
    private readonly code: Extract<Code, { kind: 'command' }>,
    private readonly place: Place,
    readonly name: string,
    readonly program: Word,
    readonly args: readonly Word[],
    readonly stops: boolean,
  ) {
    this.guards = place.guards;
    this.tolerated = place.tolerated;
    this.redirects = place.redirects.length === 0 ? code.redirects : [...place.redirects, ...code.redirects];
    if (place.inFunction !== undefined) this.inFunction = place.inFunction;
  }

  get conditional(): boolean {
    return this.guards.length > 0;
  }

  get range(): Range {
    return shifted(this.code.range, this.place.at.row);
  }
}

/** An assignment in a run. */
export class RunAssignment implements Assignment {
  declare readonly value?: string;

  constructor(
    private readonly code: Extract<Code, { kind: 'assign' }>,
    private readonly at: Statement,
    value: string | undefined,
  ) {
    if (value !== undefined) this.value = value;
  }

  get name(): string {
    return this.code.name;
  }

  get text(): string {
    return this.code.text;
  }

  get range(): Range {
    return shifted(this.code.range, this.at.row);
  }
}

/** A range that counts from its statement, in the file. */
export const shifted = (range: Range, rows: number): Range => (rows === 0 ? range : { start: { line: range.start.line + rows, character: range.start.character }, end: { line: range.end.line + rows, character: range.end.character } });

/** What surrounds a piece of code in a run. */
export interface Place {
  readonly at: Statement;
  readonly guards: readonly Guard[];
  readonly tolerated: boolean;
  readonly redirects: readonly string[];
  readonly inFunction?: string;
  /** Functions that are being run, to stop at recursion. */
  readonly calls: readonly string[];
}
