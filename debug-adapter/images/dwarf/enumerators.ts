import { toNumber } from '../bytes/address';
import type { Enumerator } from '../debug-info';
import { TAG } from './constants';
import type { Die } from './die';
import { nameOf } from './names';
import type { Reader } from './reader';
import type { Unit } from './unit';

const known = new WeakMap<Unit, ReadonlyMap<string, Die>>();

/** Enumerators are no entries of the index: those of one unit are read when one of them is first asked for. */
const enumeratorsOf = (unit: Unit): ReadonlyMap<string, Die> => {
  let found = known.get(unit);
  if (!found) {
    const made = new Map<string, Die>();
    const waiting = [unit.die(unit.firstDie)];
    for (let scope = waiting.pop(); scope; scope = waiting.pop()) {
      for (const child of scope.children()) {
        if (child.tag === TAG.namespace) waiting.push(child);
        if (child.tag !== TAG.enumeration_type) continue;
        for (const one of child.children()) if (one.tag === TAG.enumerator && !made.has(nameOf(one))) made.set(nameOf(one), child);
      }
    }
    known.set(unit, (found = made));
  }
  return found;
};

/** The enumerator of that plain name in the unit that covers a linked address. */
export const enumeratorNamed = (reader: Reader, name: string, near: bigint): Enumerator | undefined => {
  const unit = reader.unitRanges.at(toNumber(near));
  const die = unit && enumeratorsOf(unit).get(name);
  const type = die && reader.types.typeAt(die);
  const value = type?.kind === 'enum' ? type.enumerators.find((one) => one.name === name)?.value : undefined;
  return type?.kind === 'enum' && value !== undefined ? { type, value } : undefined;
};
