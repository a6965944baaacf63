import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Frame } from '../../inspect/stack/frame';
import type { TypedValue } from '../../inspect/values/typed-value';
import type { Vcpu } from '../../machine/machine';
import type { ShownValue } from '../run/stop-report';

/** What a `variablesReference` stands for. */
export type Container =
  | { readonly kind: 'shown'; readonly values: readonly ShownValue[] }
  | { readonly kind: 'variables'; readonly frame: Frame; readonly parameters: boolean }
  | { readonly kind: 'registers'; readonly frame: Frame; readonly vcpu: Vcpu | undefined }
  | { readonly kind: 'register-group'; readonly group: string; readonly vcpu: Vcpu }
  | { readonly kind: 'value'; readonly value: TypedValue; readonly expression: string | undefined };

/** A page of a long list, as `variables` asks for it. */
export interface Page {
  readonly filter?: 'indexed' | 'named';
  readonly start?: number;
  readonly count?: number;
}

/** Cuts a list to the page asked for. */
export const paged = <T>(items: readonly T[], { start = 0, count = 0 }: Page): readonly T[] => (count === 0 ? items.slice(start) : items.slice(start, start + count));

export type DapVariable = DebugProtocol.Variable;
