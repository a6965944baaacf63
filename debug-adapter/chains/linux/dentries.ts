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
