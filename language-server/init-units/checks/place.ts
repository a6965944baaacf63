import { finding, type Finding, type Range } from '../../findings';
import { get } from '../toml';
import type { Unit } from '../units';

export const say = (unit: Unit, range: Range, severity: 'error' | 'warning' | 'information', code: string, message: string, extra: Parameters<typeof finding>[5] = {}): Finding => finding(unit.path, range, severity, `init-unit/${code}`, message, extra);

/** The first line of a unit's text. */
export const topOf = (unit: Unit): Range => ({ start: { line: unit.firstLine, character: 0 }, end: { line: unit.firstLine, character: unit.text.split('\n')[0]?.length ?? 0 } });

/** The header `[unit]`, where there is one. */
export const headerOf = (unit: Unit): Range => get(unit.toml?.table ?? [], 'unit')?.keyRange ?? topOf(unit);
