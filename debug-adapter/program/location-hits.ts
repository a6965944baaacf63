import type { FunctionInfo, Scope } from '../images/debug-info';
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
  const { debugInfo, symbols } = module.image;
  const wanted = splitQualified(name);
  const hits: LinkedHit[] = [];
  for (const found of debugInfo.functionsNamed(wanted.name, { complete })) {
    if (wanted.file !== undefined && (!found.declared || !endsWithPath(found.declared.file, wanted.file))) continue;
    const start = found.afterPrologue ?? found.entry;
    if (start !== undefined) hits.push(hitOf(found, start));
    for (const instance of found.inlinedInstances()) hits.push(hitOf(found, instance.entry, outerOf(debugInfo.scopesAt(instance.entry), instance)));
  }
  if (hits.length > 0 || wanted.file !== undefined) return hits;
  return symbols
    .named(wanted.name)
    .filter(({ kind, address }) => kind === 'function' || (kind === 'other' && isCode(module, address)))
    .map((symbol) => ({ address: symbol.address, function: symbol.name }));
};

/** Every place where a source line starts: one for each function body or inlined instance that has it. */
export const hitsOfLine = (module: Module, sources: Sources, file: string, line: number): readonly LinkedHit[] => {
  const { debugInfo } = module.image;
  const lowest = new Map<string, LinkedHit>();
  for (const recorded of sources.toRecorded(file, debugInfo)) {
    for (const row of debugInfo.addressesOfLine(recorded, line)) {
      const scopes = debugInfo.scopesAt(row.address);
      const [inner] = scopes;
      const concrete = scopes.at(-1)?.function;
      // The opening line of a function means its body: at the entry the arguments are not in their places yet.
      const opens = inner !== undefined && !inner.inlined && concrete?.entry === row.address;
      const address = opens ? (concrete.afterPrologue ?? row.address) : row.address;
      const key = inner ? `${inner.entry}:${inner.function.qualifiedName}` : `${row.address}`;
      const before = lowest.get(key);
      if (before && before.address <= address) continue;
      const into = inner?.inlined ? outerOf(scopes, inner) : undefined;
      lowest.set(key, {
        address,
        file: row.file,
        line: row.line,
        ...(inner ? { function: inner.function.qualifiedName } : {}),
        ...(into === undefined ? {} : { inlinedInto: into }),
      });
    }
  }
  return nearestLine([...lowest.values()], line);
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
