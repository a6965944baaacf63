import type { DebugInfo } from './debug-info';

/** An image without debug information: nothing is known, nothing fails. */
export const noDebugInfo: DebugInfo = {
  kind: 'none',
  functionsNamed: () => [],
  functionsMatching: () => [],
  scopesAt: () => [],
  lineAt: () => undefined,
  addressesOfLine: () => [],
  lineRows: () => [],
  sourceFiles: () => [],
  typesNamed: () => [],
  variablesNamed: () => [],
  unwindAt: () => undefined,
};
