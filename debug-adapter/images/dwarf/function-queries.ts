import type { FunctionInfo } from '../debug-info';
import type { SymbolTable } from '../image';
import { toNumber } from '../bytes/address';
import { demangle } from '../demangle/demangle';
import { components, isBody, pathMatches, withoutGenerics } from '../demangle/path';
import { matchesGlob } from '../symbols/glob';
import { AT, TAG } from './constants';
import type { Die } from './die';
import { DwarfFunction } from './functions';
import { kinds } from './name-index';
import { linkageNameOf, nameOf, qualifiedNameOf } from './names';
import { outlineOf } from './outline';
import { rangesOf } from './ranges';
import type { Reader } from './reader';

const identity = (die: Die): string => `${die.unit.id} ${die.offset}`;

/** Every path a function answers to: as DWARF nests it, and as its linkage name says (`<T as Trait>::f`). */
const answersTo = (die: Die, query: string): boolean => {
  if (nameOf(die) === query || pathMatches(qualifiedNameOf(die), query)) return true;
  const linkage = linkageNameOf(die);
  return linkage !== undefined && (linkage === query || pathMatches(demangle(linkage), query));
};

/**
 * Functions of that name. A global symbol leads straight to its unit; only names without one (static namesakes may be
 * anywhere, inlined-only functions have no symbol) need the index of all names.
 */
export const functionsNamed = (reader: Reader, symbols: SymbolTable, name: string, complete: boolean): FunctionInfo[] => {
  if (name === '') return [];
  if (!complete && !reader.hasIndex) {
    const direct = bySymbol(reader, symbols, name);
    if (direct) return direct;
  }
  const found = new Map<string, Die>();
  const offer = (die: Die): void => {
    if (die.unit.tolerate(() => die.tag === TAG.subprogram && !die.flag(AT.declaration) && answersTo(die, name), false)) found.set(identity(die), die);
  };
  const parts = components(name);
  const last = parts[parts.length - 1] ?? name;
  const plain = withoutGenerics(last);
  // Candidates for `read` include `read<u8>`; a query with generics is compared as it is.
  for (const die of reader.candidates(last, kinds.function, plain === last)) offer(die);
  if (plain !== last) for (const die of reader.candidates(plain, kinds.function, true)) offer(die);
  for (const symbol of symbols.named(name)) {
    const die = reader.file.damage.tolerate(() => functionAt(reader, symbol.address), undefined);
    if (die) offer(die);
  }
  // Closures and coroutine bodies stand in a namespace with the name of their function.
  for (const space of reader.candidates(plain, kinds.namespace, true)) space.unit.tolerate(() => { for (const body of bodiesIn(space, 0)) offer(body); }, undefined);
  return merged(reader, [...found.values()]);
};

function* bodiesIn(space: Die, depth: number): Generator<Die, void> {
  if (depth > 16) return;
  for (const child of space.children()) {
    if (child.tag === TAG.subprogram && isBody(nameOf(child))) yield child;
    else if (child.tag === TAG.namespace && isBody(nameOf(child))) yield* bodiesIn(child, depth + 1);
  }
}

const functionAt = (reader: Reader, address: bigint): Die | undefined => {
  const wanted = toNumber(address);
  const unit = reader.unitRanges.at(wanted);
  return unit && outlineOf(unit).functionAt(wanted);
};

/** Compilers' clones of a function carry its name with one of these behind it. */
const cloneSuffixes = ['.isra.0', '.part.0', '.constprop.0', '.cold'];

const bySymbol = (reader: Reader, symbols: SymbolTable, name: string): FunctionInfo[] | undefined => {
  const direct = symbols.named(name).filter((symbol) => symbol.kind === 'function');
  if (direct.length === 0 || direct.some((symbol) => symbol.local)) return undefined;
  const found = new Map<string, Die>();
  for (const symbol of [...direct, ...cloneSuffixes.flatMap((suffix) => symbols.named(name + suffix))]) {
    const die = reader.file.damage.tolerate(() => functionAt(reader, symbol.address), undefined);
    if (die?.unit.tolerate(() => answersTo(die, name), false)) found.set(identity(die), die);
  }
  return found.size > 0 ? merged(reader, [...found.values()]) : undefined;
};

/** One answer for each function with code; abstract instances without any, of one declaration, become one answer together. */
const merged = (reader: Reader, dies: readonly Die[]): FunctionInfo[] => {
  const result: FunctionInfo[] = [];
  const concreteOrigins = new Set<string>();
  const abstracts: Die[] = [];
  const sort = (die: Die): void => {
    if (rangesOf(die).length === 0) {
      abstracts.push(die);
      return;
    }
    result.push(new DwarfFunction(die, reader));
    for (const link of die.chain().slice(1)) concreteOrigins.add(identity(link));
  };
  for (const die of dies) die.unit.tolerate(() => { sort(die); }, undefined);
  const groups = new Map<string, Die[]>();
  const gather = (die: Die): void => {
    if (concreteOrigins.has(identity(die)) || outlineOf(die.unit).instances.has(die.offset)) {
      // Its out-of-line copy answers; make sure it is among the answers.
      for (const offset of outlineOf(die.unit).instances.get(die.offset) ?? []) {
        const copy = die.unit.die(offset);
        if (copy && !dies.some((known) => known.offset === offset && known.unit === die.unit)) result.push(new DwarfFunction(copy, reader));
      }
      return;
    }
    // Neither code nor inlined: dropped by the linker.
    if (!die.chain().some((link) => link.has(AT.inline))) return;
    const declared = reader.lines.declared(die);
    const key = `${qualifiedNameOf(die)} ${linkageNameOf(die) ?? ''} ${declared?.file ?? die.unit.id} ${declared?.line ?? die.offset}`;
    const group = groups.get(key);
    if (group) group.push(die);
    else groups.set(key, [die]);
  };
  for (const die of abstracts) die.unit.tolerate(() => { gather(die); }, undefined);
  for (const [first, ...others] of groups.values()) if (first) result.push(new DwarfFunction(first, reader, others));
  return result;
};

export const functionsMatching = (reader: Reader, glob: string): FunctionInfo[] => merged(reader, reader.functionsWith((text) => matchesGlob(glob, text)));
