import type { Entry, Files } from '../../language-server/workspace/files';

/** A file tree in memory; a number stands for a file of that many bytes. */
export class MemoryFiles implements Files {
  constructor(readonly files: Record<string, string | number>) {}

  read(path: string): string | undefined {
    const file = this.files[path];
    return typeof file === 'string' ? file : undefined;
  }

  list(path: string): readonly Entry[] | undefined {
    const inside = Object.keys(this.files).filter((file) => file.startsWith(`${path}/`));
    if (inside.length === 0) return undefined;
    const names = new Map(inside.map((file) => {
      const rest = file.slice(path.length + 1);
      const cut = rest.indexOf('/');
      return [cut < 0 ? rest : rest.slice(0, cut), cut >= 0];
    }));
    return [...names].map(([name, folder]) => ({ name, isDirectory: () => folder }));
  }

  size(path: string): number | undefined {
    const file = this.files[path];
    return typeof file === 'string' ? file.length : file;
  }

  exists(path: string): boolean {
    return path in this.files || this.list(path) !== undefined;
  }
}
