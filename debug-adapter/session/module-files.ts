import * as fs from 'node:fs';
import * as path from 'node:path';
import { moduleName } from '../program/placement/kernel-modules';
import type { ModuleFile } from '../program/placement/kernel-modules';

/** A build tree of a whole system has some hundred thousand entries; beyond it a search would hold the session up. */
const mostEntries = 200_000;
const deepest = 12;
/** Files of one name that are offered: a build tree and what is staged from it. */
const mostNamesakes = 8;
const passedOver = new Set(['.git', 'node_modules', '.cache']);

interface Namesakes {
  readonly objects: string[];
  readonly symbols: string[];
}

/**
 * Files of kernel modules by their names, looked for in folders and all below them on the first question. A `.ko` comes before a
 * `.ko.debug`, which stands for a module whose own file is elsewhere; an earlier folder comes before a later one.
 */
export class ModuleFiles {
  readonly #folders: readonly string[];
  #index: Promise<ReadonlyMap<string, Namesakes>> | undefined;

  constructor(folders: readonly string[]) {
    this.#folders = [...new Set(folders)];
  }

  /**
   * The files that may be a module's (`if_tap`, without `.ko`), best first: each `.ko` as it is, then with each `.ko.debug` that
   * lies elsewhere, since a staged copy has none beside it, then those alone. Which belong together is for whoever opens them to say.
   */
  async find(name: string): Promise<readonly ModuleFile[]> {
    const { objects = [], symbols = [] } = (await (this.#index ??= this.#search())).get(moduleName(name)) ?? {};
    const elsewhere = (file: string): string[] => symbols.filter((one) => one !== `${file}.debug`);
    return [...objects.map((file) => ({ file })), ...objects.flatMap((file) => elsewhere(file).map((apart) => ({ file, symbols: apart }))), ...symbols.map((file) => ({ file }))];
  }

  async #search(): Promise<ReadonlyMap<string, Namesakes>> {
    const found = new Map<string, Namesakes>();
    let left = mostEntries;
    const add = (file: string, kind: keyof Namesakes): void => {
      const name = moduleName(file);
      const files = found.get(name) ?? { objects: [], symbols: [] };
      found.set(name, files);
      if (files[kind].length < mostNamesakes && !files[kind].includes(file)) files[kind].push(file);
    };
    const look = async (folder: string, depth: number): Promise<void> => {
      const entries = await fs.promises.readdir(folder, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        if (left-- <= 0) return;
        const file = path.join(folder, entry.name);
        if (entry.isDirectory()) {
          if (depth < deepest && !passedOver.has(entry.name)) await look(file, depth + 1);
        } else if (entry.name.endsWith('.ko')) add(file, 'objects');
        else if (entry.name.endsWith('.ko.debug')) add(file, 'symbols');
      }
    };
    for (const folder of this.#folders) await look(folder, 0);
    return found;
  }
}
