import { readFile } from 'node:fs/promises';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { failure } from '../../errors/catalogue';
import { fileErrors } from '../../errors/files';
import type { Handler, RequestGroup } from '../handler';

const loadedSources: Handler = async (core) => {
  const target = core.need('loadedSources');
  const seen = new Set<string>();
  for (const { image } of target.program.modules) for (const file of image.debugInfo.sourceFiles()) seen.add(file);
  return Promise.resolve({ sources: [...seen].sort().map((file) => target.sourceOf(file)) });
};

/** The text of a source the editor has no path for. */
const source: Handler<DebugProtocol.SourceArguments> = async (_core, args) => {
  const file = args.source?.path ?? '';
  try {
    return { content: await readFile(file, 'utf8') };
  } catch (error) {
    throw failure(fileErrors.notReadable, { file, detail: error instanceof Error ? error.message : String(error) });
  }
};

export const sourceRequests: RequestGroup = { capabilities: { supportsLoadedSourcesRequest: true }, handlers: { loadedSources, source } };
