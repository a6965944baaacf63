import { strip } from '../../images/types';
import type { ProgramView } from '../../inspect/view';
import type { Value } from '../../inspect/value';
import { Batch } from '../batch';
import { walkList } from '../lists';
import { processId } from '../process-name';
import type { SavedRegisters, SleepingThread } from '../sleeping';
import { isUnknown, known, perhaps } from '../unknown';
import { readSpace } from './processes';

/** Bytes of a wait message: ps shows 8 (WMESGLEN, sys/sys/user.h), some are longer. */
const messageLength = 128;

/** Every thread of every process but those that a processor runs: `allproc`, `p_threads` (sys/sys/proc.h). */
export const readSleepingThreads = async (view: ProgramView): Promise<readonly SleepingThread[]> => {
  const batch = new Batch(view);
  const processes = await walkList(batch, 'allproc', 'proc', view.variable('allproc').member('lh_first'), 'p_list.le_next');
  const found = await Promise.all(
    processes.map(async (process) => {
      const threads = await walkList(batch, 'p_threads', 'thread', process.member('p_threads').member('tqh_first'), 'td_plist.tqe_next');
      const space = await known(() => readSpace(batch, process));
      const pid = await process.member('p_pid').number();
      const name = await process.member('p_comm').string();
      const one = { process: processId({ name, pid }), pid, space: isUnknown(space) ? 0n : space };
      return Promise.all(threads.map(async (thread) => readThread(batch, thread, one)));
    }),
  );
  return found.flat().filter((thread) => thread !== undefined);
};

const readThread = async (batch: Batch, thread: Value, process: Pick<SleepingThread, 'process' | 'pid' | 'space'>): Promise<SleepingThread | undefined> => {
  const state = await readThreadState(batch, thread);
  if (state === running) return undefined;
  const registers = await known(() => readRegisters(batch, thread));
  return { ...process, tid: await thread.member('td_tid').number(), state, registers };
};

const running = 'running';

/** `inhibited: select`, `running`, `runq`: the state, and the message it sleeps with (`td_wmesg`; a thread that does not sleep has none). */
const readThreadState = async (batch: Batch, thread: Value): Promise<string> => {
  const state = (await perhaps(() => readState(thread))) ?? 'unknown';
  if (state === running) return state;
  const reason = await perhaps(async () => {
    const text = await thread.member('td_wmesg').integer();
    if (text === 0n) return '';
    await batch.need(text, messageLength);
    return thread.member('td_wmesg').string(messageLength);
  });
  return reason === undefined || reason === '' ? state : `${state}: ${reason}`;
};

/** State of the first thread (`p_threads`) of the struct proc at an address; undefined: it has none that can be read. `p_state` of a live process is always PRS_NORMAL. */
export const readFirstThreadState = (batch: Batch, process: bigint): Promise<string | undefined> =>
  perhaps(async () => {
    const first = await (await batch.at('proc', process)).member('p_threads').member('tqh_first').integer();
    return first === 0n ? undefined : readThreadState(batch, await batch.at('thread', first));
  });

/** `td_state`, whose enumerators are TDS_INACTIVE, TDS_INHIBITED, TDS_CAN_RUN, TDS_RUNQ and TDS_RUNNING. */
const readState = async (thread: Value): Promise<string> => {
  const state = thread.member('td_state');
  const number = await state.integer();
  const type = strip(state.type);
  const name = type.kind === 'enum' ? type.enumerators.find(({ value }) => value === number)?.name : undefined;
  return (name ?? String(number)).replace(/^TDS_/, '').toLowerCase();
};

/**
 * `td_pcb` (sys/amd64/include/pcb.h), as cpu_switch leaves it (sys/amd64/amd64/cpu_switch.S): pcb_rip is the return address
 * that pcb_rsp points at.
 */
const readRegisters = async (batch: Batch, thread: Value): Promise<SavedRegisters> => {
  const pcb = await batch.at('pcb', await thread.member('td_pcb').integer());
  const word = (register: string): Promise<bigint> => pcb.member(`pcb_${register}`).integer().then((value) => BigInt.asUintN(64, value));
  const [rip, rsp, rbp, rbx, r12, r13, r14, r15] = await Promise.all([word('rip'), word('rsp'), word('rbp'), word('rbx'), word('r12'), word('r13'), word('r14'), word('r15')]);
  return { rip, rsp: rsp + 8n, rbp, rbx, r12, r13, r14, r15 };
};
