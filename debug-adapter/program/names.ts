/** `FILE:NAME` split, as in `vfs_mountroot.c:set_rootvnode`; Rust's `::` is part of a name. `file` is undefined without one. */
export const splitQualified = (text: string): { readonly file?: string; readonly name: string } => {
  const match = /^([^:]*(?::[\\/][^:]*)?\.\w+):(?!:)(.+)$/.exec(text);
  const [, file, name] = match ?? [];
  return file !== undefined && name !== undefined ? { file, name } : { name: text };
};

const parts = (path: string): string[] => path.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');

/** True when `suffix` is `path` or its last components: `kern/vfs_mountroot.c` matches `/usr/src/sys/kern/vfs_mountroot.c`. */
export const endsWithPath = (path: string, suffix: string): boolean => trailingComponents(path, suffix) === parts(suffix).length;

/** How many components two paths share from the end. */
export const trailingComponents = (a: string, b: string): number => {
  const left = parts(a);
  const right = parts(b);
  let count = 0;
  while (count < left.length && count < right.length && left[left.length - 1 - count] === right[right.length - 1 - count]) count++;
  return count;
};
