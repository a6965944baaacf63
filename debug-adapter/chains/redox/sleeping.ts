import type { ProgramView } from '../../inspect/view';
import type { Value } from '../../inspect/value';
import { Batch } from '../batch';
import { processId } from '../process-name';
import type { SavedRegisters, SleepingThread } from '../sleeping';
import { holderOf } from '../members';
import { isUnknown, known } from '../unknown';
import { contextLocks, readContext } from './contexts';

/** Every context but the running ones, with what `switch_to_inner` kept. */
export const readSleepingContexts = async (kernel: ProgramView): Promise<readonly SleepingThread[]> => {
  const batch = new Batch(kernel);
  const found = await Promise.all(
    (await contextLocks(kernel, batch)).map(async (lock) => {
      const { pid, name, state, space, running } = await readContext(batch, lock);
      if (running) return undefined;
      return { process: processId({ name, pid }), pid, tid: pid, state, space: isUnknown(space) ? 0n : space, registers: await known(() => readRegisters(kernel, lock)) };
    }),
  );
  return found.filter((thread) => thread !== undefined);
};

/**
 * `Context.arch` (kernel/src/context/arch/x86_64.rs): the preserved registers, and rsp pointing at the address to return to,
 * or at the first function of a context that never ran.
 */
export const readRegisters = async (kernel: ProgramView, lock: Value): Promise<SavedRegisters> => {
  const arch = holderOf(lock, 'name', 'addr_space', 'status').member('arch');
  const word = (member: string): Promise<bigint> => arch.member(member).integer();
  const [rsp, rbp, rbx, r12, r13, r14, r15] = await Promise.all([word('rsp'), word('rbp'), word('rbx'), word('r12'), word('r13'), word('r14'), word('r15')]);
  const rip = Buffer.from(await kernel.memory.read(rsp, 8)).readBigUInt64LE();
  return { rip, rsp: rsp + 8n, rbp, rbx, r12, r13, r14, r15 };
};
