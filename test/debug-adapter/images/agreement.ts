import { expect } from 'vitest';
import type { DebugInfo, FunctionInfo, Scope, VariableInfo } from '../../../debug-adapter/images/debug-info';
import { openImage } from '../../../debug-adapter/images/open';
import type { Type } from '../../../debug-adapter/images/types';
import { strip } from '../../../debug-adapter/images/types';
import { askGdb } from './gdb';
import type { Answers } from './gdb';
import { compareFrames } from './readelf-frames';
import { expressionText, placesInScope } from './scope-text';

const hex = (address: bigint): string => `0x${address.toString(16)}`;
const told = (...parts: unknown[]): string => parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' | ');

/** What was compared, and what differed. */
export interface Agreement {
  readonly addresses: number;
  readonly functions: number;
  readonly types: number;
  readonly places: number;
  /** Expressions that gdb spells otherwise, of which only that they are there is compared. */
  readonly unspelled: number;
  /** Variables that gdb hides behind a namesake of a block that is elsewhere. */
  readonly shadowed: number;
  /** Variables that only gdb has in scope: it takes a block in pieces for one from first to last. */
  readonly beyond: number;
  readonly frames: number;
  readonly wrong: readonly string[];
}

/**
 * Compares an ELF image with what gdb and readelf say of it: at every n-th row of the line table the line, the chain of functions and
 * the places of variables; where `break` puts every function; every type that has a name; every n-th entry of the call frame information.
 */
export const compareWithGdb = (file: string, every: number): Agreement => {
  const image = openImage(file);
  const info = image.debugInfo;
  const functions = info.functionsMatching('*').filter(({ ranges }) => ranges.length > 0);
  const addresses = [...new Set(functions.flatMap(({ ranges }) => ranges.flatMap(({ start, end }) => info.lineRows(start, end).map(({ address }) => address))))].filter((_, i) => i % every === 0);
  const names = [...new Set(info.functionsMatching('*').map((one) => one.qualifiedName))].filter((name, i) => i % every === 0 && /^[\w:]+$/.test(name));
  // gdb knows no name of a generic function.
  const breakable = names.filter((name) => info.functionsNamed(name).every(({ language }) => language !== 'rust'));
  expect(addresses.length, file).toBeGreaterThan(0);
  const answers = askGdb(file, { addresses: addresses.map(hex), scopes: addresses.map(hex), functions: breakable, allTypes: true });
  const wrong: string[] = [];
  let places = 0;
  let unspelled = 0;
  let shadowed = 0;
  let beyond = 0;
  for (const address of addresses) {
    const theirs = answers.addresses[hex(address)];
    const scopes = info.scopesAt(address);
    const chain = scopes.map((scope) => (scope.function.language === 'rust' ? scope.function.qualifiedName : scope.function.name));
    const line = info.lineAt(address)?.line;
    if (line !== theirs?.line || JSON.stringify(chain) !== JSON.stringify(theirs?.chain)) wrong.push(told(hex(address), line, chain, theirs?.line, theirs?.chain));
    const known = placesInScope(answers.scopes[hex(address)] ?? '', address);
    for (const [name, ours] of variablesOf(scopes[0], address)) {
      const [expected, ...outer] = known.get(name) ?? [];
      known.delete(name);
      if (expected === undefined) wrong.push(told(hex(address), chain[0], name, 'gdb has it not in scope'));
      else if (ours === undefined) unspelled++;
      // rustc's abstract blocks: gdb takes one that its copy here lacks for a part of the block around, and lets its variables, which
      // are without a place, hide namesakes further out (gdb/dwarf2/read.c, inherit_abstract_dies). Here they are out of scope.
      else if (expected === '' && ours !== '' && scopes[0]?.function.language === 'rust' && outer.includes(ours)) shadowed++;
      // Of an `extern` inside a function gdb goes on to the definition; here it is looked up by whoever evaluates.
      else if (ours !== expected && !(ours === '' && expected.startsWith('addr '))) wrong.push(told(hex(address), chain[0], name, ours, expected));
      else places++;
    }
    beyond += known.size;
  }
  wrong.push(...misplaced(info, breakable, answers), ...differingTypes(info, answers));
  const frames = compareFrames(file, every);
  image.close();
  return { addresses: addresses.length, functions: breakable.length, types: Object.keys(answers.types).length, places, unspelled, shadowed, beyond, frames: frames.rows, wrong: [...wrong, ...frames.wrong] };
};

