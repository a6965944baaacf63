import type { SectionBytes } from '../bytes/section-bytes';
import { AT } from './constants';
import type { Die } from './die';
import { outlineOf } from './outline';
import { rangesOf } from './ranges';
import type { Unit } from './unit';

/** Offsets of inlined copies in a unit, by the section and the offset of what they are copies of. */
type ByOrigin = Map<SectionBytes, Map<number, number[]>>;

/** Of units that were asked once, and of those that were asked again, whose copies are in order then. */
const known = new WeakMap<Unit, ByOrigin | 'asked'>();

/**
 * Inlined copies with code of an abstract instance that stand in one unit. The first question looks at every copy of the unit; the
 * second puts them in order, so that asking for hundreds of functions costs no more than for some.
 */
export const copiesIn = (unit: Unit, abstract: Die): Die[] => {
  const before = known.get(unit);
  if (before === undefined) {
    known.set(unit, 'asked');
    const copies: Die[] = [];
    forEachCopy(unit, (die, origin) => {
      if (origin.offset === abstract.offset && origin.unit.section === abstract.unit.section && rangesOf(die).length > 0) copies.push(die);
    });
    return copies;
  }
  const ordered = before === 'asked' ? byOrigin(unit) : before;
  if (before === 'asked') known.set(unit, ordered);
  return (ordered.get(abstract.unit.section)?.get(abstract.offset) ?? []).flatMap((offset) => {
    const die = unit.die(offset);
    return die && unit.tolerate(() => rangesOf(die).length > 0, false) ? [die] : [];
  });
};

const byOrigin = (unit: Unit): ByOrigin => {
  const found: ByOrigin = new Map();
  forEachCopy(unit, (die, origin) => {
    const { section } = origin.unit;
    let ofSection = found.get(section);
    if (!ofSection) found.set(section, (ofSection = new Map<number, number[]>()));
    const offsets = ofSection.get(origin.offset);
    if (offsets) offsets.push(die.offset);
    else ofSection.set(origin.offset, [die.offset]);
  });
  return found;
};

const forEachCopy = (unit: Unit, visit: (die: Die, origin: Die) => void): void => {
  for (const offset of unit.tolerate(() => outlineOf(unit).inlined, [])) {
    // A closure for each of a kernel's hundred thousands of copies would cost as much as reading them.
    try {
      const die = unit.die(offset);
      const origin = die?.reference(AT.abstract_origin);
      if (die && origin) visit(die, origin);
    } catch (error) {
      unit.met(error);
    }
  }
};
