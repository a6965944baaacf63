import { jobKeys, keepAliveKeys, otherJobKeys, type JobKey } from '../../boot/languages/launchd/keys';
import { finding, type Finding, type Range, type Severity } from '../findings';
import { oneApart } from '../loader-conf/checks/spelling';
import type { Workspace } from '../workspace/workspace';
import { commandOf, entryOf, readPlist, type Plist, type PlistEntry, type PlistValue } from './plist';
import { awaitedPaths, isNextbsd, jobsOf, mountPointOf, strings } from './project';

interface Context {
  readonly path: string;
  readonly plist: Plist;
  readonly top: PlistValue & { readonly kind: 'dict' };
  readonly workspace: Workspace;
}

const say = ({ path }: Context, range: Range, severity: Severity, code: string, message: string, extra: Parameters<typeof finding>[5] = {}): Finding => finding(path, range, severity, `launchd/${code}`, message, extra);

/** What is wrong with a launchd job as far as booting and mounts are concerned. */
export function diagnoseJob(path: string, workspace: Workspace): Finding[] {
  const plist = readPlist(workspace.files.read(path) ?? '');
  if (plist.error !== undefined) return [finding(path, plist.error.range, 'error', 'launchd/syntax', `This is no well-formed property list (${plist.error.message}): launchd does not load the job.`)];
  if (plist.top === undefined) return [];
  const context: Context = { path, plist, top: plist.top, workspace };
  return [...required(context), ...keys(context, plist.top.entries, jobKeys, otherJobKeys, 'A job'), ...keepAlive(context), ...endsAtOnce(context), ...remount(context), ...mountNotAwaited(context)];
}

const headOf = ({ start }: Range): Range => ({ start, end: { line: start.line, character: start.character + '<dict>'.length } });

function required(context: Context): Finding[] {
  const missing = [...(entryOf(context.top, 'Label') === undefined ? ['Label'] : []), ...(entryOf(context.top, 'Program') === undefined && entryOf(context.top, 'ProgramArguments') === undefined ? ['ProgramArguments'] : [])];
  return missing.map((name) => say(context, headOf(context.top.range), 'error', 'missing-key', `${name} is missing: launchd does not load the job.`));
}

function keys(context: Context, entries: readonly PlistEntry[], known: readonly JobKey[], others: readonly string[], where: string): Finding[] {
  return entries.flatMap((entry): Finding[] => {
    const key = known.find((one) => one.name.toLowerCase() === entry.key.toLowerCase());
    if (key === undefined) {
      if (others.some((one) => one.toLowerCase() === entry.key.toLowerCase())) return [];
      const meant = known.find((one) => oneApart(one.name, entry.key));
      if (meant === undefined || entry.key.length < 6) return [];
      return [say(context, entry.keyRange, 'warning', 'misspelt', `launchd knows no ${entry.key} and ignores it. ${meant.name} is: ${meant.what}.`, { fixes: [{ title: `Change to ${meant.name}`, changes: [{ range: entry.keyRange, text: meant.name }] }] })];
    }
    const { value } = entry;
    if (value === undefined) return [say(context, entry.keyRange, 'error', 'missing-value', `${key.name} has no value: the keys after it would be taken for values.`)];
    if (!key.kinds.includes(value.kind)) {
      const text = value.kind === 'string' || value.kind === 'integer' ? value.text.toLowerCase() : '';
      const flag = key.kinds.includes('boolean') && /^(true|yes|1)$/.test(text) ? '<true/>' : key.kinds.includes('boolean') && /^(false|no|0)$/.test(text) ? '<false/>' : undefined;
      const whole = value.kind === 'string' || value.kind === 'integer' ? around(value.range, value.kind) : undefined;
      return [
        say(context, value.range, 'error', 'wrong-type', `${key.name} wants ${key.kinds.map((one) => (one === 'boolean' ? '<true/> or <false/>' : `<${one}>`)).join(' or ')}: launchd ignores a ${value.kind} here.`, {
          fixes: flag === undefined || whole === undefined ? [] : [{ title: `Write ${flag}`, changes: [{ range: whole, text: flag }] }],
        }),
      ];
    }
    const relative = key.path !== true ? [] : key.name === 'PathState' && value.kind === 'dict' ? value.entries.filter((one) => !one.key.startsWith('/')).map((one) => ({ text: one.key, range: one.keyRange })) : strings(value).filter((one) => key.name !== 'Program' && !/^[/~]/.test(one.text));
    const found = relative.map((one) => say(context, one.range, 'warning', 'relative-path', `"${one.text}" is not an absolute path: ${where === 'A job' ? 'launchd' : 'it'} looks for it from its own working directory.`));
    if (key.notOnNextbsd !== undefined && isNextbsd(context.workspace)) found.push(say(context, entry.keyRange, 'warning', 'not-on-nextbsd', `NextBSD's launchd does not know ${key.name}: ${key.notOnNextbsd} (src/launchd/src/core.c). A script that waits for the mount does the same.`));
    return found;
  });
}

