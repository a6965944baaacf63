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

/** What is known of a name; undefined is no fault, since any module may own a variable. */
export const knownVariable = (name: string): ConfVariable | undefined => exact.get(name) ?? patterns.find((one) => matchesName(one.name, name));

/** Names without a pattern, for completion and spelling. */
export const exactVariables: readonly ConfVariable[] = [...exact.values()];
