import { rustTypeName } from './cpp-like-names';
import { components, withoutGenerics } from './path';

/**
 * Rust types as users write them beside the whole paths that debug information has: `Vec<Foo>` for
 * `alloc::vec::Vec<lived::Foo, alloc::alloc::Global>`. Trailing components of each path are enough, and generic arguments may be left out
 * from the end, where those with a default stand.
 */

/** A type in parts: a path whose components may have arguments, or `&`, `[]`, a tuple and their like around other types. */
type Shape = { readonly around: string; readonly inner: readonly Shape[] } | { readonly path: readonly { readonly name: string; readonly generics?: readonly Shape[] }[] };

/** Types inside types; what is deeper is compared by its text. */
const deepest = 32;

const splitOutside = (text: string, separator: string): string[] => {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if ('<([{'.includes(c)) depth++;
    else if (')]}'.includes(c) || (c === '>' && text[i - 1] !== '-')) depth--;
    else if (depth === 0 && c === separator) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)].map((part) => part.trim()).filter((part) => part !== '' && !part.startsWith("'"));
};

const prefix = /^(?:&(?:'\w+\s+)?(?:mut\s)?|\*const\s|\*mut\s|dyn\s)/;

const shapeOf = (written: string, depth: number): Shape => {
  const text = written.trim();
  const shapes = (parts: readonly string[]): Shape[] => parts.map((part) => shapeOf(part, depth + 1));
  if (depth > deepest) return { around: text.replace(/\s+/g, ''), inner: [] };
  const [before] = prefix.exec(text) ?? [];
  if (before !== undefined) return { around: before.replace(/'\w+/, '').replace(/\s+/g, ''), inner: shapes(before.startsWith('dyn') ? splitOutside(text.slice(before.length), '+') : [text.slice(before.length)]) };
  if (text.startsWith('[') && text.endsWith(']')) {
    const parts = splitOutside(text.slice(1, -1), ';');
    return { around: `[${parts.length}]`, inner: shapes(parts) };
  }
  if (text.startsWith('(') && text.endsWith(')')) {
    const parts = splitOutside(text.slice(1, -1), ',');
    return { around: `(${parts.length})`, inner: shapes(parts) };
  }
  if (/^(?:unsafe\s+)?(?:extern\s+"\w+"\s+)?fn\(/.test(text) || text.startsWith('<')) return { around: text.replace(/\s+/g, ''), inner: [] };
  return {
    path: components(text).map((component) => {
      const name = withoutGenerics(component.trim());
      return name === component.trim() ? { name } : { name, generics: shapes(splitOutside(component.trim().slice(name.length + 1, -1), ',')) };
    }),
  };
};

const fits = (whole: Shape, wanted: Shape): boolean => {
  if ('around' in whole || 'around' in wanted) {
    if (!('around' in whole) || !('around' in wanted) || whole.around !== wanted.around) return false;
    const { inner } = wanted;
    return whole.inner.length === inner.length && whole.inner.every((shape, i) => fits(shape, inner[i] as Shape));
  }
  const skipped = whole.path.length - wanted.path.length;
  return skipped >= 0 && wanted.path.length > 0 && wanted.path.every(({ name, generics }, i) => {
    const own = whole.path[skipped + i];
    if (own?.name !== name) return false;
    return generics === undefined || (own.generics !== undefined && generics.length <= own.generics.length && generics.every((shape, at) => fits(own.generics?.[at] as Shape, shape)));
  });
};

/** Whether `query`, as a user writes a type, can mean the type with this whole name, in either style that rustc writes names in. */
export const typeMatches = (name: string, query: string): boolean => fits(shapeOf(rustTypeName(name), 0), shapeOf(rustTypeName(query), 0));

/** The name that a query's type has without path and generic arguments, `Vec` of `alloc::vec::Vec<u8>`; undefined where it is no plain path. */
export const baseOfType = (query: string): string | undefined => {
  const last = components(query).at(-1)?.trim() ?? '';
  const base = withoutGenerics(last);
  return /^\w+$/.test(base) ? base : undefined;
};

/** Whether a query is the whole name, or its trailing components, word for word. */
export const isWholeName = (name: string, query: string): boolean => {
  const plain = (parts: readonly string[]): string => parts.join('::').replace(/\s+/g, '');
  const wanted = components(query.replace(/^(struct|union|class|enum)\s+/, ''));
  return [name, rustTypeName(name)].some((one) => plain(components(one).slice(-wanted.length)) === plain(wanted));
};
