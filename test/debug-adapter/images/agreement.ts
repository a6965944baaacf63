import { expect } from 'vitest';
import type { DebugInfo, FunctionInfo, Scope } from '../../../debug-adapter/images/debug-info';
import { openImage } from '../../../debug-adapter/images/open';
import type { Type } from '../../../debug-adapter/images/types';
import { strip } from '../../../debug-adapter/images/types';
import { Tally } from './disagreements';
import { askGdb } from './gdb';
import type { Answers } from './gdb';
import { compareFrames } from './readelf-frames';
import { compareNames, compareScopes } from './scope-agreement';

const hex = (address: bigint): string => `0x${address.toString(16)}`;
const told = (...parts: unknown[]): string => parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' | ');

/** What was compared, and what differed. */
export interface Agreement {
  readonly addresses: number;
  readonly functions: number;
  readonly types: number;
  readonly places: number;
  /** What is told otherwise for a reason that is in the list. */
  readonly known: Tally;
  readonly frames: number;
  readonly wrong: readonly string[];
}

/**
 * Compares an ELF image with what gdb and readelf say of it: at every n-th row of the line table the line, the chain of functions and
 * the places of variables; where `break` puts every function; every type that has a name; every n-th entry of the call frame information.
 * Where gdb has more variables in scope, llvm-dwarfdump is asked at up to `samples` addresses which names there are.
 */
export const compareWithGdb = (file: string, every: number, samples: number): Agreement => {
  const image = openImage(file);
  const info = image.debugInfo;
  const functions = info.functionsMatching('*').filter(({ ranges }) => ranges.length > 0);
  const addresses = [...new Set(functions.flatMap(({ ranges }) => ranges.flatMap(({ start, end }) => info.lineRows(start, end).map(({ address }) => address))))].filter((_, i) => i % every === 0);
  const names = [...new Set(info.functionsMatching('*').map((one) => one.qualifiedName))].filter((name, i) => i % every === 0 && /^[\w:]+$/.test(name));
  // gdb knows no name of a generic function.
  const breakable = names.filter((name) => info.functionsNamed(name).every(({ language }) => language !== 'rust'));
  expect(addresses.length, file).toBeGreaterThan(0);
  const answers = askGdb(file, { addresses: addresses.map(hex), scopes: addresses.map(hex), functions: breakable, allTypes: true });
  const known = new Tally();
  const wrong: string[] = [];
  for (const address of addresses) {
    const theirs = answers.addresses[hex(address)];
    const chain = info.scopesAt(address).map((scope) => (scope.function.language === 'rust' ? scope.function.qualifiedName : scope.function.name));
    const line = info.lineAt(address)?.line;
    if (line !== theirs?.line || JSON.stringify(chain) !== JSON.stringify(theirs?.chain)) wrong.push(told(hex(address), line, chain, theirs?.line, theirs?.chain));
  }
  const scopes = compareScopes(info, addresses, answers.scopes);
  known.add(scopes.known);
  wrong.push(...scopes.wrong, ...compareNames(file, info, scopes.beyond, samples));
  wrong.push(...misplaced(info, breakable, answers, known), ...differingTypes(info, answers, known));
  const frames = compareFrames(file, every);
  image.close();
  return { addresses: addresses.length, functions: breakable.length, types: Object.keys(answers.types).length, places: scopes.places, known, frames: frames.rows, wrong: [...wrong, ...frames.wrong] };
};

/** Where gdb 13 stops in an inlined copy: the three disagreements about that. */
const gdbsPlaceOf = (info: DebugInfo, copy: Scope, known: Tally): readonly bigint[] => {
  const lowest = copy.ranges.reduce((least, { start }) => (start < least ? start : least), copy.ranges[0]?.start ?? copy.entry);
  if (lowest !== copy.entry) known.note('copy in pieces');
  const scopes = info.scopesAt(lowest);
  if (!scopes.some((one) => one.inlined && one.function.qualifiedName === copy.function.qualifiedName)) {
    known.note('copy below an empty call');
    return [];
  }
  const { entry, afterPrologue } = scopes.at(-1)?.function ?? {};
  if (entry === undefined || afterPrologue === undefined || lowest < entry || lowest >= afterPrologue) return [lowest];
  known.note('copy in a prologue');
  return [afterPrologue];
};

/** Names that `break` puts elsewhere. */
const misplaced = (info: DebugInfo, names: readonly string[], answers: Answers, known: Tally): string[] =>
  names.flatMap((name) => {
    const found: readonly FunctionInfo[] = info.functionsNamed(name, { complete: true }).filter((one) => one.qualifiedName === name || one.language !== 'rust');
    const ours = found.flatMap((one) => [...(one.afterPrologue === undefined ? [] : [one.afterPrologue]), ...one.inlinedInstances().flatMap((copy) => gdbsPlaceOf(info, copy, known))]);
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

const differingTypes = (info: DebugInfo, answers: Answers, known: Tally): string[] =>
  Object.entries(answers.types).flatMap(([name, theirs]) => {
    const ours = info.typesNamed(name).concat(info.typesNamed(name.replace(/^\w+ /, '')));
    const alike = ours.some((one) => {
      const type = strip(one);
      if (type.kind !== 'struct' || type.variantPart === undefined) return JSON.stringify(layoutOf(one)) === JSON.stringify(theirs);
      known.note('enum of Rust');
      return type.size === theirs.size;
    });
    return alike ? [] : [told(name, ours.map(layoutOf), theirs)];
  });
