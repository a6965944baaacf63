import type { DebugProtocol } from '@vscode/debugprotocol';
import { BootscopeError, failure } from '../errors/catalogue';
import { internalErrors } from '../errors/internal';

/** Any thrown thing as an error with a code: what has none is a fault of ours. */
export const coded = (error: unknown): BootscopeError => {
  if (error instanceof BootscopeError) return error;
  const detail = error instanceof Error ? `${error.message}${place(error)}` : String(error);
  return failure(internalErrors.unexpected, { detail }, { cause: error });
};

const place = (error: Error): string => {
  const line = error.stack?.split('\n').find((text) => /^\s+at /.test(text));
  return line === undefined ? '' : ` (${line.trim()})`;
};

/**
 * The error of a DAP response. Braces are placeholders there, so those of the text are passed as a variable. What a face asked for by a
 * request of ours it shows itself, where the answer would have been.
 */
export const toDapError = (error: BootscopeError, command: string): DebugProtocol.Message => ({ id: error.id, format: '{_text}', variables: { _text: error.message }, showUser: !command.startsWith('bootscope/') });
