import type { Mount, MountChange } from '../../api';
import type { Breakpoint, Stop } from '../../machine/machine';
import { runtimeOf } from '../../program/placed-module';
import type { StopReport } from '../run/stop-report';
import { RateWatch } from './filter';
import type { ActiveFilter, FilterHost, Verification } from './filter';
import { sitesOf } from './function-sites';
import { changesBetween } from '../recorders/mount-changes';
import { globMatches } from './glob';
import type { Condition } from './grammar';

/**
 * Functions after which the mount table may be another one. Compilers inline the inner ones, so that outer ones stand beside them:
 * whichever returns first after a change shows it. FreeBSD sys/kern/vfs_mount.c, vfs_mountroot.c, vfs_subr.c; Linux fs/namespace.c, fs/init.c.
 */
const changers = [
  'vfs_domount_first', 'vfs_domount_update', 'vfs_domount', 'vfs_donmount', 'kernel_mount', 'sys_nmount', 'sys_mount', 'dounmount', 'sys_unmount', 'vfs_mountroot_devfs', 'vfs_mountroot_shuffle', 'vfs_mountroot', 'vfs_unmountall',
  'attach_recursive_mnt', 'do_add_mount', 'do_move_mount', 'path_mount', 'do_umount', 'path_umount', 'init_mount', 'init_umount', '__do_sys_move_mount', '__do_sys_pivot_root', '__x64_sys_mount', '__x64_sys_umount',
];
const owner = 'filter:mount';

type Wanted = Extract<Condition, { filter: 'mount' }>;

/** `mount: [added|removed|changed] [on GLOB] [fstype NAME]`: stops at the return of the kernel function that changed the mount table. */
export class MountFilter implements ActiveFilter {
  verification: Verification = { verified: false, message: 'pending: no kernel is on the machine yet' };
  readonly #host: FilterHost;
  readonly #wanted: Wanted;
  readonly #unlisten: () => void;
  readonly #rate: RateWatch;
  #names = new Map<bigint, string>();
  #set: readonly Breakpoint[] = [];
  #table: readonly Mount[] | undefined;
  #dirty = true;

  private constructor(host: FilterHost, wanted: Wanted) {
    this.#host = host;
    this.#wanted = wanted;
    this.#rate = new RateWatch((rate) => {
      host.log(`The filter "mount" looks at ${rate} stops a second; the guest is slower for it.`);
    });
    this.#unlisten = host.program.onPlaced(() => {
      this.#dirty = true;
    });
  }

  static async create(host: FilterHost, wanted: Wanted): Promise<MountFilter> {
    const filter = new MountFilter(host, wanted);
    await filter.sync();
    filter.#table = await filter.#read();
    return filter;
  }

  async sync(): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    const names = new Map<bigint, string>();
    let kernel = false;
    for (const module of this.#host.program.modulesOf('kernel')) {
      if (module.slide === undefined) continue;
      kernel = true;
      for (const name of changers) {
        for (const found of module.image.debugInfo.functionsNamed(name)) {
          // A tail call leaves before the work is done; the caller's return shows it.
          for (const { address, kind } of await sitesOf(module, found)) {
            const runtime = kind === 'tail' ? undefined : runtimeOf(module, address);
            if (runtime !== undefined) names.set(runtime, name);
          }
        }
      }
    }
    const { breakpoints } = this.#host.machine;
    if (this.#set.length > 0) await breakpoints.remove(this.#set);
    this.#set = await breakpoints.addMany([...names.keys()].map((address) => ({ kind: 'execute' as const, address, owner })));
    this.#names = names;
    const before = this.verification.verified;
    if (names.size > 0) this.verification = { verified: true, message: `at ${new Set(names.values()).size} functions that mount and unmount` };
    else if (kernel) this.verification = { verified: false, message: 'no function of this kernel that mounts is known: debug information is missing, or the system keeps its mounts in user space' };
    if (before !== this.verification.verified) this.#host.changed(this);
  }

  async onStop(stop: Stop): Promise<StopReport | 'mine' | undefined> {
    if (!stop.hits.some((hit) => hit.owner === owner)) return undefined;
    if ((await this.#host.machine.registers(stop.vcpu)).cpl !== 0) return 'mine';
    const before = this.#table;
    const now = await this.#read();
    this.#table = now ?? before;
    const changes = before && now ? changesBetween(before, now).filter((change) => this.#wants(change)) : [];
    if (changes.length === 0) {
      this.#rate.uninteresting();
      return 'mine';
    }
    const by = (await this.#host.chain.currentProcess())?.name;
    const where = this.#names.get(stop.pc);
    return {
      stop,
      reason: 'exception',
      description: `${changes.map(({ text }) => text).join('; ')}${by === undefined ? '' : ` by ${by}`}`,
      hitBreakpointIds: [this.#host.id],
      exception: { filter: 'mount', ...(where === undefined ? {} : { details: `seen in ${where}` }) },
    };
  }

  onReset(): Promise<void> {
    this.#table = undefined;
    return Promise.resolve();
  }

  async dispose(): Promise<void> {
    this.#unlisten();
    const set = this.#set;
    this.#set = [];
    if (set.length > 0) await this.#host.machine.breakpoints.remove(set);
  }

  #wants({ kind: what, mount, before }: MountChange): boolean {
    const { what: kind, on, fstype } = this.#wanted;
    if (kind !== undefined && kind !== what) return false;
    if (on !== undefined && !globMatches(on, mount.on) && !(before && globMatches(on, before.on))) return false;
    return fstype === undefined || mount.fstype === fstype;
  }

  /** undefined: it cannot be read here, and the last table stays. */
  async #read(): Promise<readonly Mount[] | undefined> {
    const { chain } = this.#host;
    const answer = await chain.context().then((context) => chain.chain.mounts(context, {})).catch(() => undefined);
    return answer === undefined || answer.unknown !== undefined ? undefined : answer.kernel;
  }
}
