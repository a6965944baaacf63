import { rootNode, type PathStep, type Place } from '../../../boot/mount-rules';
import type { Value } from '../../inspect/value';
import type { ProgramView } from '../../inspect/view';
import type { Batch } from '../batch';
import { hex } from '../unknown';

/** VV_ROOT, sys/sys/vnode.h: root of its filesystem. A macro, so not in debug information. */
export const isRootFlag = 0x1n;
/** Name-cache entry flags, sys/kern/vfs_cache.c. */
const dotDot = 0x02n;
const invalid = 0x40n;
const inWork = 0x80n;
/** Deeper than any path (MAXPATHLEN is 1024). */
const deepest = 512;
const mostNames = 1024;
/** Bytes of `nc_name` fetched with its entry; longer names (NAME_MAX is 255) cost a read of their own. */
export const usualName = 40;

interface VnodeFacts {
  /** Address of its struct mount; 0: doomed. */
  readonly mount: bigint;
  readonly isRoot: boolean;
  readonly parent?: { readonly address: bigint; readonly name: string };
}

/**
 * Turns vnodes into places by the kernel's own name cache: the walk of vn_fullpath_any_smr and vn_fullpath_dir in
 * sys/kern/vfs_cache.c, without asking any filesystem. Facts are kept for one stop.
 */
export class VnodeReader {
  readonly #view: ProgramView;
  readonly #batch: Batch;
  readonly #facts = new Map<bigint, Promise<VnodeFacts>>();
  /** Address of a struct mount → its root vnode. */
  readonly #roots = new Map<bigint, bigint>();

  constructor(view: ProgramView, batch: Batch) {
    this.#view = view;
    this.#batch = batch;
  }

  /** undefined: no vnode, or one whose filesystem is gone. */
  async place(vnode: bigint): Promise<Place | undefined> {
    if (vnode === 0n) return undefined;
    const steps: PathStep[] = [];
    let current = vnode;
    let facts = await this.#read(current);
    const { mount } = facts;
    if (mount === 0n) return undefined;
    const node = facts.isRoot ? rootNode(hex(mount)) : hex(vnode);
    for (let depth = 0; depth < deepest && !facts.isRoot; depth++) {
      if (facts.parent === undefined) return { mount: hex(mount), node, steps, complete: false };
      steps.unshift({ node: hex(current), name: facts.parent.name });
      current = facts.parent.address;
      facts = await this.#read(current);
    }
    return { mount: hex(mount), node, steps, complete: facts.isRoot };
  }

  /** The root directory of a mount, where a walk has come to it. */
  rootVnode(mount: bigint): bigint | undefined {
    return this.#roots.get(mount);
  }

  #read(address: bigint): Promise<VnodeFacts> {
    const known = this.#facts.get(address);
    if (known !== undefined) return known;
    const reading = this.#readFacts(address);
    this.#facts.set(address, reading);
    return reading;
  }

  async #readFacts(address: bigint): Promise<VnodeFacts> {
    const vnode = await this.#batch.at('vnode', address);
    const mount = await vnode.member('v_mount').integer();
    const isRoot = ((await vnode.member('v_vflag').integer()) & isRootFlag) !== 0n;
    if (isRoot) {
      this.#roots.set(mount, address);
      return { mount, isRoot };
    }
    const parent = await this.#parent(vnode);
    return parent === undefined ? { mount, isRoot } : { mount, isRoot, parent };
  }

  /** `v_cache_dd` where it names this directory, else the first usable entry of `v_cache_dst`. */
  async #parent(vnode: Value): Promise<{ address: bigint; name: string } | undefined> {
    const direct = await vnode.member('v_cache_dd').integer();
    if (direct !== 0n) {
      const entry = await this.#batch.at('namecache', direct, usualName);
      if (await this.#usable(entry)) return this.#named(entry);
    }
    let next = await vnode.member('v_cache_dst').member('tqh_first').integer();
    for (let count = 0; next !== 0n && count < mostNames; count++) {
      const entry = await this.#batch.at('namecache', next, usualName);
      if (await this.#usable(entry)) return this.#named(entry);
      next = await entry.member('nc_dst').member('tqe_next').integer();
    }
    return undefined;
  }

  async #usable(entry: Value): Promise<boolean> {
    return ((await entry.member('nc_flag').integer()) & (dotDot | invalid | inWork)) === 0n;
  }

  async #named(entry: Value): Promise<{ address: bigint; name: string }> {
    const length = await entry.member('nc_nlen').number();
    const name = entry.member('nc_name').address ?? 0n;
    const bytes = await this.#view.memory.read(name, length);
    return { address: await entry.member('nc_dvp').integer(), name: Buffer.from(bytes).toString('utf8') };
  }
}
