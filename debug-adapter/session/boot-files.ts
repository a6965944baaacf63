import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isBootFile, type BootFile } from '../../boot/environment/assignments';

const deepest = 5;
const mostFolders = 2000;
const largestFile = 256 * 1024;
/** Never sources of a medium. */
const passedOver = new Set(['node_modules', '.git', '.cache', 'target', 'obj', 'dist']);
/** For how long what was found is taken to be still so. */
const freshMs = 5000;

/** The boot files below a folder (loader.conf and its kin, scripts), with paths from there. Looked for at most every few seconds, and no deeper than a workspace needs. */
export class BootFiles {
  readonly #root: string;
  #found: Promise<readonly BootFile[]> | undefined;
  #at = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** Empty where the folder cannot be read. */
  files(): Promise<readonly BootFile[]> {
    const now = performance.now();
    if (this.#found === undefined || now - this.#at > freshMs) {
      this.#at = now;
      this.#found = this.#look();
    }
    return this.#found;
  }

  async #look(): Promise<readonly BootFile[]> {
    const files: BootFile[] = [];
    let folders = 0;
    const walk = async (folder: string, depth: number): Promise<void> => {
      if (++folders > mostFolders) return;
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const place = join(folder, entry.name);
        const path = relative(this.#root, place).replaceAll('\\', '/');
        if (entry.isDirectory() && depth < deepest && !passedOver.has(entry.name)) await walk(place, depth + 1);
        else if (entry.isFile() && isBootFile(path)) files.push(...(await readBootFile(place, path)));
      }
    };
    await walk(this.#root, 0);
    return files;
  }
}

const readBootFile = async (place: string, path: string): Promise<BootFile[]> => {
  try {
    if ((await stat(place)).size > largestFile) return [];
    return [{ path, text: await readFile(place, 'utf8') }];
  } catch {
    // Gone or not readable: then it says nothing.
    return [];
  }
};
