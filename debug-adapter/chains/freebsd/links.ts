import type { MountRow } from '../../../boot/mount-rules';
import type { ProgramView } from '../../inspect/view';
import type { Value } from '../../inspect/value';
import { strip } from '../../images/types';
import type { Batch } from '../batch';
import { readText } from '../c-string';
import { isUnknown, known } from '../unknown';
import type { LinkReader, NameKind } from '../walk-path';
import { isRootFlag, usualName, type VnodeReader } from './vnodes';

/** VLNK of enum vtype, sys/sys/vnode.h. */
const isLink = 5n;
/** NCF_ISDOTDOT, NCF_NEGATIVE, NCF_INVALID and NCF_WIP of sys/kern/vfs_cache.c: entries that lead to no vnode. */
const noVnode = 0x02n | 0x20n | 0x40n | 0x80n;
/** Names looked through in one directory; a directory with more remembered names is not searched to its end. */
const mostNames = 4096;
/** Links as long as this or longer are on the disk: 15 block numbers of 8 bytes in UFS2, of 4 bytes in UFS1 (di_shortlink, sys/ufs/ufs/dinode.h). */
const shortLink = 120n;
const shortLink1 = 60n;
/** IN_UFS2 of `i_flag`, sys/ufs/ufs/inode.h. */
const isUfs2 = 0x400n;
const deepestLayers = 8;
const mostVnodes = 256;

/**
 * Symbolic links by the kernel's name cache (`v_cache_src` of the directory, sys/kern/vfs_cache.c) and the file system's node in memory. Where a file
 * system keeps the text of a link on its medium only (cd9660), or a name is not in the cache, that is the answer.
 */
export class FreebsdLinks implements LinkReader {
  readonly #view: ProgramView;
  readonly #batch: Batch;
  readonly #vnodes: VnodeReader;
  readonly #names = new Map<bigint, Promise<ReadonlyMap<string, bigint>>>();

  constructor(view: ProgramView, batch: Batch, vnodes: VnodeReader) {
    this.#view = view;
    this.#batch = batch;
    this.#vnodes = vnodes;
  }

  async at(mount: MountRow, path: string): Promise<NameKind> {
    const kind = await known(() => this.#kind(mount, path));
    return isUnknown(kind) ? { kind: 'not-cached' } : kind;
  }

  async #kind(mount: MountRow, path: string): Promise<NameKind> {
    let vnode = await this.#rootOf(BigInt(mount.id));
    for (const name of path.split('/').filter((part) => part !== '')) {
      const next = vnode === undefined ? undefined : (await this.#namesIn(vnode)).get(name);
      if (next === undefined) return { kind: 'not-cached' };
      vnode = next;
    }
    if (vnode === undefined) return { kind: 'not-cached' };
    const value = await this.#batch.at('vnode', vnode);
    if ((await value.member('v_type').integer()) !== isLink) return { kind: 'other' };
    const target = await known(() => this.#target(value, mount.fstype, 0));
    if (isUnknown(target)) return { kind: 'unknown-link', why: `${mount.fstype} keeps no text of it that could be read here` };
    return target === undefined ? { kind: 'unknown-link', why: `${mount.fstype} keeps the text of a link on its medium, not in memory` } : { kind: 'link', target };
  }

  /**
   * `mnt_rootvnode`, where this kernel has it (13.0 and later) and it is set; else the root that a walk from below has met; else the one among the mount's
   * vnodes (`mnt_nvnodelist`), near whose beginning it is.
   */
  async #rootOf(mount: bigint): Promise<bigint | undefined> {
    const value = await this.#batch.at('mount', mount);
    const cached = value.hasMember('mnt_rootvnode') ? await value.member('mnt_rootvnode').integer() : 0n;
    const met = cached === 0n ? this.#vnodes.rootVnode(mount) : cached;
    if (met !== undefined) return met;
    let next = await value.member('mnt_nvnodelist').member('tqh_first').integer();
    for (let count = 0; next !== 0n && count < mostVnodes; count++) {
      const vnode = await this.#batch.at('vnode', next);
      if (((await vnode.member('v_vflag').integer()) & isRootFlag) !== 0n) return next;
      next = await vnode.member('v_nmntvnodes').member('tqe_next').integer();
    }
    return undefined;
  }

  #namesIn(directory: bigint): Promise<ReadonlyMap<string, bigint>> {
    const reading = this.#names.get(directory) ?? this.#readNames(directory);
    this.#names.set(directory, reading);
    return reading;
  }

