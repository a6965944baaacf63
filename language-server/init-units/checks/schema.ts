import { restartPolicies, serviceTypes, tables, type UnitKey } from '../../../boot/languages/init-units/schema';
import type { Finding, Fix } from '../../findings';
import { oneApart } from '../../loader-conf/checks/spelling';
import { get, type Entry, type Table, type Value } from '../toml';
import type { Unit } from '../units';
import { say, topOf } from './place';

/** What init refuses in a unit's text: every table denies unknown keys. */
export function schemaFindings(unit: Unit): Finding[] {
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
