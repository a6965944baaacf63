import type { Action } from '../boot-chain/actions';

/** Elements a page of ours is made of. None of them loads, links or runs anything. */
export type Tag =
  | 'div' | 'span' | 'p' | 'h2' | 'h3' | 'ul' | 'li' | 'code' | 'strong' | 'section'
  | 'table' | 'caption' | 'thead' | 'tbody' | 'tr' | 'th' | 'td'
  | 'form' | 'label' | 'input' | 'select' | 'option' | 'button'
  | 'svg' | 'g' | 'rect' | 'line' | 'path' | 'text' | 'title' | 'desc';

/** Attributes that carry text or figures only: no address, no style, no handler. */
export type Attribute =
  | 'class' | 'id' | 'role' | 'tabindex' | 'title' | 'lang'
  | 'aria-label' | 'aria-selected' | 'aria-controls' | 'aria-labelledby' | 'aria-live' | 'aria-current' | 'aria-pressed' | 'aria-hidden' | 'aria-roledescription'
  | 'scope' | 'colspan' | 'name' | 'value' | 'placeholder' | 'type' | 'selected' | 'disabled' | 'for' | 'autocomplete' | 'spellcheck' | 'maxlength'
  | 'width' | 'height' | 'viewBox' | 'x' | 'y' | 'x1' | 'y1' | 'x2' | 'y2' | 'rx' | 'd' | 'text-anchor' | 'transform';

export type Attributes = Partial<Record<Attribute, string | number | boolean | undefined>>;

/**
 * An element as a plain value: pictures and tables are functions to this, so that tests need no browser. Text of a guest or a file
 * is only ever a child or the value of an attribute, never markup.
 */
export interface Drawn {
  readonly tag: Tag;
  readonly attributes: Attributes;
  readonly children: readonly Child[];
  /** What the user means by clicking it, pressing Enter on it, submitting or changing it. */
  readonly action?: Action;
}
export type Child = Drawn | string;

/** An element. Children that are undefined or false are left out. */
export function h(tag: Tag, attributes: Attributes & { action?: Action | undefined } = {}, ...children: readonly (Child | readonly Child[] | undefined | false)[]): Drawn {
  const { action, ...plain } = attributes;
  const kept = children.flat().filter((child): child is Child => child !== undefined && child !== false);
  return { tag, attributes: plain, children: kept, ...(action === undefined ? {} : { action }) };
}

/** Every element of a drawing, parents first. */
export function* elements(drawn: Drawn): Generator<Drawn> {
  yield drawn;
  for (const child of drawn.children) if (typeof child !== 'string') yield* elements(child);
}

/** All text of a drawing. */
export const textOf = (drawn: Child): string => (typeof drawn === 'string' ? drawn : drawn.children.map(textOf).join(' '));