  async #readNames(directory: bigint): Promise<ReadonlyMap<string, bigint>> {
    const names = new Map<string, bigint>();
    let next = await (await this.#batch.at('vnode', directory)).member('v_cache_src').member('lh_first').integer();
    for (let count = 0; next !== 0n && count < mostNames; count++) {
      const entry = await this.#batch.at('namecache', next, usualName);
      if (((await entry.member('nc_flag').integer()) & noVnode) === 0n) {
        const bytes = await this.#view.memory.read(entry.member('nc_name').address ?? 0n, await entry.member('nc_nlen').number());
        names.set(Buffer.from(bytes).toString('utf8'), await entry.member('n_un').member('nu_vp').integer());
      }
      next = await entry.member('nc_src').member('le_next').integer();
    }
    return names;
  }

  /** undefined: this file system keeps it on its medium. */
  async #target(vnode: Value, fstype: string, depth: number): Promise<string | undefined> {
    const data = await vnode.member('v_data').integer();
    if (data === 0n || depth > deepestLayers) return undefined;
    switch (fstype) {
      case 'tmpfs':
        return this.#tmpfsTarget(data);
      case 'ufs':
        return this.#ufsTarget(data);
      case 'unionfs': {
        // struct unionfs_node, sys/fs/unionfs/union.h: the upper layer wins.
        const node = await this.#batch.at('unionfs_node', data);
        const upper = await node.member('un_uppervp').integer();
        return this.#below(upper === 0n ? await node.member('un_lowervp').integer() : upper, depth);
      }
      case 'nullfs':
        // struct null_node, sys/fs/nullfs/null.h.
        return this.#below(await (await this.#batch.at('null_node', data)).member('null_lowervp').integer(), depth);
      default:
        return undefined;
    }
  }

  async #below(vnode: bigint, depth: number): Promise<string | undefined> {
    if (vnode === 0n) return undefined;
    const value = await this.#batch.at('vnode', vnode);
    const mount = await value.member('v_mount').integer();
    if (mount === 0n) return undefined;
    const fstype = await (await this.#batch.at('mount', mount)).member('mnt_stat').member('f_fstypename').string();
    return this.#target(value, fstype, depth + 1);
  }

  /** `tn_spec.tn_link.tn_link_target` of struct tmpfs_node (sys/fs/tmpfs/tmpfs.h); before 13.0 `tn_link` was the text itself. */
  async #tmpfsTarget(data: bigint): Promise<string | undefined> {
    const link = (await this.#batch.at('tmpfs_node', data)).member('tn_spec').member('tn_link');
    const text = await (strip(link.type).kind === 'struct' ? link.member('tn_link_target') : link).integer();
    return text === 0n ? undefined : readText(this.#view, text);
  }

  /**
   * A short link lies in the inode where the block numbers of a longer one would (ufs_readlink in sys/ufs/ufs/ufs_vnops.c; dinode.h: `di_shortlink`, which is another
   * name of `di_db` in older releases). The inode's copy is reached by `i_dp` (inode.h; `dinode_u` in older releases), of UFS1 or UFS2 as its flags say.
   */
  async #ufsTarget(data: bigint): Promise<string | undefined> {
    const inode = await this.#batch.at('inode', data);
    const [size, flags] = [await inode.member('i_size').integer(), await inode.member('i_flag').integer()];
    const second = (flags & isUfs2) !== 0n;
    const copy = inode.hasMember('i_dp') ? inode.member('i_dp').member(second ? 'dp2' : 'dp1') : inode.member('dinode_u').member(second ? 'din2' : 'din1');
    const disk = await copy.integer();
    if (size === 0n || size >= (second ? shortLink : shortLink1) || disk === 0n) return undefined;
    const dinode = await this.#batch.at(second ? 'ufs2_dinode' : 'ufs1_dinode', disk);
    const place = dinode.member(dinode.hasMember('di_shortlink') ? 'di_shortlink' : 'di_db').address;
    return place === undefined ? undefined : Buffer.from(await this.#view.memory.read(place, Number(size))).toString('utf8');
  }
}
