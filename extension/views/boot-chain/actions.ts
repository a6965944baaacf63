import { tabs, type TabId } from './tabs';

/** What a user may ask for on the page. `look` stays on the page, everything else goes to the extension. */
export type Action =
  | { readonly do: 'ready' }
  | { readonly do: 'look'; readonly set: Readonly<Record<string, string | number | null>> }
  | { readonly do: 'tab'; readonly tab: TabId }
  | { readonly do: 'open'; readonly path: string; readonly line?: number }
  | { readonly do: 'serial'; readonly text: string }
  | { readonly do: 'restart'; readonly id: string }
  | { readonly do: 'checkpoint' }
  | { readonly do: 'setEnvironment'; readonly name: string; readonly value?: string }
  | { readonly do: 'copy'; readonly text: string }
  | { readonly do: 'breakOnChange'; readonly name: string }
  | { readonly do: 'recordReads' }
  | { readonly do: 'chooseProcess' }
  | { readonly do: 'resolvePath'; readonly path?: string; readonly process?: string }
  | { readonly do: 'efiBootEntry'; readonly loader?: string; readonly process?: string }
  | { readonly do: 'export' };

const texts = {
  ready: [],
  tab: ['tab'],
  open: ['path'],
  serial: ['text'],
  restart: ['id'],
  checkpoint: [],
  setEnvironment: ['name', 'value'],
  copy: ['text'],
  breakOnChange: ['name'],
  recordReads: [],
  chooseProcess: [],
  resolvePath: ['path'],
  efiBootEntry: ['loader'],
  export: [],
} as const satisfies Partial<Record<Action['do'], readonly string[]>>;

const longest = 64 * 1024;

/** A message of the page, checked: the page is ours, yet what comes from it is looked at as if it were not. */
export function parseAction(message: unknown): Exclude<Action, { do: 'look' }> | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const given = message as Record<string, unknown>;
  const name = given.do;
  if (typeof name !== 'string' || !Object.hasOwn(texts, name)) return undefined;
  const action: Record<string, unknown> = { do: name };
  for (const field of texts[name as keyof typeof texts]) {
    const value = given[field];
    if (typeof value !== 'string' || value.length > longest) return undefined;
    action[field] = value;
  }
  if (name === 'tab' && !tabs.some(({ id }) => id === action.tab)) return undefined;
  if (name === 'open' && given.line !== undefined) {
    if (typeof given.line !== 'number' || !Number.isSafeInteger(given.line) || given.line < 0) return undefined;
    action.line = given.line;
  }
  if ((name === 'resolvePath' || name === 'efiBootEntry') && given.process !== undefined) {
    if (typeof given.process !== 'string' || given.process.length > longest) return undefined;
    action.process = given.process;
  }
  return action as Exclude<Action, { do: 'look' }>;
}
