import type { Range } from '../findings';
import { get, type Value } from './toml';
import type { Unit } from './units';

/** A path below `/scheme/NAME` in what a unit runs. */
export interface SchemeUse {
  readonly scheme: string;
  readonly range: Range;
}

/** Schemes the kernel and bootstrap register before init runs a unit (kernel: src/scheme/mod.rs; base: bootstrap). */
const builtIn = new Set(['debug', 'event', 'irq', 'memory', 'pipe', 'serio', 'sys', 'time', 'kernel.acpi', 'kernel.dtb', 'proc', 'initfs', 'thisproc', 'user', 'acpi']);

const schemeOf = (text: string): string | undefined => {
  const name = /^\/scheme\/([\w.-]+)/.exec(text)?.[1];
  return name === undefined || builtIn.has(name) ? undefined : name;
};

/** Schemes that a unit's command, arguments and variables name, with their places. */
export function schemeUses(unit: Unit): SchemeUse[] {
  if (unit.kind === 'script') return scriptUses(unit);
  const service = get(unit.toml?.table ?? [], 'service')?.value;
  if (service?.kind !== 'table') return [];
  const found: SchemeUse[] = [];
  const visit = (value: Value): void => {
    if (value.kind === 'array') value.items.forEach(visit);
    else if (value.kind === 'table') for (const entry of value.table) visit(entry.value);
    else if (value.kind === 'string') {
      const scheme = schemeOf(value.value);
      if (scheme !== undefined && scheme !== unit.scheme) found.push({ scheme, range: value.range });
    }
  };
  for (const entry of service.table) if (entry.key !== 'type') visit(entry.value);
  return found;
}

function scriptUses(unit: Unit): SchemeUse[] {
  return unit.text.split('\n').flatMap((line, index) =>
    /^\s*#/.test(line)
      ? []
      : [...line.matchAll(/(?<=^|\s)\/scheme\/\S+/g)].flatMap((match): SchemeUse[] => {
          const scheme = schemeOf(match[0]);
          const row = unit.firstLine + index;
          return scheme === undefined ? [] : [{ scheme, range: { start: { line: row, character: match.index }, end: { line: row, character: match.index + match[0].length } } }];
        }),
  );
}
