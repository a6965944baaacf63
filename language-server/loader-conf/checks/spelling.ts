import { exactVariables, knownVariable } from '../../../boot/languages/loader-conf';
import { finding, onLine } from '../../findings';
import { nameRange, settings, type Check } from './check';

/** One insertion, deletion, replacement or swap of neighbours apart. */
export function oneApart(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let from = 0;
  while (from < a.length && a[from] === b[from]) from++;
  let endA = a.length;
  let endB = b.length;
  while (endA > from && endB > from && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const [restA, restB] = [a.slice(from, endA), b.slice(from, endB)];
  return (restA.length <= 1 && restB.length <= 1) || (restA.length === 2 && restB.length === 2 && restA[0] === restB[1] && restA[1] === restB[0]);
}

/**
 * Names one slip away from a variable of the loader, of init or of the root mount. Only these: nearly any other name may
 * belong to a module, and a number of real names differ by one letter.
 */
const ours = exactVariables.filter((one) => one.name.length >= 6 && (/^(stand|sbin)\//.test(one.reader.path) || /^(boot_|init_|vfs\.root|vfs\.mountroot|kern\.geom\.label|kern\.cam\.boot)/.test(one.name)));

const meant = new Map<string, (typeof ours)[number] | undefined>();

/** The one variable a name is a slip away from. */
function meantBy(name: string): (typeof ours)[number] | undefined {
  if (!meant.has(name)) {
    const near = ours.filter((one) => oneApart(name, one.name));
    if (meant.size > 20_000) meant.clear();
    meant.set(name, near.length === 1 ? near[0] : undefined);
  }
  return meant.get(name);
}

export const misspelt: Check = (project) =>
  settings(project).flatMap((line) => {
    const { name, field, nameSpan } = line.setting;
    if (field !== undefined || knownVariable(name) !== undefined) return [];
    const only = meantBy(name);
    if (only === undefined) return [];
    return [
      finding(project.path, nameRange(line), 'warning', 'loader-conf/misspelt', `Nothing known reads ${name}. ${only.name} is: ${only.what}`, {
        fixes: [{ title: `Change to ${only.name}`, changes: [{ range: onLine(line.index, nameSpan.start, nameSpan.end), text: only.name }] }],
      }),
    ];
  });
