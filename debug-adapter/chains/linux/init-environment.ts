import type { ProgramView } from '../../inspect/view';
import type { Machine } from '../../machine/machine';
import type { HeldVariable } from '../environment-book';
import { Batch } from '../batch';
import { hex } from '../unknown';
import { walkRing } from './lists';
import { readSpace } from './tasks';

/** MAX_ARG_STRLEN is 128 KiB (include/uapi/linux/binfmts.h); what the kernel gives init is far less. */
const longest = 131_072n;

/**
 * What process 1 was given as its environment, as /proc/1/environ shows it: `mm->env_start` to `env_end` (include/linux/mm_types.h), in
 * its own space. The kernel hands over HOME, TERM and every `NAME=VALUE` of its command line that is no parameter of its own
 * (init/main.c, envp_init and unknown_bootoption). Empty while process 1 is still the kernel's thread.
 */
export const readInitEnvironment = async (kernel: ProgramView, machine: Machine): Promise<readonly HeldVariable[]> => {
  const batch = new Batch(kernel);
  const idle = await batch.struct(kernel.variable('init_task'));
  const [init] = await walkRing(kernel, batch, idle.member('tasks'), 'task_struct', 'tasks', 1);
  if (init === undefined) return [];
  const address = await init.member('mm').integer();
  if (address === 0n) return [];
  const mm = await batch.at('mm_struct', address);
  const [start, end] = [await mm.member('env_start').integer(), await mm.member('env_end').integer()];
  if (start === 0n || end <= start || end - start > longest) return [];
  const bytes = await machine.spaceOf(await readSpace(kernel, batch, init)).readSome(start, Number(end - start));
  const held: HeldVariable[] = [];
  let offset = 0;
  for (const word of Buffer.from(bytes).toString('latin1').split('\0')) {
    const equals = word.indexOf('=');
    if (equals > 0) held.push({ name: word.slice(0, equals), value: Buffer.from(word.slice(equals + 1), 'latin1').toString('utf8'), address: hex(start + BigInt(offset)) });
    offset += word.length + 1;
  }
  return held;
};
