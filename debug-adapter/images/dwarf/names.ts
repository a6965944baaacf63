import type { BootscopeError } from '../../errors/catalogue';
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

/** Why an entry's name cannot be told: it lies in a file that is missing (BS214). Undefined for one with a name, and one without any. */
const whyNameless = (die: Die): BootscopeError | undefined => {
  const { missing } = die.unit.file;
  return missing && nameOf(die) === '' && die.chain().some((link) => link.has(AT.name)) ? missing : undefined;
};

/** The name to show of an entry: where it lies in a file that is missing, that is said in its place. */
export const shownNameOf = (die: Die): string => {
  const missing = whyNameless(die);
  return missing ? `<unknown, ${missing.code}: ${missing.what.replace(/\.$/, '')}>` : nameOf(die);
};

/** The same with its path. */
export const shownQualifiedNameOf = (die: Die): string => (whyNameless(die) ? shownNameOf(die) : qualifiedNameOf(die));

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
