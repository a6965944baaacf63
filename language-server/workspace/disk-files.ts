import fs from 'node:fs';
import { readLimit, type EditedFiles, type Entry } from './files';

/** Files of this machine: all is at hand. */
export class DiskFiles implements EditedFiles {
  readonly folderLimit = Infinity;
  private readonly open = new Map<string, string>();
  private readonly kept = new Map<string, { readonly stamp: string; readonly text: string }>();

  setOpen(path: string, text: string): void {
    this.open.set(path, text);
  }

  setClosed(path: string): void {
    this.open.delete(path);
  }

  /** A file's stamp tells when it has changed. */
  changed(): void {}

  pending(): undefined {
    return undefined;
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
