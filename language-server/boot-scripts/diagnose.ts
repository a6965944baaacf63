import { readConf } from '../../boot/languages/loader-conf';
import type { Finding } from '../findings';
import { kenvOf } from '../kenv/flow';
import type { Workspace } from '../workspace/workspace';
import { efibootmgrInChroot, loadedTwice, moduleForUzip, remountUnion, rescueGeom, silenced, sizeInBytes, unitTaken } from './checks/devices';
import { afterTheEnd, chrootWithoutDevfs, rerootWithBusyFile, scriptRunsAgain, setAfterReader } from './checks/order';
import type { ScriptContext } from './checks/state';
import { openScript } from './open';

const checks = [afterTheEnd, rerootWithBusyFile, scriptRunsAgain, setAfterReader, chrootWithoutDevfs, unitTaken, sizeInBytes, rescueGeom, remountUnion, efibootmgrInChroot, moduleForUzip, loadedTwice, silenced];

/** Everything to say about a boot script. General advice on shell is left to shellcheck. */
export function diagnoseScript(path: string, workspace: Workspace): Finding[] {
  const script = openScript(path, workspace);
  const text = workspace.files.read(path);
  if (script === undefined || text === undefined) return [];
  const context: ScriptContext = { path, text, script, workspace, kenv: script.commands.flatMap((command) => kenvOf(path, command)), startedBy: startersOf(path, workspace) };
  return checks.flatMap((check) => check(context)).sort((a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character);
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
