import type { LoaderRules } from '../../boot/languages/loader-conf';
import type { Trees } from '../grammars/trees';
import type { Files } from './files';
import { candidateKind, kindOf, type FileKind } from './recognise';

/** Folders in which no source of ours lies. */
const skipped = new Set(['.git', '.hg', '.svn', 'node_modules', 'target', '.cache', '__pycache__']);

export interface Settings {
  readonly rules: LoaderRules;
}

/**
 * The files of ours below some folders. Only names are read while looking around; texts are read when asked for and kept
 * until a file changes.
 */
export class Workspace {
  private readonly candidates = new Map<string, FileKind>();
  private readonly kinds = new Map<string, FileKind | undefined>();
  private readonly names = new Map<string, Set<string>>();

  /** False when only single files are known: then nothing is said of what is not there. */
  complete = true;
  /** The shell's parser, once it is loaded. */
  shell?: Trees;

  constructor(
    readonly files: Files,
    public settings: Settings = { rules: 'lua-15' },
  ) {}

  /** Looks through a folder; yields now and then so that a server can answer in between. */
  async scan(folder: string, rest: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const queue = [folder];
    let seen = 0;
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      for (const entry of this.files.list(next) ?? []) {
        const path = `${next.replace(/\/$/, '')}/${entry.name}`;
        if (entry.folder) {
          if (!skipped.has(entry.name)) queue.push(path);
        } else this.add(path);
      }
      if (++seen % 64 === 0) await rest();
    }
  }

  add(path: string): void {
    this.kinds.delete(path);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const known = this.names.get(name);
    if (known === undefined) this.names.set(name, new Set([path]));
    else known.add(path);
    const kind = candidateKind(path);
    if (kind !== undefined) this.candidates.set(path, kind);
  }

  remove(path: string): void {
    this.kinds.delete(path);
    this.candidates.delete(path);
    const name = path.slice(path.lastIndexOf('/') + 1);
    this.names.get(name)?.delete(path);
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
    return [...(this.names.get(name) ?? [])];
  }

  all(): string[] {
    return [...this.candidates.keys()].sort();
  }
}
