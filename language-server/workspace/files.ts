import fs from 'node:fs';

/** One name in a folder, as Node's Dirent has it: looking through large trees makes no objects of our own. */
export interface Entry {
  readonly name: string;
  isDirectory(): boolean;
}

/** Files as the editor sees them: open documents before what is on disk. Paths are absolute. */
export interface Files {
  /** Undefined when there is no such file, or it is too large to be text of ours. */
  read(path: string): string | undefined;
  list(path: string): readonly Entry[] | undefined;
  /** Bytes of a file; undefined when it is not there. */
  size(path: string): number | undefined;
  exists(path: string): boolean;
}

/** Larger files are no configuration. */
const readLimit = 4 << 20;

export class DiskFiles implements Files {
  private readonly open = new Map<string, string>();
  private readonly kept = new Map<string, { readonly stamp: string; readonly text: string }>();

  setOpen(path: string, text: string): void {
    this.open.set(path, text);
  }

  setClosed(path: string): void {
    this.open.delete(path);
  }

  read(path: string): string | undefined {
    const text = this.open.get(path);
    if (text !== undefined) return text;
    try {
      const { size, mtimeMs, ino } = fs.statSync(path);
      if (size > readLimit) return undefined;
      const stamp = `${size} ${mtimeMs} ${ino}`;
      const kept = this.kept.get(path);
      if (kept?.stamp === stamp) return kept.text;
      const fresh = fs.readFileSync(path, 'utf8');
      this.kept.set(path, { stamp, text: fresh });
      return fresh;
    } catch {
      return undefined;
    }
  }

  list(path: string): readonly Entry[] | undefined {
    try {
      return fs.readdirSync(path, { withFileTypes: true });
    } catch {
      return undefined;
    }
  }

  size(path: string): number | undefined {
    try {
      const stat = fs.statSync(path);
      return stat.isFile() ? stat.size : undefined;
    } catch {
      return undefined;
    }
  }

  exists(path: string): boolean {
    // A symbolic link of an image tree points into the image, so it need not lead anywhere here.
    return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  }
}
