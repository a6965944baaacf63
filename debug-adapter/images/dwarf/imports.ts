import type { Language } from '../types';
import { AT, TAG } from './constants';
import type { DwarfFile } from './dwarf-file';
import type { Unit } from './unit';

/**
 * Languages of partial units: `dwz` moves what several units have in common into one and leaves the language with those that import
 * it (DWARF 5, section 3.1.2). Reads the first entries of every unit.
 */
export const languagesByImport = (file: DwarfFile): ReadonlyMap<Unit, Language> => {
  const found = new Map<Unit, Language>();
  const follow = (unit: Unit, language: Language): void => {
    const imported = unit.die(unit.firstDie)?.children() ?? [];
    for (const child of imported) {
      // They stand before all else.
      if (child.tag !== TAG.imported_unit) break;
      const target = child.reference(AT.import)?.unit;
      if (!target || found.has(target)) continue;
      found.set(target, language);
      follow(target, language);
    }
  };
  for (const unit of file.linkedUnits) {
    const language = unit.withRoot((root) => (root?.tag === TAG.compile_unit && root.has(AT.language) ? unit.language : undefined));
    if (language !== undefined) follow(unit, language);
  }
  return found;
};
