import type { Known, ResolvedPath, ResolvePathAnswer, ResolvePathArguments } from '../api';
import { compareResolution, type MountRow, type MountTable, type Place } from '../../boot/mount-rules';
import { isUnknown } from './unknown';
import { mountOf, type MountProcess } from './mount-answer';
import { pickProcesses, processId } from './process-name';

type Found = { readonly row: MountRow; readonly path: string } | undefined;

const answerOf = (found: Found, otherwise: string): Known<ResolvedPath> => (found === undefined ? { unknown: `because ${otherwise}` } : { mount: mountOf(found.row), path: found.path });

/** The process asked for; else the first whose root is another than the kernel's, else process 1, else any with a root. */
export const processForPath = <P extends MountProcess>(asked: string | undefined, processes: readonly P[], global: Place | undefined): P | undefined => {
  if (asked !== undefined && asked !== '') return pickProcesses(asked, processes)[0];
  const rooted = processes.filter(({ root }) => root !== undefined && !isUnknown(root));
  const other = (process: P): boolean => process.root !== undefined && !isUnknown(process.root) && (process.root.mount !== global?.mount || process.root.node !== global.node);
  return rooted.find(other) ?? rooted.find(({ pid }) => pid === 1) ?? rooted[0];
};

/** One path in the kernel's namespace and in a process's. `opens` says who uses the kernel's. Throws BS405 for a process that is none. */
export const resolvePathAnswer = (table: MountTable, global: Place | undefined, processes: readonly MountProcess[], request: ResolvePathArguments, opens: string): ResolvePathAnswer => {
  const noRoot = 'the kernel has no root directory yet';
  const process = processForPath(request.process, processes, global);
  const kernel: Found = global === undefined ? undefined : table.resolve(global, global, request.path);
  const root = process?.root;
  const seen: Found = global === undefined || root === undefined || isUnknown(root) ? undefined : (process?.table ?? table).resolve(root, global, request.path);
  const id = process === undefined ? undefined : processId(process);
  const whyNot = (): string => {
    if (process === undefined) return 'no process has a root directory yet';
    if (isUnknown(root)) return root.unknown.replace(/^because /, '');
    return root === undefined ? `${processId(process)} has no root directory (a kernel process, or one that is ending)` : 'nothing of the mount table lies on that path';
  };
  const { agree, sentence } = compareResolution(request.path, id ?? 'any process', kernel, seen);
  return {
    kernel: answerOf(kernel, noRoot),
    process: answerOf(seen, global === undefined ? noRoot : whyNot()),
    ...(id === undefined ? {} : { processId: id }),
    agree,
    sentence: agree || kernel === undefined || seen === undefined ? sentence : `${sentence} ${opens}`,
  };
};

