import { demangle } from '../demangle/demangle';
import { textTables } from '../index/names';
import { AT } from './constants';
import type { Die } from './die';
import { kinds } from './name-index';
import type { NameIndex } from './name-index';
import { linkageNameOf, nameOf, qualifiedNameOf } from './names';

/** In C the plain name is all there is, and equal keys are equal names. */
const isPlain = (die: Die): boolean => die.unit.language === 'c' || die.unit.language === 'asm';

/** Every text a function is found under by pattern: its path as DWARF nests it, and as its linkage name says. */
const textsOf = (die: Die): string[] => {
  if (isPlain(die)) return [nameOf(die)];
  const path = qualifiedNameOf(die);
  const linkage = linkageNameOf(die);
  const demangled = linkage === undefined ? path : demangle(linkage);
  return demangled === path ? [path] : [path, demangled];
};

/** Functions of which `matches` accepts a text. Reads one entry of each C name and every other function. */
export const functionsWith = (index: NameIndex, matches: (text: string) => boolean): Die[] => {
  const found: Die[] = [];
  const refused = new Set<number>();
  for (const { key, die: read } of index.all(kinds.function)) {
    if (refused.has(key)) continue;
    const die = index.tolerate(read, undefined);
    if (!die || index.tolerate(() => die.flag(AT.declaration), true)) continue;
    if (index.tolerate(() => textsOf(die), []).some(matches)) found.push(die);
    else if (key < 0x80000000 && isPlain(die)) refused.add(key);
  }
  return found;
};

/** What an index on disk holds of the functions' texts. */
export const functionTexts = (index: NameIndex): Record<string, Uint8Array> => {
  const texts = new Map<string, number[]>();
  const plain = new Map<number, number[]>();
  for (const { key, place, die: read } of index.all(kinds.function)) {
    const known = plain.get(key);
    const die = index.tolerate(read, undefined);
    if (!die || index.tolerate(() => die.flag(AT.declaration), true)) continue;
    if (known && isPlain(die)) {
      known.push(place);
      continue;
    }
    for (const text of index.tolerate(() => textsOf(die), [])) {
      const places = texts.get(text) ?? [];
      if (places.length === 0) texts.set(text, places);
      places.push(place);
      if (key < 0x80000000 && isPlain(die)) plain.set(key, places);
    }
  }
  return textTables(texts);
};
