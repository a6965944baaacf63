import type { EditedFiles, Entry } from './files';

/** What an editor reads for a server that has no disk; undefined for what is not there. The wire of it is `editor-wire.ts`. */
export interface Reader {
  /** Names in a folder. */
  list(path: string): Promise<readonly { readonly name: string; readonly folder: boolean }[] | undefined>;
  /** Undefined too for files above `readLimit`. */
  read(path: string): Promise<string | undefined>;
  /** Bytes of a file. */
  size(path: string): Promise<number | undefined>;
}

/** So many questions are with the editor at once: behind each may be a request to a host. */
const atOnce = 32;

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * Files behind an editor in a browser, which can be asked for but not waited for in the middle of a check. What is not at hand counts as
 * not there, is fetched, and `pending` tells that the answer has to be made again; each round asks for less, since what was fetched is kept.
 */
export class EditorFiles implements EditedFiles {
  /** Each folder is a request to the host of the repository. */
  readonly folderLimit = 4000;
  private readonly open = new Map<string, string>();
  private readonly texts = new Map<string, string | undefined>();
  private readonly sizes = new Map<string, number | undefined>();
  private readonly folders = new Map<string, readonly Entry[] | undefined>();
  private readonly fetching = new Map<string, Promise<void>>();
  /** What was asked for in vain since `pending` was called. */
  private missed = new Set<Promise<void>>();
  private readonly queue: (() => void)[] = [];
  private running = 0;

  /** @param fetched told of each path whose text has come */
  constructor(
    private readonly reader: Reader,
    private readonly fetched: (path: string) => void,
  ) {}

  setOpen(path: string, text: string): void {
    this.open.set(path, text);
  }

  setClosed(path: string): void {
    this.open.delete(path);
    // It may have been saved.
    this.texts.delete(path);
  }

  changed(path: string): void {
    this.texts.delete(path);
    this.sizes.delete(path);
    this.folders.delete(path);
    this.folders.delete(parentOf(path));
  }

  pending(): Promise<void> | undefined {
    if (this.missed.size === 0) return undefined;
    const all = [...this.missed];
    this.missed = new Set();
    return Promise.all(all).then(() => undefined);
  }

  read(path: string): string | undefined {
    const text = this.open.get(path);
    if (text !== undefined) return text;
    if (this.texts.has(path)) return this.texts.get(path);
    if (this.mayBeThere(path))
      this.fetch(`text ${path}`, async () => {
        this.texts.set(path, await this.reader.read(path));
        this.fetched(path);
      });
    return undefined;
  }

  list(path: string): readonly Entry[] | undefined {
    if (!this.folders.has(path))
      this.fetch(`folder ${path}`, async () => {
        const names = await this.reader.list(path);
        this.folders.set(path, names?.map(({ name, folder }) => ({ name, isDirectory: () => folder })));
      });
    return this.folders.get(path);
  }

  size(path: string): number | undefined {
    const text = this.open.get(path);
    if (text !== undefined) return new TextEncoder().encode(text).length;
    if (!this.sizes.has(path) && this.mayBeThere(path)) this.fetch(`size ${path}`, async () => void this.sizes.set(path, await this.reader.size(path)));
    return this.sizes.get(path);
  }

  exists(path: string): boolean {
    if (path === '' || this.open.has(path)) return true;
    return this.list(parentOf(path))?.some((entry) => entry.name === nameOf(path)) === true;
  }

  /** Spares a question about a file that its folder, where known, does not hold. */
  private mayBeThere(path: string): boolean {
    const folder = parentOf(path);
    return !this.folders.has(folder) || this.folders.get(folder)?.some((entry) => entry.name === nameOf(path)) === true;
  }

  private fetch(key: string, run: () => Promise<void>): void {
    let answer = this.fetching.get(key);
    if (answer === undefined) {
      answer = this.turn().then(run).finally(() => {
        this.fetching.delete(key);
        const next = this.queue.shift();
        if (next === undefined) this.running--;
        else next();
      });
      this.fetching.set(key, answer);
    }
    this.missed.add(answer);
  }

  private async turn(): Promise<void> {
    if (this.running < atOnce) this.running++;
    else await new Promise<void>((resolve) => this.queue.push(resolve));
  }
}
