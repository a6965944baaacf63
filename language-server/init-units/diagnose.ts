import { closureOf, cyclesOf, startOrder, templateOf } from '../../boot/languages/init-units/graph';
import { restartPolicies, serviceTypes, tables, type UnitKey } from '../../boot/languages/init-units/schema';
import { finding, type Finding, type Fix, type Range } from '../findings';
import { oneApart } from '../loader-conf/checks/spelling';
import type { Workspace } from '../workspace/workspace';
import { get, type Entry, type Table, type Value } from './toml';
import { unitsAround, unitsIn, type Unit, type UnitSet } from './units';

/** Everything to say about the units of one file. */
export function diagnoseUnits(path: string, workspace: Workspace): Finding[] {
  return unitsIn(path, workspace).flatMap((unit) => {
    const found = schemaFindings(unit);
    if (unit.toml?.error !== undefined) return found;
    const set = unitsAround(path, unit.stage, workspace);
    return [...found, ...graphFindings(unit, set, workspace)];
  });
}

const say = (unit: Unit, range: Range, severity: 'error' | 'warning' | 'information', code: string, message: string, extra: Parameters<typeof finding>[5] = {}): Finding => finding(unit.path, range, severity, `init-unit/${code}`, message, extra);

const topOf = (unit: Unit): Range => ({ start: { line: unit.firstLine, character: 0 }, end: { line: unit.firstLine, character: unit.text.split('\n')[0]?.length ?? 0 } });

function schemaFindings(unit: Unit): Finding[] {
  if (unit.toml === undefined) return [];
  const { error, table } = unit.toml;
  if (error !== undefined) {
    const at = { line: error.line, character: error.character };
    return [say(unit, { start: at, end: at }, 'error', 'syntax', `${error.message}. init prints "init: …/${unit.id}: TOML parse error" and goes on without this unit.`)];
  }
  const found: Finding[] = [];
  const allowed = unit.kind === 'target' ? ['unit'] : ['unit', 'service'];
  for (const entry of table) {
    if (!allowed.includes(entry.key)) {
      found.push(
        unit.kind === 'target' && entry.key === 'service'
          ? say(unit, entry.keyRange, 'error', 'service-in-target', 'A target has only the table [unit]; init refuses this file.')
          : unknownKey(unit, entry, allowed, 'a unit file'),
      );
    } else if (entry.value.kind !== 'table') found.push(say(unit, entry.keyRange, 'error', 'wrong-type', `${entry.key} is a table: [${entry.key}]`));
    else found.push(...tableFindings(unit, entry, entry.value.table, tables[entry.key] ?? []));
  }
  for (const name of allowed) if (get(table, name) === undefined) found.push(say(unit, topOf(unit), 'error', 'missing-key', `The table [${name}] is missing: init refuses this file.`));
  return found;
}

function tableFindings(unit: Unit, header: Entry, table: Table, keys: readonly UnitKey[]): Finding[] {
  const found = table.flatMap((entry): Finding[] => {
    const key = keys.find((one) => one.name === entry.key);
    if (key === undefined) return [unknownKey(unit, entry, keys.map((one) => one.name), `[${header.key}]`)];
    const wrong = wrongValue(key, entry.value);
    return wrong === undefined ? [] : [say(unit, entry.value.range, 'error', 'wrong-type', `${entry.key}: ${wrong}`)];
  });
  for (const key of keys) if (key.required === true && get(table, key.name) === undefined) found.push(say(unit, header.keyRange, 'error', 'missing-key', `${key.name} is missing in [${header.key}]: init refuses this file.`));
  return found;
}

function unknownKey(unit: Unit, entry: Entry, known: readonly string[], where: string): Finding {
  const meant = known.find((one) => oneApart(entry.key, one)) ?? known.find((one) => one.replaceAll('_', '') === entry.key.replace(/[-_]/g, '').toLowerCase());
  const fixes: Fix[] = meant === undefined ? [] : [{ title: `Change to ${meant}`, changes: [{ range: entry.keyRange, text: meant }] }];
  // A key like none of them may be one that a later init has learnt.
  return say(unit, entry.keyRange, meant === undefined ? 'warning' : 'error', 'unknown-key', `${where} has no ${entry.key}; init refuses a unit with unknown keys.${meant === undefined ? ` It knows ${known.join(', ')}.` : ` Is ${meant} meant?`}`, { fixes });
}

