import type { Type } from '../types';

/** A type as its language writes it, for types that have no name of their own. */
export const spelled = (type: Type): string => {
  switch (type.kind) {
    case 'void':
      return type.language === 'rust' ? '()' : 'void';
    case 'struct':
      return type.language === 'c' ? `${type.flavor} ${type.name === '' ? '{...}' : type.name}` : type.name === '' ? `${type.flavor} {...}` : type.name;
    case 'enum':
      return type.language === 'c' ? `enum ${type.name === '' ? '{...}' : type.name}` : type.name;
    default:
      return type.name;
  }
};

/** `int (*)(char *)`, `char (*)[4]`, `struct mount *`. */
export const pointerName = (target: Type, mark: string): string => {
  if (target.kind === 'array' || target.kind === 'function') {
    const inner = spelled(target);
    const at = target.kind === 'array' ? inner.indexOf(' [') : inner.indexOf(' (');
    if (at >= 0) {
      const rest = inner.slice(at + 1);
      return `${inner.slice(0, at)} ${rest.startsWith('(*') ? `(*${mark}${rest.slice(2)}` : `(${mark})${rest}`}`;
    }
  }
  const inner = spelled(target);
  return /[*&]$/.test(inner) ? `${inner}${mark}` : `${inner} ${mark}`;
};

export const arrayName = (element: Type, count: number | undefined): string => {
  const bound = `[${count ?? ''}]`;
  const inner = spelled(element);
  if (element.language === 'rust') return `[${inner}; ${count ?? ''}]`;
  const at = element.kind === 'array' ? inner.indexOf(' [') : -1;
  return at >= 0 ? `${inner.slice(0, at + 1)}${bound}${inner.slice(at + 1)}` : `${inner} ${bound}`;
};

export const functionName = (returns: Type, parameters: readonly Type[], variadic: boolean, language: string): string => {
  const list = parameters.map(spelled);
  if (variadic) list.push('...');
  if (language === 'rust') return `fn(${list.join(', ')})${returns.kind === 'void' ? '' : ` -> ${spelled(returns)}`}`;
  return `${spelled(returns)} (${list.length === 0 ? 'void' : list.join(', ')})`;
};
