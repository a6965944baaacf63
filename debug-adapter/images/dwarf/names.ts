import { AT, TAG } from './constants';
import type { Die } from './die';
import { outlineOf } from './outline';

/** Own name of an entry, or that of the declaration or abstract instance it completes. */
export const nameOf = (die: Die): string => {
  for (const link of die.chain()) {
    const name = link.string(AT.name);
    if (name !== undefined) return name;
  }
  return '';
};

export const linkageNameOf = (die: Die): string | undefined => {
  for (const link of die.chain()) {
    const name = link.string(AT.linkage_name) ?? link.string(AT.MIPS_linkage_name);
    if (name !== undefined) return name;
  }
  return undefined;
};

/** The entry that stands where the thing was declared: its surroundings give the path. */
const declarationOf = (die: Die): Die => {
  const chain = die.chain();
  return chain[chain.length - 1] ?? die;
};

/** Path with namespaces and enclosing types, `core::option::Option<u64>`; the plain name in C. */
export const qualifiedNameOf = (die: Die): string => {
  const name = nameOf(die);
  const language = die.unit.language;
  if (language === 'c' || language === 'asm') return name;
  const declaration = declarationOf(die);
  const parts: string[] = [];
  for (const scope of outlineOf(declaration.unit).around(declaration.offset)) {
    const part = nameOf(scope);
    if (part !== '') parts.push(part);
    else if (scope.tag === TAG.namespace) parts.push('(anonymous namespace)');
  }
  return name === '' && parts.length === 0 ? '' : [...parts, name].join('::');
};
