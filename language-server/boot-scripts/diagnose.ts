import { isDiskType, readConf } from '../../boot/languages/loader-conf';
import type { Finding } from '../findings';
import { kenvIn } from '../kenv/flow';
import { openConf } from '../loader-conf/project';
import type { Workspace } from '../workspace/workspace';
import { sizeInBytes, unitTaken, upperTooSmall } from './checks/memory-disks';
import { loadedTwice, moduleNotLoaded, rescueGeom } from './checks/modules';
import { afterTheEnd, rerootWithBusyFile, scriptRunsAgain, setAfterReader, silenced } from './checks/order';
import { chrootWithoutDevfs, efibootmgrInChroot, mountCovered, pivotWithoutDevfs, remountUnion } from './checks/roots';
import type { ScriptContext } from './checks/state';
import { follow, type Devices } from './devices';
import { openScript } from './open';
import type { Script } from './script';

const checks = [
  afterTheEnd,
  rerootWithBusyFile,
  scriptRunsAgain,
  setAfterReader,
  silenced,
  chrootWithoutDevfs,
  pivotWithoutDevfs,
  mountCovered,
  remountUnion,
  efibootmgrInChroot,
  unitTaken,
  sizeInBytes,
  upperTooSmall,
  moduleNotLoaded,
  loadedTwice,
  rescueGeom,
];

/** Everything to say about a boot script. General advice on shell is left to shellcheck. */
export function diagnoseScript(path: string, workspace: Workspace): Finding[] {
  const script = openScript(path, workspace);
  const text = workspace.files.read(path);
  if (script === undefined || text === undefined) return [];
  const startedBy = startersOf(path, workspace);
  const context: ScriptContext = { path, text, script, workspace, startedBy, devices: devicesOf(script, startedBy, workspace), kenv: kenvIn(path, script).filter((one) => one.unreached !== true) };
  // A function that is called twice has its faults once.
  const found = new Map(checks.flatMap((check) => check(context)).map((one) => [`${one.code} ${one.range.start.line}:${one.range.start.character}`, one]));
  return [...found.values()].sort((a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character);
}

/** The devices and mounts a script makes, after the images that the loader preloads. */
export function devicesOf(script: Script, startedBy: readonly string[], workspace: Workspace): Devices {
  const preloaded = startedBy.flatMap((path) => [...openConf(path, workspace).state.modules.values()].filter((module) => module.loaded && isDiskType(module.type)).map((module) => module.file));
  return follow(script, preloaded);
}

/** loader.conf files of the same source tree that start a script: by its path in their image, or by its name. */
export function startersOf(path: string, workspace: Workspace): string[] {
  const confs = workspace.of('loader-conf').flatMap((conf) => {
    const lines = readConf(workspace.files.read(conf) ?? '', workspace.settings.rules).lines;
    const value = lines.flatMap(({ verdict }) => (verdict.kind === 'setting' && verdict.name === 'init_script' ? [verdict.raw] : [])).at(-1);
    return value !== undefined && value !== '' && path.endsWith(`/${value.slice(value.lastIndexOf('/') + 1)}`) ? [{ conf, exact: path.endsWith(value) }] : [];
  });
  // Of several source trees in one workspace the one that shares most of the path is meant.
  const shared = (one: string): number => {
    let at = 0;
    while (at < one.length && one[at] === path[at]) at++;
    return path.lastIndexOf('/', at);
  };
  const best = Math.max(0, ...confs.map((one) => shared(one.conf)));
  return confs.filter((one) => shared(one.conf) === best).map((one) => one.conf);
}
