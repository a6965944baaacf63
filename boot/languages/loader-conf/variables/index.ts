import { matchesName } from '../../../environment/knowledge';
import { bootVariables } from './boot';
import { hardwareVariables } from './hardware';
import { kernelVariables } from './kernel';
import { loaderVariables } from './loader';
import type { ConfVariable } from './table';

export type { ConfVariable, ValueKind } from './table';

/** Everything known of loader.conf's variables, special names before patterns. */
export const confVariables: readonly ConfVariable[] = [...loaderVariables, ...bootVariables, ...kernelVariables, ...hardwareVariables];

const exact = new Map(confVariables.filter((one) => !one.name.includes('*')).map((one) => [one.name, one]));
/** Longer patterns are more particular. */
const patterns = confVariables.filter((one) => one.name.includes('*')).sort((a, b) => b.name.length - a.name.length);

/** Names looked up before; a file is looked through at every keystroke. */
const found = new Map<string, ConfVariable | undefined>();

/** What is known of a name; undefined is no fault, since any module may own a variable. */
export const knownVariable = (name: string): ConfVariable | undefined => {
  const known = exact.get(name);
  if (known !== undefined) return known;
  if (!found.has(name)) {
    if (found.size > 20_000) found.clear();
    found.set(name, patterns.find((one) => matchesName(one.name, name)));
  }
  return found.get(name);
};

/** Names without a pattern, for completion and spelling. */
export const exactVariables: readonly ConfVariable[] = [...exact.values()];
