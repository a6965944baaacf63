import type { DebugInfo, FunctionInfo, LineAddress, Scope } from '../images/debug-info';
import { endsWithPath, splitQualified } from './names';
import type { Module } from './program';
import type { Sources } from './sources';

/** Where a spec stops in one image; the address is a linked one. */
export interface LinkedHit {
  readonly address: bigint;
  readonly function?: string;
  readonly inlinedInto?: string;
  readonly file?: string;
  readonly line?: number;
}

const hitOf = (name: FunctionInfo, address: bigint, inlinedInto?: string): LinkedHit => ({
  address,
  function: name.qualifiedName,
  ...(inlinedInto === undefined ? {} : { inlinedInto }),
  ...(name.declared ? { file: name.declared.file, line: name.declared.line } : {}),
});

/**
 * Every place where a function starts: behind the prologue of its own body, and the entry of each inlined instance.
 * Namesakes without a global symbol are among them if `complete`, or if it costs nothing.
 */
export const hitsOfFunction = (module: Module, name: string, complete = true): readonly LinkedHit[] => {
  const { debugInfo, symbols, damage } = module.image;
  const wanted = splitQualified(name);
  // Of a damaged one its symbol, if it has one, is a place to stop at nevertheless.
  const hits = debugInfo.functionsNamed(wanted.name, { complete }).flatMap((found) => damage.tolerate(() => hitsIn(debugInfo, found, wanted.file), []));
  if (hits.length > 0 || wanted.file !== undefined) return hits;
  return symbols
    .named(wanted.name)
    .filter(({ kind, address }) => kind === 'function' || (kind === 'other' && isCode(module, address)))
    .map((symbol) => ({ address: symbol.address, function: symbol.name }));
};

const hitsIn = (debugInfo: DebugInfo, found: FunctionInfo, file: string | undefined): LinkedHit[] => {
  if (file !== undefined && (!found.declared || !endsWithPath(found.declared.file, file))) return [];
  const start = found.afterPrologue ?? found.entry;
  return [
    ...(start === undefined ? [] : [hitOf(found, start)]),
    ...found.inlinedInstances().map((instance) => hitOf(found, instance.entry, outerOf(debugInfo.scopesAt(instance.entry), instance))),
  ];
};

/** Every place where a source line starts: one for each function body or inlined instance that has it. */
export const hitsOfLine = (module: Module, sources: Sources, file: string, line: number): readonly LinkedHit[] => {
  const { debugInfo, damage } = module.image;
  const lowest = new Map<string, LinkedHit>();
  for (const recorded of sources.toRecorded(file, debugInfo)) {
    for (const row of debugInfo.addressesOfLine(recorded, line)) {
      const plain = { key: `${row.address}`, hit: { address: row.address, file: row.file, line: row.line } };
      const { key, hit } = damage.tolerate(() => lineHit(debugInfo, row), plain);
      const before = lowest.get(key);
      if (!before || before.address > hit.address) lowest.set(key, hit);
    }
  }
  return nearestLine([...lowest.values()], line);
};

/** A row as a place to stop at, and what tells the function or inlined copy that it is in from others. */
const lineHit = (debugInfo: DebugInfo, row: LineAddress): { readonly key: string; readonly hit: LinkedHit } => {
  const scopes = debugInfo.scopesAt(row.address);
  const [inner] = scopes;
  const concrete = scopes.at(-1)?.function;
  // The opening line of a function means its body: at the entry the arguments are not in their places yet.
  const opens = inner !== undefined && !inner.inlined && concrete?.entry === row.address;
  const address = opens ? (concrete.afterPrologue ?? row.address) : row.address;
  const into = inner?.inlined ? outerOf(scopes, inner) : undefined;
  return {
    key: inner ? `${inner.entry}:${inner.function.qualifiedName}` : `${row.address}`,
    hit: { address, file: row.file, line: row.line, ...(inner ? { function: inner.function.qualifiedName } : {}), ...(into === undefined ? {} : { inlinedInto: into }) },
  };
};

/** Where only some instances have the line itself, those that slid on to a later line are not what was meant. */
const nearestLine = (hits: readonly LinkedHit[], line: number): readonly LinkedHit[] => {
  const exact = hits.filter((hit) => hit.line === line);
  if (exact.length > 0) return exact;
  const nearest = Math.min(...hits.map((hit) => hit.line ?? Infinity));
  return hits.filter((hit) => hit.line === nearest);
};

const outerOf = (scopes: readonly Scope[], instance: Scope): string | undefined => {
  const index = scopes.findIndex((scope) => scope.entry === instance.entry && scope.function.qualifiedName === instance.function.qualifiedName);
  return scopes[index + 1]?.function.qualifiedName ?? scopes.at(-1)?.function.qualifiedName;
};

const isCode = (module: Module, address: bigint): boolean =>
  module.image.sections.some((section) => section.executable && address >= section.address && address < section.address + BigInt(section.size));
