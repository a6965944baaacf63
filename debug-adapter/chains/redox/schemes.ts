import type { DiskAttempt } from '../../../boot/redoxfs-log';
import type { Mount } from '../../api';
import type { Value } from '../../inspect/value';
import type { ProgramView } from '../../inspect/view';
import { baseName } from '../process-name';
import { perhaps } from '../unknown';
import { contextBehind } from './contexts';
import { hashMapEntries } from './hashmap';
import { innerInteger, innerMember } from '../members';

/**
 * The schemes of the kernel and who serves each: `HANDLES`, a HashMap from SchemeId to KernelSchemes, in newer kernels inside
 * `Handle::Scheme` (kernel/src/scheme/mod.rs). A user scheme's server is `UserInner.context` (scheme/user.rs). The kernel
 * knows its own schemes by name and those of processes by number: their names are kept by the namespace manager in user
 * space (base/bootstrap/src/initnsmgr.rs).
 */
export const readSchemes = async (kernel: ProgramView): Promise<readonly Mount[]> => {
  const entries = await hashMapEntries(kernel, kernel.variable('HANDLES', 'scheme/mod.rs'));
  const rows = await Promise.all(
    entries.map(async (entry) => {
      const id = await innerInteger(entry.member('__0'));
      const row = await schemeRow(kernel, id, entry.member('__1'));
      return row && { id, row };
    }),
  );
  return rows.flatMap((one) => (one ? [one] : [])).sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ row }) => row);
};

const schemeRow = async (kernel: ProgramView, id: bigint, handle: Value): Promise<Mount | undefined> => {
  let { name, payload } = await handle.variant();
  if (name === 'Scheme') ({ name, payload } = await first(payload).variant());
  const row = (on: string, from: string, flags: string[]): Mount => ({ id: `scheme ${id}`, fstype: 'scheme', from, on, flags });
  if (name === 'Global') return row(`/scheme/${(await first(payload).variant()).name.toLowerCase()}`, 'kernel', ['kernel']);
  if (name !== 'User') return undefined;
  const server = await perhaps(async () => {
    const inner = await innerMember(first(payload), 'inner').deref();
    // Weak is a NonNull to the ArcInner that the context's Arc made (library/alloc/src/sync.rs).
    const shared = await innerMember(inner.member('context'), 'pointer').deref();
    return contextBehind(kernel, shared.hasMember('strong') ? shared.member('data') : shared);
  });
  return row(`scheme number ${id}`, server === undefined ? 'a process that has ended' : `${server.name}:${server.pid}`, ['user']);
};

const first = (payload: Value): Value => (payload.hasMember('__0') ? payload.member('__0') : payload);

/**
 * The rows, with the filesystem that redoxfs says it mounted in place of the scheme it serves (redoxfs/src/bin/mount.rs, `mounted
 * filesystem on DISK to PATH`): told only where one redoxfs serves one scheme and one mount was told of.
 */
export const withFilesystems = (rows: readonly Mount[], attempts: readonly DiskAttempt[]): Mount[] => {
  const served = rows.filter(({ flags, from }) => flags.includes('user') && /^redoxfs:\d+$/.test(baseName(from)));
  const mounted = attempts.filter(({ outcome, mountpoint }) => outcome === 'mounted' && mountpoint !== undefined);
  const [attempt] = mounted;
  if (served.length !== 1 || mounted.length !== 1 || attempt?.mountpoint === undefined) return [...rows];
  const on = attempt.mountpoint.startsWith('/') ? attempt.mountpoint : `/scheme/${attempt.mountpoint}`;
  return rows.map((row) => (row === served[0] ? { ...row, fstype: 'redoxfs', from: `${attempt.disk} by ${baseName(row.from)}`, on } : row));
};

/** Daemons that give their one scheme a name of their own: `DiskScheme::new` in base drivers/storage/lived/src/main.rs. */
const ownNames: ReadonlyMap<string, string> = new Map([['lived', 'disk.live']]);

/** A unit that names the scheme of its program. */
export interface SchemeUnit {
  readonly id: string;
  readonly command?: string;
  readonly scheme?: string;
}

/**
 * The rows, with the names of processes' schemes where a daemon that serves one scheme has it from its unit or its own source, and a sentence on
 * where each name comes from, or that it is not known.
 */
export const withSchemeNames = (rows: readonly Mount[], units: readonly SchemeUnit[]): { readonly rows: Mount[]; readonly notes: string[] } => {
  const notes: string[] = [];
  const daemonOf = (row: Mount): string => baseName(row.from).replace(/:\d+$/, '');
  const isNumbered = (row: Mount): boolean => row.flags.includes('user') && row.on.startsWith('scheme number ');
  const named = rows.map((row): Mount => {
    if (!isNumbered(row)) return row;
    const daemon = daemonOf(row);
    const alone = rows.filter((other) => isNumbered(other) && daemonOf(other) === daemon).length === 1;
    const unit = units.find(({ command, scheme }) => scheme !== undefined && !scheme.includes('$') && command !== undefined && baseName(command) === daemon);
    const name = unit?.scheme ?? ownNames.get(daemon);
    if (!alone || name === undefined) return row;
    notes.push(`${row.on} is taken for /scheme/${name}: ${daemon} serves no other, and ${unit === undefined ? 'that is the name it asks for' : `${unit.id} gives it that name`}.`);
    return { ...row, on: `/scheme/${name}` };
  });
  const unnamed = named.filter(isNumbered).map(({ on, from }) => `${on} (${baseName(from)})`);
  if (unnamed.length > 0) notes.push(`The name of ${unnamed.join(', ')} is unknown: because the namespace manager keeps the names of processes' schemes in its own memory, not the kernel.`);
  return { rows: named, notes };
};
