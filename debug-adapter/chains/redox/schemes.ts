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
