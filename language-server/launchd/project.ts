import type { Workspace } from '../workspace/workspace';
import { commandOf, entryOf, readPlist, stringOf, type Plist, type PlistValue } from './plist';

/** Folder that becomes / of the image: `/ws/overlays` of `/ws/overlays/System/Library/LaunchDaemons/x.plist`. */
export const rootOf = (path: string): string | undefined => /^(.*?)(?:\/System)?\/Library\/Launch(?:Daemons|Agents)\/[^/]+$/.exec(path)?.[1] ?? /^(.*)\/(?:usr\/local\/)?etc\/launchd\.d\/[^/]+$/.exec(path)?.[1];

/** The kernel comes from FreeBSD's loader: this is NextBSD or one of its kin, not macOS. */
export const isNextbsd = (workspace: Workspace): boolean => workspace.of('loader-conf').length > 0;

/** Strings below a value, each with its place. */
export const strings = (value: PlistValue | undefined): Extract<PlistValue, { text: string }>[] =>
  value === undefined ? [] : value.kind === 'array' ? value.items.flatMap(strings) : value.kind === 'string' ? [value] : [];

/** A mount point that a job's command mounts on, when its command is mount(8) or mount_TYPE(8). */
export function mountPointOf(plist: Plist): string | undefined {
  const command = commandOf(plist.top);
  if (command === undefined || !/(^|\/)mount(_\w+)?$/.test(command.program)) return undefined;
  const words = strings({ kind: 'array', items: command.words, range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } }).map((one) => one.text);
  const operands = words.filter((word, at) => !word.startsWith('-') && !/^-[to]$/.test(words[at - 1] ?? ''));
  const last = operands.at(-1);
  return operands.length >= 2 && last?.startsWith('/') === true ? last.replace(/\/$/, '') : undefined;
}

export interface Job {
  readonly path: string;
  readonly label: string;
  readonly plist: Plist;
}

/** All jobs of the workspace. */
export const jobsOf = (workspace: Workspace): Job[] =>
  workspace.of('launchd-job').map((path) => {
    const plist = readPlist(workspace.files.read(path) ?? '');
    return { path, plist, label: stringOf(plist.top, 'Label') ?? '' };
  });

/** Paths a job waits for before it runs. */
export function awaitedPaths(plist: Plist): string[] {
  const state = entryOf(entryOf(plist.top, 'KeepAlive')?.value, 'PathState')?.value;
  return [...(state?.kind === 'dict' ? state.entries.map((one) => one.key) : []), ...strings(entryOf(plist.top, 'WatchPaths')?.value).map((one) => one.text), ...strings(entryOf(plist.top, 'QueueDirectories')?.value).map((one) => one.text)];
}
