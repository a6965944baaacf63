import type { MountsAnswer, MountsArguments } from '../../api';
import { mountsAnswer } from '../mount-answer';
import { processId } from '../process-name';
import { statfsIn } from './prisons';
import type { Tables } from './tables';

/** The tables with what statfs(2) and getfsstat(2) tell each process of them (kern_statfs and kern_getfsstat, sys/kern/vfs_syscalls.c), and what strikes the eye. */
export const freebsdMounts = ({ table, global, processes }: Tables, request: MountsArguments): MountsAnswer => {
  const answer = mountsAnswer(table, global, processes, request);
  const prisons = new Map(processes.map((process) => [processId(process), process.prison]));
  const views = answer.views.map((view) => ({ ...view, mounts: view.mounts.map((mount) => ({ ...mount, statfs: { ...statfsIn(prisons.get(view.process), mount) } })) }));
  const notes = notesOf({ ...answer, views }, processes);
  return { ...answer, views, ...(notes.length === 0 ? {} : { notes }) };
};

const named = ({ fstype, on }: { readonly fstype: string; readonly on: string }): string => `${fstype} on ${on}`;

const notesOf = (answer: MountsAnswer, processes: Tables['processes']): string[] => {
  const notes: string[] = [];
  const ignored = answer.kernel.filter(({ flags }) => flags.includes('IGNORE'));
  const shown = answer.kernel.filter(({ flags }) => !flags.includes('IGNORE'));
  // df(1) leaves them out unless it is asked for all (bin/df/df.c).
  if (ignored.length > 0) notes.push(`df leaves out what is marked MNT_IGNORE (${ignored.map(named).join(', ')}) and shows ${shown.map(named).join(', ')}.`);
  for (const union of answer.kernel) {
    if (union.layers === undefined) continue;
    const [upper, lower] = [union.layers.upper, union.layers.lower].map((id) => answer.kernel.find((row) => row.id === id));
    if (upper !== undefined && lower !== undefined) notes.push(`${named(union)} shows ${named(upper)} over ${named(lower)}: what is written goes to ${upper.on}.`);
  }
  const behind = answer.views.filter(({ mounts }) => mounts.some(({ differs }) => differs?.code === 'root-moved')).map(({ process }) => process);
  if (behind.length > 0) notes.push(`Still with the old root: ${behind.join(', ')}.`);
  const roots = answer.kernel.filter(({ on }) => on === '/');
  if (roots.length > 1) notes.push(`${roots.length} mounts are named /: ${roots.map(({ fstype }) => fstype).join(', ')}. By name alone statfs and mount do not tell them apart.`);
  const first = processes.find(({ pid }) => pid === 1);
  const root = first?.root;
  if (first?.name === 'launchd' && root !== undefined && 'mount' in root) {
    const row = answer.kernel.find(({ id }) => id === root.mount);
    const readOnly = row?.flags.includes('RDONLY') === true;
    if (row !== undefined) notes.push(`statfs("/") tells launchd ${named(row)} ${readOnly ? 'with MNT_RDONLY: it takes the root for read-only and has to make it writable first' : 'without MNT_RDONLY: it takes the root for writable and leaves it as it is'}.`);
  }
  return notes;
};
