import { rootNode, type PathStep, type Place } from '../../../boot/mount-rules';
import type { ProgramView } from '../../inspect/view';
import type { Batch } from '../batch';
import { hex } from '../unknown';

const deepest = 512;

interface DentryFacts {
  readonly parent: bigint;
  readonly name: string;
}

/** A directory as the kernel names it: a mount and a dentry (struct path, include/linux/path.h). */
export interface KernelPath {
  /** Address of struct mount (not of the vfsmount inside). */
  readonly mount: bigint;
  readonly dentry: bigint;
}

/** Names the kernel has in memory below a directory. */
export interface ChildNames {
  readonly names: ReadonlyMap<string, bigint>;
  /** False: there are more than were read. */
  readonly isComplete: boolean;
}

/** A directory of a distribution has some thousand names; beyond this the rest is left. */
const mostChildren = 8192;
/** i_mode: S_IFMT, S_IFLNK (include/uapi/linux/stat.h). */
const typeMask = 0o170000n;
const linkType = 0o120000n;
const longestTarget = 4096;

/** Turns mount and dentry into a place, as prepend_path in fs/d_path.c walks. Facts are kept for one stop. */
export class DentryReader {
  readonly #view: ProgramView;
  readonly #batch: Batch;
  readonly #facts = new Map<bigint, Promise<DentryFacts>>();

  constructor(view: ProgramView, batch: Batch) {
    this.#view = view;
    this.#batch = batch;
  }

  /** The struct mount around a `struct vfsmount *` (real_mount in fs/mount.h). */
  mountOf(vfsmount: bigint): bigint {
    return vfsmount === 0n ? 0n : vfsmount - BigInt(this.#view.offsetOf(this.#view.type('mount'), 'mnt'));
  }

  async place(path: KernelPath): Promise<Place | undefined> {
    if (path.mount === 0n || path.dentry === 0n) return undefined;
    const mount = await this.#batch.at('mount', path.mount);
    const id = await mount.member('mnt_id').integer().then(String);
    const top = await mount.member('mnt').member('mnt_root').integer();
    const node = (dentry: bigint): string => (dentry === top ? rootNode(id) : `${id}:${hex(dentry)}`);
    const steps: PathStep[] = [];
    let current = path.dentry;
    for (let depth = 0; depth < deepest && current !== top; depth++) {
      const facts = await this.#read(current);
      if (facts.parent === current) return { mount: id, node: node(path.dentry), steps, complete: false };
      steps.unshift({ node: node(current), name: facts.name });
      current = facts.parent;
    }
    return { mount: id, node: node(path.dentry), steps, complete: current === top };
  }

  /**
   * The cached names below a directory, negative ones (without an inode) left out: the ring `d_subdirs` linked by `d_child`, since 6.8 the list
   * `d_children` linked by `d_sib` (include/linux/dcache.h).
   */
  async children(directory: bigint): Promise<ChildNames> {
    const dentry = await this.#batch.at('dentry', directory);
    const isList = dentry.hasMember('d_children');
    const type = this.#view.type('dentry');
    const offset = BigInt(this.#view.offsetOf(type, isList ? 'd_sib' : 'd_child'));
    const head = dentry.member(isList ? 'd_children' : 'd_subdirs');
    const end = isList ? 0n : (head.address ?? 0n);
    const found: bigint[] = [];
    let at = await head.member(isList ? 'first' : 'next').integer();
    while (at !== end && at !== 0n && found.length < mostChildren) {
      const child = await this.#batch.at('dentry', at - offset);
      found.push(at - offset);
      at = await child.member(isList ? 'd_sib' : 'd_child').member('next').integer();
    }
    const names = await Promise.all(found.map(async (address) => [(await this.#read(address)).name, address, await this.inode(address)] as const));
    return { names: new Map(names.filter(([, , inode]) => inode !== 0n).map(([name, address]) => [name, address])), isComplete: at === end || at === 0n };
  }

  /** Address of a dentry's inode; 0n: a name that does not exist. */
  async inode(dentry: bigint): Promise<bigint> {
    return (await this.#batch.at('dentry', dentry)).member('d_inode').integer();
  }

  /** What an inode is; a link's text where it is in memory (`i_link`, include/linux/fs.h: tmpfs, and short links of ext4 and others). */
  async linkOf(inode: bigint): Promise<{ readonly isLink: boolean; readonly target?: string }> {
    const value = await this.#batch.at('inode', inode);
    if ((BigInt.asUintN(32, await value.member('i_mode').integer()) & typeMask) !== linkType) return { isLink: false };
    const text = await value.member('i_link').integer();
    if (text === 0n) return { isLink: true };
    const bytes = await this.#view.memory.readSome(text, longestTarget);
    const end = bytes.indexOf(0);
    return end < 0 ? { isLink: true } : { isLink: true, target: Buffer.from(bytes.subarray(0, end)).toString('utf8') };
  }

  #read(address: bigint): Promise<DentryFacts> {
    const known = this.#facts.get(address);
    if (known !== undefined) return known;
    const reading = this.#readFacts(address);
    this.#facts.set(address, reading);
    return reading;
  }

  /** `d_name` is a struct qstr: length and pointer (include/linux/dcache.h). */
  async #readFacts(address: bigint): Promise<DentryFacts> {
    const dentry = await this.#batch.at('dentry', address);
    const name = dentry.member('d_name');
    const length = await name.member('len').number();
    const text = await name.member('name').integer();
    await this.#batch.need(text, length);
    const bytes = await this.#view.memory.read(text, length);
    return { parent: await dentry.member('d_parent').integer(), name: Buffer.from(bytes).toString('utf8') };
  }
}
