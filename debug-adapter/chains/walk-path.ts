import type { MountRow, MountTable, Place } from '../../boot/mount-rules';

/** What memory tells of one name in a mounted filesystem. */
export type NameKind =
  | { readonly kind: 'link'; readonly target: string }
  /** A link whose text is not in memory. */
  | { readonly kind: 'unknown-link'; readonly why: string }
  | { readonly kind: 'other' }
  /** The kernel remembers no such name, so that it may be anything. */
  | { readonly kind: 'not-cached' };

/** Tells symbolic links by what the kernel remembers. */
export interface LinkReader {
  /** `path` is absolute inside the mount, without links in its own directories. */
  at(mount: MountRow, path: string): Promise<NameKind>;
}

/** What a path comes to. */
export interface WalkedPath {
  readonly found?: { readonly row: MountRow; readonly path: string };
  /** Why it cannot be followed to its end. */
  readonly unknown?: string;
  /** Links that were followed, in order. */
  readonly links: readonly { readonly at: string; readonly to: string }[];
  /** Names on the way that the kernel does not remember: should one be a link, the answer is another. */
  readonly assumed: readonly string[];
}

/** MAXSYMLINKS, sys/sys/param.h (FreeBSD); MAXSYMLINKS of include/linux/namei.h is 40. */
const mostLinks = 32;

/** A path looked up component by component in one process's root: mounts are crossed, links followed, `..` never leaves the root. */
export const walkPath = async (table: MountTable, root: Place, global: Place, path: string, links: LinkReader | undefined): Promise<WalkedPath> => {
  const followed: { at: string; to: string }[] = [];
  const assumed: string[] = [];
  let rest = path.split('/');
  let at: string[] = [];
  let cached = true;
  while (rest.length > 0) {
    const [name = '', ...later] = rest;
    rest = later;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = at.slice(0, -1);
      cached = true;
      continue;
    }
    const here = `/${[...at, name].join('/')}`;
    const found = table.resolve(root, global, here);
    if (found === undefined) return { links: followed, assumed };
    at = [...at, name];
    // A mount point is a directory; below a name that is not remembered, nothing is.
    if (links === undefined || found.path === '/' || !cached) continue;
    const kind = await links.at(found.row, found.path);
    if (kind.kind === 'not-cached') {
      assumed.push(here);
      cached = false;
    } else if (kind.kind === 'unknown-link') return { unknown: `${here} is a symbolic link, and ${kind.why}`, links: followed, assumed };
    else if (kind.kind === 'link') {
      followed.push({ at: here, to: kind.target });
      if (followed.length > mostLinks) return { unknown: `${path} leads through more than ${mostLinks} symbolic links`, links: followed, assumed };
      rest = [...kind.target.split('/'), ...rest];
      at = kind.target.startsWith('/') ? [] : at.slice(0, -1);
    }
  }
  const found = table.resolve(root, global, `/${at.join('/')}`);
  return { ...(found === undefined ? {} : { found }), links: followed, assumed };
};