function wrongValue(key: UnitKey, value: Value): string | undefined {
  const strings = value.kind === 'array' && value.items.every((item) => item.kind === 'string');
  switch (key.value) {
    case 'string':
      return value.kind === 'string' ? undefined : 'a string is wanted';
    case 'boolean':
      return value.kind === 'boolean' ? undefined : 'true or false is wanted';
    case 'integer':
      return value.kind === 'number' && Number.isInteger(value.value) && Number(value.value) >= 0 ? undefined : 'a whole number is wanted';
    case 'strings':
    case 'unit-ids':
      return strings ? undefined : 'an array of strings is wanted';
    case 'string-table':
      return value.kind === 'table' && value.table.every((entry) => entry.value.kind === 'string') ? undefined : 'a table of strings is wanted';
    case 'restart':
      return value.kind === 'string' && restartPolicies.some((one) => one === value.value) ? undefined : `one of ${restartPolicies.map((one) => `"${one}"`).join(', ')} is wanted`;
    case 'service-type': {
      if (value.kind === 'string' && serviceTypes.some(([name]) => name === value.value)) return undefined;
      const scheme = value.kind === 'table' ? get(value.table, 'scheme') : undefined;
      if (value.kind === 'table' && value.table.length === 1 && scheme?.value.kind === 'string') return undefined;
      return `one of ${serviceTypes.map(([name]) => `"${name}"`).join(', ')} or { scheme = "name" } is wanted`;
    }
  }
}

function graphFindings(unit: Unit, set: UnitSet, workspace: Workspace): Finding[] {
  return [...missing(unit, set, workspace), ...cycles(unit, set), ...runtimeDefaults(unit, set), ...unreached(unit, set), ...rootBeforeDisks(unit, set), ...schemes(unit, set)];
}

/** Named units that nothing in the workspace provides; only where the base system itself is in the workspace, or a near name is. */
function missing(unit: Unit, set: UnitSet, workspace: Workspace): Finding[] {
  return unit.requires.flatMap(({ id, range }) => {
    if (set.units.has(id) || set.units.has(templateOf(id)) || workspace.named(templateOf(id)).length > 0 || !workspace.complete) return [];
    if (embedded(workspace).has(templateOf(id))) return [];
    const near = [...set.units.keys()].find((one) => oneApart(one, id) || one.replace(/^\d\d_/, '') === id.replace(/^\d\d_/, ''));
    const complete = set.units.has('00_runtime.target') || workspace.named('00_runtime.target').length > 0;
    if (near === undefined && !complete) return [];
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

const headerOf = (unit: Unit): Range => get(unit.toml?.table ?? [], 'unit')?.keyRange ?? topOf(unit);

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

/** A path below /scheme/NAME in the arguments, where NAME is registered by a unit that this one does not wait for. */
function schemes(unit: Unit, set: UnitSet): Finding[] {
  if (unit.kind !== 'service') return [];
  const waited = closureOf(set.nodes, unit.id);
  const { started } = startOrder(set.nodes, unit.stage);
  const own = started.indexOf(unit.id);
  const value = get(get(unit.toml?.table ?? [], 'service')?.value.kind === 'table' ? (get(unit.toml?.table ?? [], 'service')?.value as { table: Table }).table : [], 'args')?.value;
  if (value?.kind !== 'array') return [];
  return value.items.flatMap((item) => {
    const scheme = item.kind === 'string' ? /^\/scheme\/([\w.-]+)/.exec(item.value)?.[1] : undefined;
    const provider = scheme === undefined ? undefined : [...set.units.values()].find((one) => one.scheme === scheme && one.id !== unit.id);
    if (provider === undefined || waited.has(provider.id)) return [];
    const at = started.indexOf(provider.id);
    if (own < 0 || at < 0 || at < own) return [];
    return [say(unit, item.range, 'warning', 'scheme-later', `The scheme ${scheme ?? ''} is registered by ${provider.id}, which is started after this unit. Name it in requires_weak.`, { related: [{ path: provider.path, range: headerOf(provider), message: `Registers ${scheme ?? ''}` }] })];
  });
}
