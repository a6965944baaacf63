import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Core } from './core';

/** Answers one request; what it returns is the body of the response. What it throws becomes the error of the response. */
export type Handler<A = never> = (core: Core, args: A) => Promise<object | undefined>;

/** Requests that belong together, with the capabilities that they make true: what is advertised is what is there. */
export interface RequestGroup {
  readonly capabilities?: DebugProtocol.Capabilities;
  readonly handlers: Readonly<Record<string, Handler>>;
}
