import type { ProgramView } from '../../inspect/view';
import type { Batch } from '../batch';
import { hex } from '../unknown';

export interface Prison {
  /** `security.jail.enforce_statfs`: 0 shows all, 1 strips the jail's path, 2 shows the jail's root only. */
  readonly enforceStatfs: number;
  readonly path: string;
  /** Id of the mount its root lies in; undefined: not set yet. */
  readonly rootMount?: string;
}

/** The prison of a process: `p_ucred->cr_prison` (sys/sys/ucred.h, sys/sys/jail.h). undefined: it has no credentials. */
export const readPrison = async (view: ProgramView, batch: Batch, process: bigint): Promise<Prison | undefined> => {
  const credentials = await (await batch.at('proc', process)).member('p_ucred').integer();
  if (credentials === 0n) return undefined;
  const address = await (await batch.at('ucred', credentials)).member('cr_prison').integer();
  if (address === 0n) return undefined;
  const prison = await batch.at('prison', address);
  const root = await prison.member('pr_root').integer();
  const mount = root === 0n ? 0n : await view.value(view.type('vnode'), root).member('v_mount').integer();
  return { enforceStatfs: await prison.member('pr_enforce_statfs').number(), path: await prison.member('pr_path').string(), ...(mount === 0n ? {} : { rootMount: hex(mount) }) };
};

/** `f_mntonname` as statfs gives it inside a prison: prison_enforce_statfs and prison_canseemount in sys/kern/kern_jail.c. A plain chroot changes nothing. */
export const mountedOnInPrison = (prison: Prison, mount: { readonly id: string; readonly on: string }): string => {
  const { enforceStatfs, path, rootMount } = prison;
  if (enforceStatfs === 0) return mount.on;
  const isRoot = rootMount === mount.id;
  const isInside = path === '/' || mount.on === path || mount.on.startsWith(`${path}/`);
  if (!isRoot && (enforceStatfs === 2 || !isInside)) return '[restricted]';
  if (isRoot) return '/';
  if (path === '/') return mount.on;
  return mount.on.slice(path.length) || '/';
};
