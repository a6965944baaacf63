import type { Type } from '../../images/types';
import type { Memory } from '../../machine/machine';
import type { Place } from './place';
import { TypedValue } from './typed-value';

/** A part of a value, to be shown below it. */
export interface Child {
  readonly name: string;
  readonly value: TypedValue;
  /** What to append to the parent's expression to name this part: `.mnt_stat`, `->mnt_stat`, `[3]`. `*` goes before it; empty: nothing does. */
  readonly access: string;
  /** An expression of its own that names this part, whatever the parent's is. */
  readonly expression?: string;
}

/** The parts of a value. Nothing is read before `page` is called. */
export interface Children {
  readonly kind: 'named' | 'indexed';
  readonly count: number;
  page(start: number, count: number): Promise<readonly Child[]>;
}

/** Children that are all known. */
export const named = (children: readonly Child[]): Children => ({ kind: 'named', count: children.length, page: (start, count) => Promise.resolve(children.slice(start, start + count)) });

/** Something that is shown like a value and is none of the program's: the elements of a list, or why it ends. */
export class Synthetic extends TypedValue {
  constructor(
    type: Type,
    memory: Memory,
    /** One line. */
    readonly summary: () => Promise<string>,
    /** Left out: it has no parts. */
    readonly parts?: () => Promise<Children>,
    place: Place = { kind: 'bytes', bytes: new Uint8Array(0) },
  ) {
    super(type, place, memory);
  }
}

/** A remark in a list of parts. */
export const note = (type: Type, memory: Memory, text: string): Synthetic => new Synthetic(type, memory, () => Promise.resolve(`<${text}>`));
