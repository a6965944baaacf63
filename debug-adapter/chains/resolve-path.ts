import type { Known, ResolvedPath, ResolvePathAnswer, ResolvePathArguments } from '../api';
import { compareResolution, type MountTable, type Place } from '../../boot/mount-rules';
import { isUnknown } from './unknown';
import { mountOf, type MountProcess } from './mount-answer';
import { pickProcesses, processId } from './process-name';
import { walkPath, type LinkReader, type WalkedPath } from './walk-path';

const answerOf = (walked: WalkedPath | undefined, otherwise: string): Known<ResolvedPath> => {
  if (walked?.found === undefined) return { unknown: `because ${walked?.unknown ?? otherwise}` };
  return {
    mount: mountOf(walked.found.row),
    path: walked.found.path,
    ...(walked.links.length === 0 ? {} : { links: walked.links.map((link) => ({ ...link })) }),
    ...(walked.assumed.length === 0 ? {} : { notCached: [...walked.assumed] }),
  };
};

/** The process asked for; else one whose root is another than the kernel's: process 1, any that is in no jail, any at all; else process 1, else any with a root. */
export const processForPath = <P extends MountProcess>(asked: string | undefined, processes: readonly P[], global: Place | undefined): P | undefined => {
  if (asked !== undefined && asked !== '') return pickProcesses(asked, processes)[0];
  const rooted = processes.filter(({ root }) => root !== undefined && !isUnknown(root));
  const other = (process: P): boolean => process.root !== undefined && !isUnknown(process.root) && (process.root.mount !== global?.mount || process.root.node !== global.node);
  const others = rooted.filter(other);
  const first = ({ pid }: P): boolean => pid === 1;
  return others.find(first) ?? others.find(({ jail }) => jail === undefined) ?? others[0] ?? rooted.find(first) ?? rooted[0];
};

/**
 * One path in the kernel's namespace and in a process's. `opens` says who uses the kernel's; `links` tells symbolic links where the chain can.
 * Throws BS405 for a process that is none.
 */
export const resolvePathAnswer = async (table: MountTable, global: Place | undefined, processes: readonly MountProcess[], request: ResolvePathArguments, opens: string, links?: LinkReader): Promise<ResolvePathAnswer> => {
  const noRoot = 'the kernel has no root directory yet';
  const process = processForPath(request.process, processes, global);
  const root = process?.root;
  const kernel = global === undefined ? undefined : await walkPath(table, global, global, request.path, links);
  const seen = global === undefined || root === undefined || isUnknown(root) ? undefined : await walkPath(process?.table ?? table, root, process?.table?.top ?? global, request.path, links);
  const id = process === undefined ? undefined : processId(process);
  const whyNot = (): string => {
    if (process === undefined) return 'no process has a root directory yet';
    if (isUnknown(root)) return root.unknown.replace(/^because /, '');
    return root === undefined ? `${processId(process)} has no root directory (a kernel process, or one that is ending)` : 'nothing of the mount table lies on that path';
  };
  const lost = global === undefined ? noRoot : (kernel?.unknown ?? seen?.unknown);
  const { agree, sentence } = compareResolution(request.path, id ?? 'any process', kernel?.found, seen?.found);
  return {
    kernel: answerOf(kernel, noRoot),
    process: answerOf(seen, global === undefined ? noRoot : whyNot()),
    ...(id === undefined ? {} : { processId: id }),
    agree,
    sentence: lost !== undefined ? `unknown: because ${lost}` : agree || kernel?.found === undefined || seen?.found === undefined ? sentence : `${sentence} ${opens}`,
  };
};
