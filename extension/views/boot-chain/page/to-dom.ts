import type { Action } from '../actions';
import type { Child, Drawn, Tag } from '../../drawing/drawn';

const svgNamespace = 'http://www.w3.org/2000/svg';
const svgTags: ReadonlySet<Tag> = new Set(['svg', 'g', 'rect', 'line', 'path', 'text', 'title', 'desc']);

/** What a click on an element means. */
export const actions = new WeakMap<Element, Action>();

/** What tells an element from its siblings: two with the same key are the same thing to the user. */
const keyOf = (id: string | undefined, action: Action | undefined): string => (id === undefined || id === '' ? (action === undefined ? '' : JSON.stringify(action)) : `#${id}`);

/** Makes the elements of a drawing. Text becomes text nodes and attribute values: nothing is parsed as markup. */
function make(drawn: Child): Node {
  if (typeof drawn === 'string') return document.createTextNode(drawn);
  const made = svgTags.has(drawn.tag) ? document.createElementNS(svgNamespace, drawn.tag) : document.createElement(drawn.tag);
  patch(made, drawn);
  return made;
}

/**
 * Makes the children of an element those of a drawing, and leaves alone what is the same already: a press of the mouse that
 * began before a new drawing ends on the same button, an open list stays open, and a tooltip stays up.
 */
export function patchChildren(parent: Element, children: readonly Child[]): void {
  const old = [...parent.childNodes];
  const kept = children.map((child) => {
    const found = old.findIndex((node) => isSame(node, child));
    return found < 0 ? undefined : old.splice(found, 1)[0];
  });
  for (const node of old) node.remove();
  // To move an element takes the focus from it: only what is not in its place is moved.
  let at = parent.firstChild;
  for (const [index, child] of children.entries()) {
    const node = kept[index];
    if (!node) parent.insertBefore(make(child), at);
    else {
      if (typeof child !== 'string') patch(node as Element, child);
      else if (node.nodeValue !== child) node.nodeValue = child;
      if (node === at) at = at.nextSibling;
      else parent.insertBefore(node, at);
    }
  }
}

function isSame(node: Node, child: Child): boolean {
  if (typeof child === 'string') return node.nodeType === Node.TEXT_NODE;
  if (!(node instanceof Element) || node.localName !== child.tag) return false;
  return keyOf(node.id, actions.get(node)) === keyOf(child.attributes.id === undefined ? undefined : String(child.attributes.id), child.action);
}

function patch(element: Element, { attributes, children, action }: Drawn): void {
  for (const { name } of [...element.attributes]) {
    const value = attributes[name as keyof typeof attributes];
    if (value === undefined || value === false) element.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    const text = value === true ? '' : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
  if (action) actions.set(element, action);
  else actions.delete(element);
  patchChildren(element, children);
  // Once the user has chosen, the attribute alone changes nothing.
  if (element instanceof HTMLOptionElement && attributes.selected === true && !element.selected) element.selected = true;
}
