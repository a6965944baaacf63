import * as fs from 'node:fs';
import * as path from 'node:path';
import { moduleName } from '../program/placement/kernel-modules';

/** A build tree of a whole system has some hundred thousand entries; beyond it a search would hold the session up. */
const mostEntries = 200_000;
const deepest = 12;
const passedOver = new Set(['.git', 'node_modules', '.cache']);

/**
 * Files of kernel modules by their names, looked for in folders and all below them on the first question. A `.ko` comes before a
 * `.ko.debug`, which stands for a module whose own file is elsewhere; an earlier folder comes before a later one.
 */
export class ModuleFiles {
  readonly #folders: readonly string[];
  #index: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(folders: readonly string[]) {
    this.#folders = [...new Set(folders)];
  }

  /** The file of a module (`if_tap`, without `.ko`); undefined where there is none. */
  async find(name: string): Promise<string | undefined> {
    return (await (this.#index ??= this.#search())).get(moduleName(name));
  }

  async #search(): Promise<ReadonlyMap<string, string>> {
    const objects = new Map<string, string>();
    const symbols = new Map<string, string>();
    let left = mostEntries;
    const look = async (folder: string, depth: number): Promise<void> => {
      const entries = await fs.promises.readdir(folder, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        if (left-- <= 0) return;
        const file = path.join(folder, entry.name);
        if (entry.isDirectory()) {
          if (depth < deepest && !passedOver.has(entry.name)) await look(file, depth + 1);
        } else if (entry.name.endsWith('.ko') && !objects.has(moduleName(file))) objects.set(moduleName(file), file);
        else if (entry.name.endsWith('.ko.debug') && !symbols.has(moduleName(file))) symbols.set(moduleName(file), file);
      }
    };
    for (const folder of this.#folders) await look(folder, 0);
    return new Map([...symbols, ...objects]);
  }
}
