import type { ProgramView } from '../../inspect/view';
import type { Value } from '../../inspect/value';
import { Batch } from '../batch';
import { processId } from '../process-name';
import type { SavedRegisters, SleepingThread } from '../sleeping';
import { isUnknown, known } from '../unknown';
import { walkRing } from './lists';
import { readSpace, readTaskState } from './tasks';

/** Every process but those that a processor runs (`on_cpu`, include/linux/sched.h), with what `__switch_to_asm` kept. */
export const readSleepingTasks = async (view: ProgramView): Promise<readonly SleepingThread[]> => {
  const batch = new Batch(view);
  const idle = await batch.struct(view.variable('init_task'));
  const tasks = await walkRing(view, batch, idle.member('tasks'), 'task_struct', 'tasks');
  const found = await Promise.all(tasks.map((task) => readTask(view, batch, task)));
  return found.filter((thread) => thread !== undefined);
};

const readTask = async (view: ProgramView, batch: Batch, task: Value): Promise<SleepingThread | undefined> => {
  if (task.hasMember('on_cpu') && (await task.member('on_cpu').integer()) !== 0n) return undefined;
  const [space, registers] = await Promise.all([known(() => readSpace(view, batch, task)), known(() => readRegisters(view, batch, task))]);
  const pid = await task.member('pid').number();
  const name = await task.member('comm').string();
  return { process: processId({ name, pid }), pid, tid: pid, state: await readTaskState(task), space: isUnknown(space) ? 0n : space, registers };
};

/**
 * `thread.sp` (arch/x86/include/asm/processor.h) points at the `struct inactive_task_frame` that __switch_to_asm pushed
 * (arch/x86/include/asm/switch_to.h, arch/x86/entry/entry_64.S).
 */
const readRegisters = async (view: ProgramView, batch: Batch, task: Value): Promise<SavedRegisters> => {
  const frame = await batch.at('inactive_task_frame', await task.member('thread').member('sp').integer());
  const word = (member: string): Promise<bigint> => frame.member(member).integer();
  const [rip, rbp, rbx, r12, r13, r14, r15] = await Promise.all([word('ret_addr'), word('bp'), word('bx'), word('r12'), word('r13'), word('r14'), word('r15')]);
  return { rip: rip, rsp: (frame.address ?? 0n) + BigInt(view.type('inactive_task_frame').size), rbp, rbx, r12, r13, r14, r15 };
};
