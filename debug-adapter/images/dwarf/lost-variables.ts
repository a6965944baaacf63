import { toNumber } from '../bytes/address';
import type { Type } from '../types';
import { AT, TAG } from './constants';
import type { Die } from './die';
import { nameOf } from './names';
import type { Reader } from './reader';
import type { Unit } from './unit';

const known = new WeakMap<Unit, ReadonlyMap<string, Die>>();

/** Variables of a file that the optimiser left nothing of are no entries of the index: those of one unit are read when one of them is first asked for. */
const lostIn = (unit: Unit): ReadonlyMap<string, Die> => {
  let found = known.get(unit);
  if (!found) {
    const made = new Map<string, Die>();
    for (const die of unit.die(unit.firstDie)?.children() ?? []) {
      const nowhere = die.tag === TAG.variable && !die.flag(AT.declaration) && !die.chain().some((link) => link.has(AT.location) || link.has(AT.const_value));
      if (nowhere) made.set(nameOf(die), die);
    }
    known.set(unit, (found = made));
  }
  return found;
};

/** Type of a file-scope variable with that plain name, in the unit that covers a linked address, which is there no more. */
export const lostVariable = (reader: Reader, name: string, near: bigint): Type | undefined => {
  const unit = reader.unitRanges.at(toNumber(near));
  const die = unit && lostIn(unit).get(name);
  return die && reader.types.typeOf(die);
};
