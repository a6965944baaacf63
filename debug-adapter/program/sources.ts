import { existsSync, opendirSync } from 'node:fs';
import { isAbsolute, join, normalize, posix, relative, sep } from 'node:path';
import type { DebugInfo } from '../images/debug-info';
import { endsWithPath, trailingComponents } from './names';

/** What the source lookup may look at; the file functions are given by tests. */
export interface SourceOptions {
  /** Recorded prefix → local directory, both as the user wrote them (variables already resolved). */
  readonly sourceMap?: Readonly<Record<string, string>>;
  /** Local directories searched for recorded paths, best first. */
  readonly roots?: readonly string[];
  readonly exists?: (path: string) => boolean;
  readonly files?: (root: string) => Iterable<string>;
}

const SKIPPED = new Set(['node_modules', '.git', '.hg', '.svn', 'target', '.cache']);
const MOST_FILES = 100_000;

/** Files below a directory, relative to nothing: full paths. Bounded, and without the folders that hold no sources of one's own. */
function* filesBelow(root: string): Generator<string> {
  const waiting = [root];
  let seen = 0;
  for (let directory = waiting.pop(); directory !== undefined && seen < MOST_FILES; directory = waiting.pop()) {
    let handle;
    try {
      handle = opendirSync(directory);
    } catch {
      continue;
    }
    try {
      for (let entry = handle.readSync(); entry; entry = handle.readSync()) {
        const path = join(directory, entry.name);
        if (entry.isDirectory()) {
          if (!SKIPPED.has(entry.name)) waiting.push(path);
        } else if (entry.isFile()) {
          seen++;
          yield path;
        }
      }
    } finally {
      handle.closeSync();
    }
  }
}

const baseOf = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
const unified = (path: string): string => posix.normalize(path.replaceAll('\\', '/'));

/** Turns the paths that compilers recorded into paths of this machine, and back. Answers are cached for its lifetime. */
export class Sources {
  readonly #map: readonly (readonly [recorded: string, local: string])[];
  readonly #roots: readonly string[];
  readonly #exists: (path: string) => boolean;
  readonly #files: (root: string) => Iterable<string>;
  readonly #known = new Map<string, boolean>();
  readonly #local = new Map<string, string | undefined>();
  readonly #recorded = new WeakMap<DebugInfo, Map<string, string[]>>();
  #index: Map<string, string[]> | undefined;

  constructor(options: SourceOptions = {}) {
    this.#map = Object.entries(options.sourceMap ?? {})
      .map(([from, to]) => [unified(from).replace(/\/$/, ''), to] as const)
      .sort(([a], [b]) => b.length - a.length);
    this.#roots = options.roots ?? [];
    this.#exists = options.exists ?? existsSync;
    this.#files = options.files ?? filesBelow;
  }

  /** Local file of a recorded path: by the longest prefix of the source map, as it stands, else by its last components below the roots. */
  toLocal(recorded: string): string | undefined {
    if (this.#local.has(recorded)) return this.#local.get(recorded);
    const found = this.#find(unified(recorded));
    this.#local.set(recorded, found);
    return found;
  }

  /**
   * The paths under which an image's debug information may know a local file, best first. Empty when it has no file of that name,
   * or only ones that belong to other local files.
   */
  toRecorded(local: string, debugInfo: DebugInfo): readonly string[] {
    const wanted = unified(local);
    const namesakes = this.#recordedNames(debugInfo).get(baseOf(wanted)) ?? [];
    const back = this.#mappedBack(local);
    const exact = namesakes.filter((name) => back.has(unified(name)) || unified(name) === wanted);
    if (exact.length > 0) return exact;
    if (!isAbsolute(local)) return namesakes.filter((name) => endsWithPath(unified(name), wanted));
    const resolved = namesakes.filter((name) => this.toLocal(name) === normalize(local));
    const open = resolved.length > 0 ? resolved : namesakes.filter((name) => this.toLocal(name) === undefined);
    const best = Math.max(0, ...open.map((name) => trailingComponents(unified(name), wanted)));
    const closest = open.filter((name) => trailingComponents(unified(name), wanted) === best);
    // One shared component is only the file's own name: enough when nothing else has that name.
    return best >= 2 || closest.length === 1 ? closest : [];
  }

  #find(recorded: string): string | undefined {
    for (const [from, to] of this.#map) {
      if (recorded !== from && !recorded.startsWith(`${from}/`)) continue;
      const path = normalize(join(to, recorded.slice(from.length)));
      if (this.#isThere(path)) return path;
    }
    if (isAbsolute(recorded) && this.#isThere(recorded)) return normalize(recorded);
    return this.#belowRoots(recorded);
  }

  #belowRoots(recorded: string): string | undefined {
    const components = recorded.split('/').filter((part) => part !== '' && part !== '.' && part !== '..' && !/^[A-Za-z]:$/.test(part));
    for (const root of this.#roots) {
      for (let skip = 0; skip < Math.max(1, components.length - 1); skip++) {
        const path = join(root, ...components.slice(skip));
        if (this.#isThere(path)) return path;
      }
    }
    const name = components.at(-1);
    const namesakes = name === undefined ? [] : (this.#fileIndex().get(name) ?? []);
    const scored = namesakes.map((path) => ({ path, shared: trailingComponents(path, recorded) })).sort((a, b) => b.shared - a.shared);
    const [first, second] = scored;
    // Every Rust crate has a `src/main.rs`: there the crate's own folder must agree too.
    const needed = components.at(-2) === 'src' ? 3 : 2;
    if (!first || first.shared < Math.min(needed, components.length)) return undefined;
    return second?.shared === first.shared ? undefined : first.path;
  }

  #fileIndex(): Map<string, string[]> {
    if (this.#index) return this.#index;
    const index = new Map<string, string[]>();
    for (const root of this.#roots) {
      for (const path of this.#files(root)) {
        const name = baseOf(path);
        const paths = index.get(name);
        if (paths) paths.push(path);
        else index.set(name, [path]);
      }
    }
    this.#index = index;
    return index;
  }

  #mappedBack(local: string): ReadonlySet<string> {
    const found = new Set<string>();
    for (const [from, to] of this.#map) {
      const inside = relative(to, local);
      if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) continue;
      found.add(unified(`${from}/${inside.split(sep).join('/')}`));
    }
    return found;
  }

  #recordedNames(debugInfo: DebugInfo): Map<string, string[]> {
    let names = this.#recorded.get(debugInfo);
    if (!names) {
      names = new Map();
      for (const file of debugInfo.sourceFiles()) {
        const name = baseOf(file);
        const files = names.get(name);
        if (files) files.push(file);
        else names.set(name, [file]);
      }
      this.#recorded.set(debugInfo, names);
    }
    return names;
  }

  #isThere(path: string): boolean {
    let there = this.#known.get(path);
    if (there === undefined) {
      there = this.#exists(path);
      this.#known.set(path, there);
    }
    return there;
  }
}
