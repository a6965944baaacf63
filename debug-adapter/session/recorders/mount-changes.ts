import type { Mount, MountChange } from '../../api';

/** What is different between two mount tables, by the ids of their rows; each change with a line in words. */
export const changesBetween = (before: readonly Mount[], now: readonly Mount[]): readonly MountChange[] => {
  const old = new Map(before.map((mount) => [mount.id, mount]));
  const changes: Omit<MountChange, 'text'>[] = [];
  for (const mount of now) {
    const was = old.get(mount.id);
    old.delete(mount.id);
    if (!was) changes.push({ kind: 'added', mount });
    else if (was.on !== mount.on || was.fstype !== mount.fstype || was.from !== mount.from || was.flags.join() !== mount.flags.join()) changes.push({ kind: 'changed', mount, before: was });
  }
  for (const mount of old.values()) changes.push({ kind: 'removed', mount });
  return changes.map((change) => ({ ...change, text: inWords(change) }));
};

const named = ({ fstype, from }: Mount): string => (from === fstype || from === '' ? fstype : `${fstype} from ${from}`);
const flagged = ({ flags }: Mount): string => (flags.length === 0 ? 'no flags' : flags.join(', '));

const inWords = ({ kind, mount, before }: Omit<MountChange, 'text'>): string => {
  if (kind === 'added') return `${named(mount)} was mounted on ${mount.on} (${flagged(mount)})`;
  if (kind === 'removed') return `${named(mount)} was unmounted from ${mount.on}`;
  if (before && before.on !== mount.on) return `${named(mount)} moved from ${before.on} to ${mount.on}`;
  return `${named(mount)} on ${mount.on} changed: ${before ? flagged(before) : ''} → ${flagged(mount)}`;
};
