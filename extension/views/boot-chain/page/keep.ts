import { actions } from './to-dom';

/** What must outlive a new drawing: where the focus is, what was typed and how far things are scrolled. */
export interface Kept {
  readonly focus: string | undefined;
  readonly selection: readonly [number, number] | undefined;
  readonly typed: ReadonlyMap<string, string>;
  readonly scroll: ReadonlyMap<string, readonly [number, number]>;
}

const scrolled = ['#page', '#picture'];

/** A name for an element that a new drawing of the same thing gives again. */
const keyOf = (element: Element): string => (element.id === '' ? `${element.tagName} ${JSON.stringify(actions.get(element) ?? element.textContent)}` : `#${element.id}`);

export function keep(root: Element): Kept {
  const focused = document.activeElement;
  const inside = focused !== null && focused !== root && root.contains(focused) ? focused : undefined;
  const text = inside instanceof HTMLInputElement ? inside : undefined;
  return {
    focus: inside && keyOf(inside),
    selection: text && [text.selectionStart ?? 0, text.selectionEnd ?? 0],
    typed: new Map([...root.querySelectorAll('input')].map((input) => [input.id, input.value])),
    scroll: new Map(
      scrolled.flatMap((selector): [string, readonly [number, number]][] => {
        const found = root.querySelector(selector);
        return found ? [[selector, [found.scrollLeft, found.scrollTop]]] : [];
      }),
    ),
  };
}

export function restore(root: Element, kept: Kept): void {
  for (const input of root.querySelectorAll('input')) {
    const typed = kept.typed.get(input.id);
    if (typed !== undefined) input.value = typed;
  }
  for (const [selector, [left, top]] of kept.scroll) root.querySelector(selector)?.scrollTo(left, top);
  if (kept.focus === undefined) return;
  const same = [...root.querySelectorAll<HTMLElement | SVGElement>('button, input, select, [tabindex]')].find((candidate) => keyOf(candidate) === kept.focus);
  same?.focus({ preventScroll: true });
  if (kept.selection && same instanceof HTMLInputElement) same.setSelectionRange(...kept.selection);
}
