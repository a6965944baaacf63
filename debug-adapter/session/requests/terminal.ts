import type { TerminalEndedArguments } from '../../api';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import type { Handler, RequestGroup } from '../handler';

const terminalEnded: Handler<TerminalEndedArguments> = async (core, args) => {
  const status: unknown = args.status;
  if (typeof status !== 'string') throw failure(sessionErrors.badArgument, { name: 'status', request: 'bootscope/terminalEnded', found: JSON.stringify(status) ?? 'nothing', expected: 'words on how the command ended' });
  const { terminal } = core;
  core.terminal = undefined;
  terminal?.ended(args);
  // While it is waited for, this is an error of the start; after that, words about a machine that may live on.
  if (core.target) core.output(`The command in the terminal has ended: ${status}.\n`);
  return Promise.resolve({});
};

/** What a client with a terminal says of the user's command in it. */
export const terminalRequests: RequestGroup = { handlers: { 'bootscope/terminalEnded': terminalEnded } };
