import type { DebugInfo, Scope, VariableInfo } from '../../../debug-adapter/images/debug-info';
import { Tally } from './disagreements';
import { namesInScope } from './dwarfdump';
import { constantText, expressionText, placesInScope } from './scope-text';

const hex = (address: bigint): string => `0x${address.toString(16)}`;
const told = (...parts: unknown[]): string => parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' | ');

export interface ScopeAgreement {
  readonly places: number;
  readonly known: Tally;
  readonly wrong: readonly string[];
  /** Where gdb has a variable more in scope. */
  readonly beyond: readonly bigint[];
}

const innermost = (scope: Scope | undefined, address: bigint): readonly VariableInfo[] => (scope?.variablesAt(address) ?? []).filter(({ name }) => name !== '');

/** '' where it has none. */
const placeOf = (variable: VariableInfo, address: bigint): string => {
  if (variable.constant) return constantText(variable.constant, variable.type.size);
  const location = variable.locationAt(address);
  return location === undefined ? '' : expressionText(location.expression, location.context);
};

/**
 * Compares the variables of the innermost function at each address and their places with what `info scope` prints there. Of namesakes,
 * innermost first, gdb may have more than we, but those that we have in the same order.
 */
export const compareScopes = (info: DebugInfo, addresses: readonly bigint[], scopes: Readonly<Record<string, string>>): ScopeAgreement => {
  const known = new Tally();
  const wrong: string[] = [];
  const beyond: bigint[] = [];
  let places = 0;
  for (const address of addresses) {
    const text = scopes[hex(address)] ?? '';
    if (text.startsWith('gdb: ')) {
      if (/Corrupted DWARF2 expression|No (?:function found for block|block found for address)/.test(text)) known.note('refused by gdb');
      else wrong.push(told(hex(address), text));
      continue;
    }
    const [scope] = info.scopesAt(address);
    const theirs = placesInScope(text, address);
    const ours = innermost(scope, address);
    for (const name of new Set(ours.map((variable) => variable.name))) {
      const left = [...(theirs.get(name) ?? [])];
      const more: string[] = [];
      for (const variable of ours.filter((one) => one.name === name)) {
        const place = placeOf(variable, address);
        const at = left.findIndex((one) => one === place || (place === '' && one.startsWith('addr ')));
        if (at < 0) wrong.push(told(hex(address), scope?.function.name, name, place, theirs.get(name) ?? 'gdb has it not in scope'));
        else {
          if (left[at] === place) places++;
          else known.note('extern in a function');
          more.push(...left.splice(0, at + 1).slice(0, at));
        }
      }
      theirs.set(name, [...more, ...left]);
    }
    const extra = [...theirs.values()].flat();
    known.note('block without code', extra.filter((place) => place === '').length);
    known.note('extern in a function', extra.filter((place) => place.startsWith('addr ')).length);
    known.note('block in pieces', extra.filter((place) => place !== '' && !place.startsWith('addr ')).length);
    if (extra.length > 0) beyond.push(address);
  }
  return { places, known, wrong, beyond };
};

/** Of up to `count` of the addresses, spread over all, whether llvm-dwarfdump has exactly our names in scope. */
export const compareNames = (file: string, info: DebugInfo, addresses: readonly bigint[], count: number): string[] =>
  addresses
    .filter((_, i) => i % Math.ceil(addresses.length / count) === 0)
    .flatMap((address) => {
      const ours = [...new Set(innermost(info.scopesAt(address)[0], address).map(({ name }) => name))].sort();
      const theirs = namesInScope(file, address);
      return JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [told(hex(address), 'ours', ours, 'llvm-dwarfdump', theirs)];
    });