/** A text's range with the tags around it. */
const around = (range: Range, tag: string): Range => ({ start: { line: range.start.line, character: range.start.character - tag.length - 2 }, end: { line: range.end.line, character: range.end.character + tag.length + 3 } });

function keepAlive(context: Context): Finding[] {
  const value = entryOf(context.top, 'KeepAlive')?.value;
  return value?.kind === 'dict' ? keys(context, value.entries, keepAliveKeys, [], 'KeepAlive') : [];
}

/** Programs that do one thing and end. */
const once = /(^|\/)(mount(_\w+)?|umount|mdconfig|kldload|kenv|sysctl|geom|gunion|swapon|mdmfs|fsck(_\w+)?)$/;

function endsAtOnce(context: Context): Finding[] {
  const alive = entryOf(context.top, 'KeepAlive');
  const command = commandOf(context.top);
  if (alive?.value?.kind !== 'boolean' || alive.value.text !== 'true' || command === undefined || !once.test(command.program)) return [];
  return [
    say(context, alive.keyRange, 'warning', 'keep-alive-ends', `${command.program} ends when it has done its work, and KeepAlive has launchd run it again, every 10 seconds for ever. RunAtLoad alone runs it once; with LaunchOnlyOnce never again in this boot.`, {
      fixes: [{ title: 'Write <false/>', changes: [{ range: alive.value.range, text: '<false/>' }] }],
    }),
  ];
}

/** `mount -uw /` on a root that is a union. */
function remount(context: Context): Finding[] {
  const command = commandOf(context.top);
  if (command === undefined || !/(^|\/)mount$/.test(command.program)) return [];
  const words = command.words.flatMap((one) => (one.kind === 'string' ? [one] : []));
  if (!words.some((one) => /^-\w*u/.test(one.text)) || words.at(-1)?.text !== '/') return [];
  const union = context.workspace.of('boot-script').find((path) => /^[^#\n]*(\bmount(_unionfs\b|[ \t]+-t[ \t]+unionfs\b)|vfs\.pivot)/m.test(context.workspace.files.read(path) ?? ''));
  const last = words.at(-1);
  if (union === undefined || last === undefined) return [];
  return [say(context, last.range, 'warning', 'remount-union', 'On the live medium / is a union, which takes no update (EOPNOTSUPP): the job fails there. launchd makes a read-only root writable by itself, before it starts any job.', { related: [{ path: union, range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, message: 'Makes the union' }] })];
}

/** A path below the mount point of another job, which launchd does not wait for. */
function mountNotAwaited(context: Context): Finding[] {
  const used = jobKeys.filter((key) => key.path === true && !/^(WatchPaths|QueueDirectories)$/.test(key.name)).flatMap((key) => strings(entryOf(context.top, key.name)?.value));
  const words = strings(entryOf(context.top, 'ProgramArguments')?.value);
  const own = mountPointOf(context.plist);
  const mounts = jobsOf(context.workspace).flatMap((job) => {
    const on = job.path === context.path ? undefined : mountPointOf(job.plist);
    return on === undefined || on === '' || on === own ? [] : [{ job, on }];
  });
  const found = new Map<string, Finding>();
  for (const word of [...used, ...words]) {
    const mount = mounts.find(({ on }) => word.text.startsWith(`${on}/`));
    if (mount === undefined || found.has(mount.on) || awaitedPaths(context.plist).some((path) => path === mount.on || path.startsWith(`${mount.on}/`))) continue;
    const target = entryOf(mount.job.plist.top, 'Label')?.value;
    found.set(
      mount.on,
      say(context, word.range, 'information', 'mount-not-awaited', `${mount.on} is mounted by ${mount.job.label}, and launchd keeps no order between jobs: this one may run first and find an empty folder. KeepAlive with PathState waits for a path; where that is not known, mount before launchd starts (/etc/fstab).`, {
        related: target === undefined ? [] : [{ path: mount.job.path, range: target.range, message: `Mounts ${mount.on}` }],
      }),
    );
  }
  return [...found.values()];
}
