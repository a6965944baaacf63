import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Handler, RequestGroup } from '../handler';

/** Ends the work behind a progress notification. A request itself is not cancelled: each is answered in its turn, and shortly. */
const cancel: Handler<DebugProtocol.CancelArguments> = (core, args) => {
  if (args.progressId !== undefined) core.cancelProgress(args.progressId);
  return Promise.resolve(undefined);
};

export const progressRequests: RequestGroup = {
  capabilities: { supportsCancelRequest: true },
  handlers: { cancel },
};
