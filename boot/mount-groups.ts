/** Views that show the same table under the same root, as one: most processes of a chroot see what its first one sees. */
export function sameViews<V extends { readonly process: string; readonly root: unknown; readonly mounts: unknown }>(views: readonly V[]): { readonly processes: readonly string[]; readonly view: V }[] {
  const groups = new Map<string, { processes: string[]; view: V }>();
  for (const view of views) {
    const key = JSON.stringify([view.root, view.mounts]);
    const group = groups.get(key);
    if (group) group.processes.push(view.process);
    else groups.set(key, { processes: [view.process], view });
  }
  return [...groups.values()];
}
