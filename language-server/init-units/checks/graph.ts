import { baseUnits } from '../../../boot/languages/init-units/base-units';
import { closureOf, cyclesOf, startOrder, templateOf } from '../../../boot/languages/init-units/graph';
import { stageGraph } from '../../../boot/languages/init-units/unit-graph';
import type { Finding } from '../../findings';
import { oneApart } from '../../loader-conf/checks/spelling';
import type { Workspace } from '../../workspace/workspace';
import { schemeUses } from '../schemes';
import type { UnitSet } from '../system';
import { unitsIn, type Unit } from '../units';
import { factsOf } from '../facts';
import { headerOf, say } from './place';

/** What is wrong with a unit's place among the others. */
export function graphFindings(unit: Unit, set: UnitSet, workspace: Workspace): Finding[] {
  return [...missing(unit, set, workspace), ...cycles(unit, set), ...runtimeDefaults(unit, set), ...unreached(unit, set), ...rootBeforeDisks(unit, set), ...schemes(unit, set)];
}

/** Named units that nothing in the workspace provides; only where the base system itself is in the workspace, or a near name is of one that the base does not bring. */
function missing(unit: Unit, set: UnitSet, workspace: Workspace): Finding[] {
  return unit.requires.flatMap(({ id, range }) => {
    if (set.units.has(id) || set.units.has(templateOf(id)) || workspace.named(templateOf(id)).length > 0 || !workspace.complete) return [];
    if (embedded(workspace).has(templateOf(id))) return [];
    const near = [...set.units.keys()].find((one) => oneApart(one, id) || one.replace(/^\d\d_/, '') === id.replace(/^\d\d_/, ''));
    const complete = set.units.has('00_runtime.target') || workspace.named('00_runtime.target').length > 0;
    if (!complete && (near === undefined || baseUnits.has(templateOf(id)))) return [];
    return [
      say(unit, range, 'warning', 'missing-unit', `init will print "init: unit ${id} not found" and go on without it.${near === undefined ? '' : ` Is ${near} meant?`}`, {
        fixes: near === undefined ? [] : [{ title: `Change to ${near}`, changes: [{ range, text: unit.kind === 'script' ? near : `"${near}"` }] }],
      }),
    ];
  });
}

const embedded = (workspace: Workspace): Set<string> => new Set(workspace.of('redox-config').flatMap((path) => unitsIn(path, workspace).map((one) => one.id)));

function cycles(unit: Unit, set: UnitSet): Finding[] {
  return cyclesOf(set.nodes).flatMap((cycle) => {
    const at = cycle.indexOf(unit.id);
    const reference = unit.requires.find((one) => one.id === cycle[(at + 1) % cycle.length]);
    if (at < 0 || reference === undefined) return [];
    const turned = [...cycle.slice(at), ...cycle.slice(0, at), unit.id];
    return [
      say(unit, reference.range, 'error', 'cycle', `These units wait for each other: ${turned.join(' → ')}. init tries them in turns for ever (Red Bear gives up after 1000 tries).`, {
        related: cycle.flatMap((id) => {
          const other = set.units.get(id);
          const next = other?.requires.find((one) => cycle.includes(one.id));
          return other === undefined || next === undefined || id === unit.id ? [] : [{ path: other.path, range: next.range, message: `${id} waits for ${next.id}` }];
        }),
      }),
    ];
  });
}

/** Units of the runtime target are loaded before it is known as such. */
function runtimeDefaults(unit: Unit, set: UnitSet): Finding[] {
  if (unit.stage !== 1 || unit.kind === 'script' || !unit.defaultDependencies) return [];
  const early = new Set(['00_runtime.target', '00_logd.service', ...closureOf(set.nodes, '00_runtime.target'), ...closureOf(set.nodes, '00_logd.service')].map(templateOf));
  if (!set.units.has('00_runtime.target') || !early.has(unit.id)) return [];
  return [
    say(unit, headerOf(unit), 'warning', 'runtime-default-dependencies', 'This unit is part of 00_runtime.target and needs default_dependencies = false: init prints "dependency of the runtime target must have default dependencies disabled".', {
      fixes: [{ title: 'Add default_dependencies = false', changes: [{ range: { start: { line: headerOf(unit).start.line + 1, character: 0 }, end: { line: headerOf(unit).start.line + 1, character: 0 } }, text: 'default_dependencies = false\n' }] }],
    }),
  ];
}

/** In the first stage only what a target names is started, whatever the number. */
function unreached(unit: Unit, set: UnitSet): Finding[] {
  if (unit.stage !== 1 || !set.units.has('90_initfs.target')) return [];
  const { started, stuck } = startOrder(set.nodes, 1);
  if ([...started, ...stuck].some((id) => id === unit.id || templateOf(id) === unit.id)) return [];
  return [say(unit, headerOf(unit), 'warning', 'never-started', `Nothing that init starts from the initfs names ${unit.id}: it is never started. Numbers order only the units of the root filesystem; here 90_initfs.target or a unit it requires has to name it in requires_weak.`)];
}

const diskDriver = /(^|[/_-])(ahcid|ided|nvmed|usbscsid|virtio-blkd|bcm2835-sdhcid|sdhcid|pcid-spawner(-initfs)?|pcid|hwd|driver-manager|lived)$/;

/** The root is looked for on disk schemes, so their drivers have to be started before. */
function rootBeforeDisks(unit: Unit, set: UnitSet): Finding[] {
  if (unit.stage !== 1 || !/(^|\/)redoxfs$/.test(unit.command ?? '') || !unit.args.includes('--uuid')) return [];
  const drivers = [...set.units.values()].filter((one) => diskDriver.test(one.command ?? ''));
  const waited = closureOf(set.nodes, unit.id);
  if (drivers.length === 0 || drivers.some((one) => waited.has(one.id))) return [];
  return [
    say(unit, headerOf(unit), 'warning', 'root-before-disks', `This mounts the root filesystem but waits for none of the disk drivers (${drivers.map((one) => one.id).join(', ')}): its number does not order it. Name their target in requires_weak.`, {
      related: drivers.map((one) => ({ path: one.path, range: headerOf(one), message: 'A disk driver' })),
    }),
  ];
}

/** A path below /scheme/NAME, where NAME is registered by a unit that this one does not wait for and that is started later. */
function schemes(unit: Unit, set: UnitSet): Finding[] {
  const uses = schemeUses(unit);
  if (uses.length === 0) return [];
  const waited = closureOf(set.nodes, unit.id);
  const { nodes } = stageGraph(factsOf(set), unit.stage);
  const own = nodes.find((node) => node.id === unit.id)?.order;
  return uses.flatMap(({ scheme, range }) => {
    const providers = nodes.filter((node) => node.id !== unit.id && node.provides.includes(scheme));
    const [provider] = providers;
    if (provider === undefined || own === undefined || providers.some((node) => waited.has(node.id) || node.order === undefined || node.order < own)) return [];
    const source = set.units.get(provider.id) ?? set.units.get(templateOf(provider.id));
    return [
      say(unit, range, 'warning', 'scheme-later', `The scheme ${scheme} is registered by ${provider.id}, which is started after this unit. Name it in requires_weak.`, {
        related: source === undefined ? [] : [{ path: source.path, range: headerOf(source), message: `Registers ${scheme}` }],
      }),
    ];
  });
}
