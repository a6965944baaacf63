import type { Value } from '../../inspect/value';
import type { Batch } from '../batch';
import { hex } from '../unknown';
import type { VnodeReader } from './vnodes';

/** A jail, as its processes' system calls know it. */
export interface Prison {
  readonly name: string;
  /** `security.jail.enforce_statfs`: 0 shows all, 1 strips the jail's path, 2 shows the jail's root only. */
  readonly enforceStatfs: number;
  readonly path: string;
  /** Id of the mount its root lies in; undefined: not set yet. */
  readonly rootMount?: string;
}

/** The prison of a process: `p_ucred->cr_prison` (sys/sys/ucred.h, sys/sys/jail.h). undefined: the host's own prison 0, which strips nothing, or no credentials. */
export const readPrison = async (batch: Batch, vnodes: VnodeReader, process: Value): Promise<Prison | undefined> => {
  const credentials = await process.member('p_ucred').integer();
  if (credentials === 0n) return undefined;
  const address = await (await batch.at('ucred', credentials)).member('cr_prison').integer();
  if (address === 0n) return undefined;
  const prison = await batch.at('prison', address);
  if ((await prison.member('pr_id').integer()) === 0n) return undefined;
  const root = prison.hasMember('pr_root') ? await prison.member('pr_root').integer() : 0n;
  const place = root === 0n ? undefined : await vnodes.place(root);
  return {
    name: await prison.member('pr_name').string(),
    enforceStatfs: prison.hasMember('pr_enforce_statfs') ? await prison.member('pr_enforce_statfs').number() : 0,
    path: prison.hasMember('pr_path') ? await prison.member('pr_path').string() : '/',
    ...(place === undefined ? {} : { rootMount: hex(BigInt(place.mount)) }),
  };
};

/**
 * What statfs and getfsstat tell a process of a mount: prison_canseemount and prison_enforce_statfs in sys/kern/kern_jail.c. A plain chroot changes
 * nothing. `on` of a mount that is not listed is what statfs of a file in it would say.
 */
export const statfsIn = (prison: Prison | undefined, mount: { readonly id: string; readonly on: string }): { readonly listed: boolean; readonly on: string } => {
  if (prison === undefined || prison.enforceStatfs === 0) return { listed: true, on: mount.on };
  const { enforceStatfs, path, rootMount } = prison;
  const isRoot = rootMount === mount.id;
  const isInside = path === '/' || mount.on === path || mount.on.startsWith(`${path}/`);
  if (!isRoot && (enforceStatfs === 2 || !isInside)) return { listed: false, on: '[restricted]' };
  if (isRoot) return { listed: true, on: '/' };
  return { listed: true, on: path === '/' ? mount.on : mount.on.slice(path.length) || '/' };
};
