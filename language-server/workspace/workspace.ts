import type { LoaderRules } from '../../boot/languages/loader-conf';
import type { Trees } from '../grammars/trees';
import type { EditedFiles, Files } from './files';
import { candidateKind, kindOf, mayConcern, type FileKind } from './recognise';

/** Folders in which no source of ours lies. */
const skipped = new Set(['.git', '.hg', '.svn', 'node_modules', 'target', '.cache', '__pycache__']);

const fetchedTogether = 64;

export interface Settings {
  readonly rules: LoaderRules;
  /** shellcheck is at hand: general advice on shell is left to it. */
  readonly shellcheck?: boolean;
}

/**
 * The files of ours below some folders. Only names are read while looking around; texts are read when asked for and kept
 * until a file changes.
 */
export class Workspace {
  private readonly candidates = new Map<string, FileKind>();
  private readonly kinds = new Map<string, FileKind | undefined>();
  /** Names of the files in each folder that was looked at. */
  private readonly folders = new Map<string, Set<string> | readonly string[]>();

  /** False when only single files are known: then nothing is said of what is not there. */
  complete = true;
  /** The shell's parser, once it is loaded. */
  shell?: Trees;

  constructor(
    readonly files: Files,
    public settings: Settings = { rules: 'lua-15' },
  ) {}

  /**
   * Looks through a folder; yields now and then so that a server can answer in between. False where there were more folders than
   * `folderLimit`: then not all names are known.
   */
  async scan(folder: string, rest: () => Promise<void> = () => Promise.resolve()): Promise<boolean> {
    const files: Files & Partial<EditedFiles> = this.files;
    const queue = [folder.replace(/\/$/, '')];
    let seen = 0;
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (seen >= (files.folderLimit ?? Infinity)) return false;
      let entries = files.list(next === '' ? '/' : next);
      // Names that have to be fetched first: those of many folders together, since each is a message to and fro.
      const wait = entries === undefined ? files.pending?.() : undefined;
      if (wait !== undefined) {
        for (const also of queue.slice(-fetchedTogether)) files.list(also);
        await Promise.all([wait, files.pending?.()]);
        entries = files.list(next === '' ? '/' : next);
      }
      const names: string[] = [];
      for (const entry of entries ?? []) {
        const { name } = entry;
        if (entry.isDirectory()) {
          if (!skipped.has(name)) queue.push(`${next}/${name}`);
          continue;
        }
        names.push(name);
        // Most files are told apart by their names alone.
        if (mayConcern(name)) this.consider(`${next}/${name}`);
      }
      this.folders.set(next, names);
      if (++seen % 64 === 0) await rest();
    }
    return true;
  }

  private consider(path: string): void {
    const kind = candidateKind(path);
    if (kind !== undefined) this.candidates.set(path, kind);
  }

  /** A file that is new or has changed. */
  add(path: string): void {
    this.kinds.delete(path);
    const [folder, name] = split(path);
    const known = this.folders.get(folder);
    if (known instanceof Set) known.add(name);
    else if (known?.includes(name) !== true) this.folders.set(folder, new Set([...(known ?? []), name]));
    this.consider(path);
  }

  remove(path: string): void {
    this.kinds.delete(path);
    this.candidates.delete(path);
    const [folder, name] = split(path);
    this.folders.set(folder, new Set([...(this.folders.get(folder) ?? [])].filter((one) => one !== name)));
  }

  changed(path: string): void {
    this.kinds.delete(path);
  }

  kind(path: string): FileKind | undefined {
    if (!this.kinds.has(path)) {
      const text = candidateKind(path) === undefined ? undefined : this.files.read(path);
      this.kinds.set(path, text === undefined ? undefined : kindOf(path, text));
    }
    return this.kinds.get(path);
  }

  /** Paths of one kind, sorted. Reads only files whose name could be of that kind. */
  of(kind: FileKind): string[] {
    const doubtful = kind === 'build-script' || kind === 'boot-script';
    return [...this.candidates].flatMap(([path, candidate]) => ((doubtful ? candidate === 'boot-script' || candidate === kind : candidate === kind) && this.kind(path) === kind ? [path] : [])).sort();
  }

  /** Files of a name anywhere in the workspace. */
  named(name: string): readonly string[] {
    return [...this.folders].flatMap(([folder, names]) => ((names instanceof Set ? names.has(name) : names.includes(name)) ? [`${folder}/${name}`] : []));
  }

  all(): string[] {
    return [...this.candidates.keys()].sort();
  }
}

const split = (path: string): [folder: string, name: string] => {
  const cut = path.lastIndexOf('/');
  return [path.slice(0, cut), path.slice(cut + 1)];
};
