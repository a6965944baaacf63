import type { MountRow } from '../../../boot/mount-rules';
import type { LinkReader, NameKind } from '../walk-path';
import type { ChildNames, DentryReader } from './dentries';

/** Symbolic links as far as the dentry cache knows them (fs/dcache.c) and their text is in memory (`i_link`, include/linux/fs.h). Kept for one stop. */
export class LinuxLinks implements LinkReader {
  readonly #dentries: DentryReader;
  readonly #tops: ReadonlyMap<string, bigint>;
  readonly #children = new Map<bigint, Promise<ChildNames>>();

  /** `tops`: by mount id, the dentry of its root directory. */
  constructor(dentries: DentryReader, tops: ReadonlyMap<string, bigint>) {
    this.#dentries = dentries;
    this.#tops = tops;
  }

  async at(mount: MountRow, path: string): Promise<NameKind> {
    let dentry = this.#tops.get(mount.id);
    for (const name of path.split('/')) {
      if (name === '') continue;
      if (dentry === undefined) return { kind: 'not-cached' };
      dentry = (await this.#below(dentry)).names.get(name);
    }
    if (dentry === undefined) return { kind: 'not-cached' };
    const { isLink, target } = await this.#dentries.linkOf(await this.#dentries.inode(dentry));
    if (!isLink) return { kind: 'other' };
    return target === undefined ? { kind: 'unknown-link', why: 'its text is not in memory: the filesystem keeps it in a block of its own' } : { kind: 'link', target };
  }

  #below(directory: bigint): Promise<ChildNames> {
    const known = this.#children.get(directory);
    if (known !== undefined) return known;
    const reading = this.#dentries.children(directory);
    this.#children.set(directory, reading);
    return reading;
  }
}
