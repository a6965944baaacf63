import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import type { Place } from '../../../boot/mount-rules';
import type { Value } from '../../inspect/value';
import type { ProgramView } from '../../inspect/view';
import { strip } from '../../images/types';
import type { Batch } from '../batch';
import { memberPath, walkList } from '../lists';
import { known, perhaps, isUnknown } from '../unknown';
import type { Unknown } from '../../api';
import { readPrison, type Prison } from './prisons';
import type { VnodeReader } from './vnodes';

export interface FreebsdProcess {
  /** Of its struct proc. */
  readonly address: bigint;
  readonly pid: number;
  readonly name: string;
  readonly state: string;
  /** undefined: none (kernel processes have no directories until they need them). */
  readonly root: Place | undefined | Unknown;
  readonly cwd: Place | undefined | Unknown;
  readonly jailRoot: Place | undefined | Unknown;
  /** Name of its jail; undefined in the host's own prison 0. */
  readonly jail?: string;
  readonly prison?: Prison;
  /** Kernel page-table root (pm_cr3); 0n: the kernel's. */
  readonly space: bigint | Unknown;
}

interface Directories {
  readonly root: bigint;
  readonly cwd: bigint;
  readonly jail: bigint;
}
const none: Directories = { root: 0n, cwd: 0n, jail: 0n };

/** All processes: `allproc` (sys/kern/kern_proc.c), a LIST of `struct proc` (sys/sys/proc.h). */
export const readProcesses = async (view: ProgramView, batch: Batch, vnodes: VnodeReader): Promise<readonly FreebsdProcess[]> => {
  const processes = await walkList(batch, 'allproc', 'proc', view.variable('allproc').member('lh_first'), 'p_list.le_next');
  return Promise.all(processes.map((process) => readProcess(batch, vnodes, process)));
};

const readProcess = async (batch: Batch, vnodes: VnodeReader, process: Value): Promise<FreebsdProcess> => {
  const [directories, prison, space] = await Promise.all([
    known(() => readDirectories(batch, process)),
    perhaps(() => readPrison(batch, vnodes, process)),
    known(() => readSpace(batch, process)),
  ]);
  const placeOf = (vnode: bigint): Promise<Place | undefined | Unknown> => known(() => vnodes.place(vnode));
  const [root, cwd, jailRoot] = isUnknown(directories)
    ? [directories, directories, directories]
    : await Promise.all([placeOf(directories.root), placeOf(directories.cwd), placeOf(directories.jail)]);
  return {
    address: process.address ?? 0n,
    pid: await process.member('p_pid').number(),
    name: await process.member('p_comm').string(),
    state: (await perhaps(() => readState(process))) ?? 'unknown',
    root,
    cwd,
    jailRoot,
    ...(prison === undefined ? {} : { prison, jail: prison.name }),
    space,
  };
};

/**
 * Root, working and jail directory, by whichever shape this kernel's `struct proc` has (sys/sys/filedesc.h):
 * `p_pd->pd_pwd` (13.2 and later), `p_fd->fd_pwd` (13.0), or the vnodes in `p_fd` itself (12.x and before).
 */
const readDirectories = async (batch: Batch, process: Value): Promise<Directories> => {
  if (process.hasMember('p_pd')) {
    const holder = await process.member('p_pd').integer();
    if (holder === 0n) return none;
    return readPwd(batch, (await batch.at('pwddesc', holder)).member('pd_pwd'));
  }
  const table = await process.member('p_fd').integer();
  if (table === 0n) return none;
  const files = await batch.at('filedesc', table);
  if (files.hasMember('fd_pwd')) return readPwd(batch, files.member('fd_pwd'));
  return {
    root: await files.member('fd_rdir').integer(),
    cwd: await files.member('fd_cdir').integer(),
    jail: await files.member('fd_jdir').integer(),
  };
};

/** The pointer may be wrapped for SMR (sys/sys/_smr.h): a struct with the one member `__ptr`. */
const readPwd = async (batch: Batch, pointer: Value): Promise<Directories> => {
  const plain = strip(pointer.type).kind === 'struct' ? pointer.member('__ptr') : pointer;
  const address = await plain.integer();
  if (address === 0n) return none;
  const pwd = await batch.at('pwd', address);
  return {
    root: await pwd.member('pwd_rdir').integer(),
    cwd: await pwd.member('pwd_cdir').integer(),
    jail: await pwd.member('pwd_jdir').integer(),
  };
};

/** `p_vmspace->vm_pmap.pm_cr3` (sys/vm/vm_map.h, sys/amd64/include/pmap.h). */
export const readSpace = async (batch: Batch, process: Value): Promise<bigint> => {
  const vmspace = await process.member('p_vmspace').integer();
  if (vmspace === 0n) return 0n;
  return memberPath(await batch.at('vmspace', vmspace), 'vm_pmap.pm_cr3').integer();
};

/** `p_state`: PRS_NEW, PRS_NORMAL or PRS_ZOMBIE. */
const readState = async (process: Value): Promise<string> => {
  const state = process.member('p_state');
  const number = await state.integer();
  const type = strip(state.type);
  const name = type.kind === 'enum' ? type.enumerators.find((enumerator) => enumerator.value === number)?.name : undefined;
  return (name ?? String(number)).replace(/^PRS_/, '').toLowerCase();
};

/** The process of the thread on a CPU: `struct pcpu` (sys/sys/pcpu.h) at the kernel's GS base → pc_curthread → td_proc. */
export const readCurrentProcess = async (view: ProgramView, gsBase: bigint): Promise<{ pid: number; name: string } | undefined> => {
  const cpu = view.value(view.type('pcpu'), gsBase);
  const thread = await cpu.member('pc_curthread').integer();
  if (thread === 0n) return undefined;
  const process = await view.value(view.type('thread'), thread).member('td_proc').integer();
  if (process === 0n) throw failure(chainErrors.noSuchProcess, { process: 'of the current thread' });
  const proc = view.value(view.type('proc'), process);
  return { pid: await proc.member('p_pid').number(), name: await proc.member('p_comm').string() };
};
