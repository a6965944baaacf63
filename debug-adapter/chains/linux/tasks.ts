import type { Place } from '../../../boot/mount-rules';
import type { Unknown } from '../../api';
import type { ProgramView } from '../../inspect/view';
import type { Value } from '../../inspect/value';
import type { Batch } from '../batch';
import type { CurrentProcess } from '../chain';
import { known, perhaps } from '../unknown';
import type { DentryReader } from './dentries';
import { walkRing } from './lists';

export interface LinuxTask {
  readonly pid: number;
  readonly name: string;
  readonly state: string;
  readonly root: Place | undefined | Unknown;
  readonly cwd: Place | undefined | Unknown;
  /** Address of its struct mnt_namespace; 0n: none any more (a zombie). */
  readonly namespace: bigint;
  /** Physical address of its page-table root; 0n: a kernel thread. */
  readonly space: bigint | Unknown;
}

/**
 * The idle task and every process: `init_task.tasks` (init/init_task.c, include/linux/sched.h); behind each process those of its threads that have directories
 * or namespaces of their own (unshare(2)).
 */
export const readTasks = async (view: ProgramView, batch: Batch, dentries: DentryReader): Promise<readonly LinuxTask[]> => {
  const idle = await batch.struct(view.variable('init_task'));
  const tasks = await walkRing(view, batch, idle.member('tasks'), 'task_struct', 'tasks');
  const all = await Promise.all(
    tasks.map(async (task) => {
      const threads = (await perhaps(() => readOwnThreads(view, batch, task))) ?? [];
      return Promise.all([task, ...threads].map((one) => readTask(view, batch, dentries, one)));
    }),
  );
  return all.flat();
};

/** Threads that do not share everything with their process: `signal->thread_head`, linked by `thread_node` (include/linux/sched/signal.h). */
const readOwnThreads = async (view: ProgramView, batch: Batch, leader: Value): Promise<readonly Value[]> => {
  // Kernel threads have none.
  if (await leader.member('mm').isNull()) return [];
  const signal = await batch.at('signal_struct', await leader.member('signal').integer());
  if ((await signal.member('nr_threads').integer()) < 2n) return [];
  const shared = async (task: Value): Promise<string> => (await Promise.all(['fs', 'nsproxy'].map((member) => task.member(member).integer()))).join();
  const own = await shared(leader);
  const threads = await walkRing(view, batch, signal.member('thread_head'), 'task_struct', 'thread_node');
  const differs = await Promise.all(threads.map(async (task) => task.address !== leader.address && (await shared(task)) !== own));
  return threads.filter((_, index) => differs[index]);
};

/** Root directory and mount namespace of the kernel itself: init_task's. */
export const readKernelRoot = async (view: ProgramView, batch: Batch, dentries: DentryReader): Promise<{ root: Place | undefined; namespace: bigint }> => {
  const idle = await batch.struct(view.variable('init_task'));
  const directories = await readDirectories(batch, dentries, idle);
  return { root: directories.root, namespace: await readNamespaceAddress(batch, idle) };
};

const readTask = async (view: ProgramView, batch: Batch, dentries: DentryReader, task: Value): Promise<LinuxTask> => {
  const [directories, namespace, space] = await Promise.all([
    known(() => readDirectories(batch, dentries, task)),
    perhaps(() => readNamespaceAddress(batch, task)),
    known(() => readSpace(view, batch, task)),
  ]);
  return {
    pid: await task.member('pid').number(),
    name: await task.member('comm').string(),
    state: await readTaskState(task),
    root: 'unknown' in directories ? directories : directories.root,
    cwd: 'unknown' in directories ? directories : directories.cwd,
    namespace: namespace ?? 0n,
    space,
  };
};

/** `fs->root` and `fs->pwd` (include/linux/fs_struct.h). */
const readDirectories = async (batch: Batch, dentries: DentryReader, task: Value): Promise<{ root: Place | undefined; cwd: Place | undefined }> => {
  const address = await task.member('fs').integer();
  if (address === 0n) return { root: undefined, cwd: undefined };
  const fs = await batch.at('fs_struct', address);
  const place = async (member: string): Promise<Place | undefined> => {
    const path = fs.member(member);
    return dentries.place({ mount: dentries.mountOf(await path.member('mnt').integer()), dentry: await path.member('dentry').integer() });
  };
  const [root, cwd] = await Promise.all([place('root'), place('pwd')]);
  return { root, cwd };
};

/** `nsproxy->mnt_ns` (include/linux/nsproxy.h). */
const readNamespaceAddress = async (batch: Batch, task: Value): Promise<bigint> => {
  const proxy = await task.member('nsproxy').integer();
  return proxy === 0n ? 0n : (await batch.at('nsproxy', proxy)).member('mnt_ns').integer();
};

/** Physical address of a task's page-table root. `mm->pgd` is in the kernel's map of all memory, which begins at `page_offset_base` (arch/x86/kernel/head64.c). */
export const readSpace = async (view: ProgramView, batch: Batch, task: Value): Promise<bigint> => {
  const mm = await task.member('mm').integer();
  if (mm === 0n) return 0n;
  const pgd = await (await batch.at('mm_struct', mm)).member('pgd').integer();
  return pgd - (await view.variable('page_offset_base').integer());
};

/** `__state`, which was `state` before 5.14. */
export const readTaskState = async (task: Value): Promise<string> => stateWord(await task.member(task.hasMember('__state') ? '__state' : 'state').integer());

/** Bits of __state, include/linux/sched.h; the words are those of ps(1). */
const stateWord = (state: bigint): string => {
  if (state === 0n) return 'running';
  if ((state & 0x402n) === 0x402n) return 'idle';
  if ((state & 0x1n) !== 0n) return 'sleeping';
  if ((state & 0x2n) !== 0n) return 'disk sleep';
  if ((state & 0x4n) !== 0n) return 'stopped';
  if ((state & 0x8n) !== 0n) return 'traced';
  if ((state & 0x10n) !== 0n) return 'dead';
  return `state 0x${state.toString(16)}`;
};

/**
 * The task on a CPU. It is per-CPU data at the kernel's GS base: variable `current_task`, or member of `pcpu_hot` in 6.2 to
 * 6.14 (arch/x86/include/asm/current.h). `linked` turns a symbol into its linked address: per-CPU symbols are offsets.
 */
export const readCurrentTask = async (view: ProgramView, gsBase: bigint, linked: (symbol: string) => bigint): Promise<Omit<CurrentProcess, 'root'> | undefined> => {
  const slot = view.hasSymbol('current_task')
    ? view.value(view.variable('current_task').type, gsBase + linked('current_task'))
    : view.value(view.type('pcpu_hot'), gsBase + linked('pcpu_hot')).member('current_task');
  const address = await slot.integer();
  if (address === 0n) return undefined;
  const task = view.value(view.type('task_struct'), address);
  const named = async (one: Value): Promise<{ pid: number; name: string }> => ({ pid: await one.member('pid').number(), name: await one.member('comm').string() });
  const own = await named(task);
  if ((await task.member('tgid').number()) === own.pid) return own;
  // A further thread (include/linux/sched.h: group_leader).
  return { ...own, leader: await named(view.value(view.type('task_struct'), await task.member('group_leader').integer())) };
};
