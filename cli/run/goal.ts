import { BootscopeError } from '../../debug-adapter/errors/catalogue';
import { grammars, isFilterId, parseCondition, type FilterId } from '../../debug-adapter/session/filters/grammar';
import { usage } from '../exit';

/** Something a boot may come to: a stop of an exception filter, or the start of a function. */
export interface Goal {
  /** As it was written. */
  readonly text: string;
  readonly filter?: { readonly filterId: FilterId; readonly condition: string };
  readonly function?: string;
}

/**
 * Reads what `--until` and `--fail-on` take: `login` (a stage), `FILTER[: CONDITION]` as the exception filters are written,
 * or `function: NAME`. Ends the command at wrong syntax, before anything is booted.
 */
export function readGoal(text: string): Goal {
  const [, word = '', condition = ''] = /^([\w-]+)(?:\s*:\s*(.*))?$/s.exec(text.trim()) ?? [];
  if (word === 'function' && condition !== '') return { text, function: condition };
  const filter = isFilterId(word) ? { filterId: word, condition } : { filterId: 'stage' as const, condition: text.trim() };
  try {
    parseCondition(filter.filterId, filter.condition);
  } catch (error) {
    if (!(error instanceof BootscopeError)) throw error;
    const written = Object.entries(grammars).map(([name, grammar]) => `  ${name}: ${grammar}`);
    return usage(`"${text}" is nothing a boot can come to. ${error.message}\nWrite a stage (login), or one of:\n${written.join('\n')}\n  function: NAME`);
  }
  return { text, filter };
}
