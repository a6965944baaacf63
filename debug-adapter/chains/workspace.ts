import fs from 'node:fs';
import path from 'node:path';
import { findPlace, matchesPath, type FoundPlace, type WorkspaceText } from '../../boot/diagnosis/places';
import type { WorkspacePlace } from '../../boot/diagnosis/rule';

const deepest = 12;
const mostEntries = 100_000;
const largest = 1 << 20;
const skipped = new Set(['node_modules', '.git', 'target', '.cache', 'dist', '.vscode-test']);

/** Paths of all files below the folders, links not followed; what cannot be read is left out. */
const filesIn = (folders: readonly string[]): string[] => {
  const found: string[] = [];
  const walk = (folder: string, depth: number): void => {
    let listed: fs.Dirent[];
    try {
      listed = fs.readdirSync(folder, { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of listed.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.length >= mostEntries) return;
      const at = path.join(folder, entry.name);
      if (entry.isFile()) found.push(at);
      else if (entry.isDirectory() && depth < deepest && !skipped.has(entry.name)) walk(at, depth + 1);
    }
  };
  for (const folder of folders) walk(folder, 0);
  return found;
};

/** Finds places of diagnosis rules in the user's folders; the list of files is made once, when first needed. */
export class WorkspacePlaces {
  readonly #folders: readonly string[];
  #files: readonly string[] | undefined;

  constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  find(places: readonly WorkspacePlace[]): FoundPlace | undefined {
    if (places.length === 0 || this.#folders.length === 0) return undefined;
    this.#files ??= filesIn(this.#folders);
    const wanted = this.#files.filter((file) => places.some((place) => matchesPath(place.file, file.split(path.sep).join('/'))));
    return findPlace(places, wanted.flatMap(read));
  }
}

const read = (file: string): WorkspaceText[] => {
  try {
    return fs.statSync(file).size > largest ? [] : [{ path: file.split(path.sep).join('/'), text: fs.readFileSync(file, 'utf8') }];
  } catch {
    return [];
  }
};
