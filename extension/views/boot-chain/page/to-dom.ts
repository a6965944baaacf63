import type { Action } from '../actions';
import type { Child, Tag } from '../../drawing/drawn';

const svgNamespace = 'http://www.w3.org/2000/svg';
const svgTags: ReadonlySet<Tag> = new Set(['svg', 'g', 'rect', 'line', 'path', 'text', 'title', 'desc']);

/** What a click on an element means. */
export const actions = new WeakMap<Element, Action>();

/** Makes the elements of a drawing. Text becomes text nodes and attribute values: nothing is parsed as markup. */
export function toDom(drawn: Child): Node {
  if (typeof drawn === 'string') return document.createTextNode(drawn);
  const { tag, attributes, children, action } = drawn;
  const made = svgTags.has(tag) ? document.createElementNS(svgNamespace, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) made.append(toDom(child));
  if (action) actions.set(made, action);
  return made;
}
