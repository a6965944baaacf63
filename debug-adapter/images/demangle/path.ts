/**
 * Paths of Rust and C names. A query names a function by its whole path or by trailing components; generic arguments
 * may be left out, and `<T as Trait>` answers to the path of T and to that of Trait.
 */

/** Splits at `::` that stand outside brackets. */
export const components = (path: string): string[] => {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < path.length; i++) {
    const c = path[i];
    if (c === '<' || c === '(' || c === '[' || c === '{') depth++;
    else if (c === ')' || c === ']' || c === '}' || (c === '>' && path[i - 1] !== '-')) depth = Math.max(0, depth - 1);
    else if (c === ':' && path[i + 1] === ':' && depth === 0) {
      if (i > start) parts.push(path.slice(start, i));
      i++;
      start = i + 1;
    }
  }
  if (start < path.length) parts.push(path.slice(start));
  return parts;
};

/** A component without its generic arguments: `read<u8>` → `read`; `<A as B>` and `{closure#0}` stay. */
export const withoutGenerics = (component: string): string => {
  const open = component.indexOf('<');
  return open > 0 && component.endsWith('>') ? component.slice(0, open) : component;
};

/** Closures and coroutine bodies belong to the function around them, for whoever names that function. */
export const isBody = (component: string): boolean =>
  /^\{\{?(closure|async_fn|async_block|async_closure|async_gen_fn|gen_fn|coroutine|gen_block|async_gen_block)(_env)?(#\d+)?\}\}?$/.test(component) ||
  /^(closure|async_fn|async_block|async_closure)\$\d+$/.test(component);

/** Keys under which a path is filed: its last component without generics, and, for a closure, that of the function around it. */
export const lastComponent = (path: string): string[] => {
  const parts = components(path);
  const keys: string[] = [];
  for (let i = parts.length - 1; i >= 0; i--) {
    const part = parts[i] as string;
    if (part.startsWith('<') && i > 0) continue;
    keys.push(withoutGenerics(part));
    if (!isBody(part)) break;
  }
  return keys;
};

/**
 * The alternatives one component stands for: `<a::T<X> as b::Trait>` → the components of a::T and of b::Trait. What is
 * implemented for a pointer, a reference or a slice of T is not T's own: `<*const T>::read` is no `T::read`.
 */
const alternatives = (component: string): string[][] => {
  if (!component.startsWith('<') || !component.endsWith('>')) return [[component]];
  const inner = component.slice(1, -1).replace(/^impl /, '');
  const as = splitAs(inner);
  return [[component], ...as.map((side) => (/^[&*]/.test(side) ? [side] : components(side.replace(/^dyn /, ''))))];
};

const splitAs = (text: string): string[] => {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '<' || c === '(' || c === '[') depth++;
    else if (c === ')' || c === ']' || (c === '>' && text[i - 1] !== '-')) depth--;
    else if (depth === 0 && (text.startsWith(' as ', i) || text.startsWith(' for ', i)))
      return [text.slice(0, i), text.slice(i + (text.startsWith(' as ', i) ? 4 : 5))];
  }
  return [text];
};

const same = (component: string, wanted: string): boolean =>
  component === wanted || withoutGenerics(component) === wanted || component.replace(/\s+/g, '') === wanted.replace(/\s+/g, '');

const endsWith = (parts: readonly string[], wanted: readonly string[]): boolean => {
  if (wanted.length === 0) return true;
  const last = parts[parts.length - 1];
  if (last === undefined) return false;
  // `f::<u8>` is a component of its own in v0 names and none in a query.
  if (last.startsWith('<') && parts.length > 1 && wanted[wanted.length - 1] !== last && endsWith(parts.slice(0, -1), wanted)) return true;
  for (const choice of alternatives(last)) {
    const take = Math.min(choice.length, wanted.length);
    let equal = true;
    for (let i = 1; i <= take && equal; i++) equal = same(choice[choice.length - i] as string, wanted[wanted.length - i] as string);
    if (!equal) continue;
    const rest = wanted.slice(0, wanted.length - take);
    if (rest.length === 0) return true;
    // Only a plain component has more of the path before it; the path inside `<T as …>` is complete.
    if (choice.length === 1 && choice[0] === last && endsWith(parts.slice(0, -1), rest)) return true;
  }
  return false;
};

/** Whether `query` is the path, or its trailing components, or those of the function whose closure this is. */
export const pathMatches = (path: string, query: string): boolean => {
  const parts = components(path);
  const wanted = components(query);
  if (wanted.length === 0) return false;
  if (endsWith(parts, wanted)) return true;
  while (parts.length > 1 && (isBody(parts[parts.length - 1] as string) || (parts[parts.length - 1] as string).startsWith('<'))) {
    parts.pop();
    if (endsWith(parts, wanted)) return true;
  }
  return false;
};