/** Of each name in scope the innermost variable's place: '' where it has none, undefined where it cannot be spelled as gdb does. */
const variablesOf = (scope: Scope | undefined, address: bigint): Map<string, string | undefined> => {
  const found = new Map<string, string | undefined>();
  for (const variable of scope?.variablesAt(address) ?? []) if (variable.name !== '' && !found.has(variable.name)) found.set(variable.name, placeOf(variable, address));
  return found;
};

const placeOf = (variable: VariableInfo, address: bigint): string | undefined => {
  if (variable.constant) return undefined;
  const location = variable.locationAt(address);
  return location === undefined ? '' : expressionText(location.expression);
};

/**
 * Where gdb 13 stops in an inlined copy (gdb/symtab.c, skip_prologue_sal; docs/architecture.md says why we differ):
 * of one in pieces at the lowest address, we at DW_AT_entry_pc; of one that begins within the prologue of the function around it behind
 * that prologue; of one below a function without code nowhere (gdb/dwarf2/read.c, read_func_scope). gcc 12 writes such a one in DWARF 4,
 * where the first range is empty and at the unit's start: its two zeros end the list.
 */
const gdbsPlaceOf = (info: DebugInfo, copy: Scope): readonly bigint[] => {
  const lowest = copy.ranges.reduce((least, { start }) => (start < least ? start : least), copy.ranges[0]?.start ?? copy.entry);
  const scopes = info.scopesAt(lowest);
  if (!scopes.some((one) => one.inlined && one.function.qualifiedName === copy.function.qualifiedName)) return [];
  const { entry, afterPrologue } = scopes.at(-1)?.function ?? {};
  return [entry !== undefined && afterPrologue !== undefined && entry <= lowest && lowest < afterPrologue ? afterPrologue : lowest];
};

/** Names that `break` puts elsewhere. */
const misplaced = (info: DebugInfo, names: readonly string[], answers: Answers): string[] =>
  names.flatMap((name) => {
    const found: readonly FunctionInfo[] = info.functionsNamed(name, { complete: true }).filter((one) => one.qualifiedName === name || one.language !== 'rust');
    const ours = found.flatMap((one) => [...(one.afterPrologue === undefined ? [] : [one.afterPrologue]), ...one.inlinedInstances().flatMap((copy) => gdbsPlaceOf(info, copy))]);
    const sorted = [...new Set(ours)].map(hex).sort();
    const theirs = answers.functions[name] ?? [];
    return JSON.stringify(sorted) === JSON.stringify(theirs) ? [] : [told(name, 'only ours', sorted.filter((one) => !theirs.includes(one)), "only gdb's", theirs.filter((one) => !sorted.includes(one)))];
  });

/** As gdb has it, which holds enumerators in signed 64 bits. */
const layoutOf = (found: Type): unknown => {
  const type = strip(found);
  if (type.kind === 'struct') return { size: type.size, fields: type.members.map((m) => [m.name, m.bitOffset ?? m.offset * 8, m.bitSize ?? 0, m.type.size]) };
  return type.kind === 'enum' ? { size: type.size, fields: type.enumerators.map((one) => [one.name, Number(BigInt.asIntN(64, one.value)), 0, 0]) } : undefined;
};

const differingTypes = (info: DebugInfo, answers: Answers): string[] =>
  Object.entries(answers.types).flatMap(([name, theirs]) => {
    const ours = info.typesNamed(name).concat(info.typesNamed(name.replace(/^\w+ /, '')));
    // gdb gives Rust's enums with fields members of its own; their size is compared.
    const alike = ours.some((one) => {
      const type = strip(one);
      return type.kind === 'struct' && type.variantPart !== undefined ? type.size === theirs.size : JSON.stringify(layoutOf(one)) === JSON.stringify(theirs);
    });
    return alike ? [] : [told(name, ours.map(layoutOf), theirs)];
  });
