import type {
  CallFrame,
  CapabilitiesAnswer,
  EfiBootEntryAnswer,
  EfiBootEntryArguments,
  ReadsAnswer,
  ReadsArguments,
  RerootForecastAnswer,
  ResolvePathAnswer,
  ResolvePathArguments,
  SetEnvironmentAnswer,
  SetEnvironmentArguments,
  UnitsAnswer,
} from '../../api';
import type { Chain } from '../../chains/chain';
import { isUnknown } from '../../chains/unknown';
import { chainErrors } from '../../errors/chains';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import type { Core } from '../core';
import type { Handler, RequestGroup } from '../handler';
import { written } from '../written';

const lacks = (chain: Chain, what: string): Error => failure(chainErrors.notOfThisChain, { chain: chain.id, what });

/** An argument that must be a text; else throws the error of a bad argument. */
const text = (request: string, name: string, value: unknown): string => {
  if (typeof value === 'string' && (value !== '' || name === 'value')) return value;
  throw failure(sessionErrors.badArgument, { name, request, found: JSON.stringify(value) ?? 'nothing', expected: 'a text' });
};

const resolvePath: Handler<ResolvePathArguments> = async (core, args): Promise<ResolvePathAnswer> => {
  const request = { ...args, path: text('bootscope/resolvePath', 'path', args.path) };
  const { chain } = core.needStopped('bootscope/resolvePath');
  if (chain.chain.resolvePath === undefined) throw lacks(chain.chain, 'mount table a path could be looked up in');
  return chain.chain.resolvePath(await chain.context(), request);
};

const efiBootEntry: Handler<EfiBootEntryArguments> = async (core, args): Promise<EfiBootEntryAnswer> => {
  const request = { ...args, loader: text('bootscope/efiBootEntry', 'loader', args.loader) };
  const { chain } = core.needStopped('bootscope/efiBootEntry');
  if (chain.chain.efiBootEntry === undefined) throw lacks(chain.chain, 'efibootmgr whose steps are known');
  return chain.chain.efiBootEntry(await chain.context(), request);
};

const rerootForecast: Handler = async (core): Promise<RerootForecastAnswer> => {
  const { chain } = core.needStopped('bootscope/rerootForecast');
  if (chain.chain.rerootForecast === undefined) throw lacks(chain.chain, 'reroot (reboot -r)');
  return chain.chain.rerootForecast(await chain.context());
};

const capabilities: Handler = async (core): Promise<CapabilitiesAnswer> => {
  const { chain } = core.needStopped('bootscope/capabilities');
  if (chain.chain.capabilities === undefined) throw lacks(chain.chain, 'table of filesystems in its kernel');
  return chain.chain.capabilities(await chain.context());
};

const setEnvironment: Handler<SetEnvironmentArguments> = async (core: Core, args): Promise<SetEnvironmentAnswer> => {
  const request = { name: text('bootscope/setEnvironment', 'name', args.name), value: text('bootscope/setEnvironment', 'value', args.value) };
  const target = core.needStopped('bootscope/setEnvironment');
  const { chain } = target;
  if (chain.chain.setEnvironment === undefined) throw lacks(chain.chain, 'boot environment');
  const answer = await chain.chain.setEnvironment(await chain.context(), request);
  written(core, target, { tellValues: true });
  return answer;
};

const number = (request: string, name: string, value: unknown, isGood: (value: number) => boolean, expected: string): void => {
  if (value !== undefined && !(typeof value === 'number' && Number.isSafeInteger(value) && isGood(value))) throw failure(sessionErrors.badArgument, { name, request, found: JSON.stringify(value) ?? 'nothing', expected });
};

const reads: Handler<ReadsArguments> = async (core, args): Promise<ReadsAnswer> => {
  const request = 'bootscope/reads';
  number(request, 'from', args.from, (value) => value >= 0, 'a number from 0');
  number(request, 'preload', args.preload, (value) => value >= 0, 'a number of bytes');
  number(request, 'blockSize', args.blockSize, (value) => value === 512 || value === 4096, '512 or 4096');
  const { chain, recorders, sources } = core.needStopped(request);
  if (chain.chain.reads === undefined) throw lacks(chain.chain, 'live disk');
  const refused = args.record === undefined ? undefined : await recorders.record('traffic', args.record);
  const answer = await chain.chain.reads(await chain.context(), args);
  // Places as the editor can open them, where the workspace has the file.
  const local = ({ source, ...frame }: CallFrame): CallFrame => (source === undefined ? frame : { ...frame, source: { ...source, path: sources.toLocal(source.path) ?? source.path } });
  const { stacks } = answer;
  const placed = {
    ...answer,
    reads: answer.reads.map((read) => (read.source === undefined ? read : { ...read, source: { ...read.source, path: sources.toLocal(read.source.path) ?? read.source.path } })),
    ...(stacks === undefined || isUnknown(stacks) ? {} : { stacks: stacks.map((frames) => frames.map(local)) }),
  };
  return refused === undefined ? placed : { ...placed, unknown: refused };
};

const units: Handler = async (core): Promise<UnitsAnswer> => {
  const { chain } = core.needStopped('bootscope/units');
  if (chain.chain.units === undefined) throw lacks(chain.chain, 'init system whose units are known');
  return chain.chain.units(await chain.context());
};

/** Questions that only some chains answer; see api.ts. */
export const bootQuestionRequests: RequestGroup = {
  handlers: {
    'bootscope/resolvePath': resolvePath,
    'bootscope/efiBootEntry': efiBootEntry,
    'bootscope/rerootForecast': rerootForecast,
    'bootscope/capabilities': capabilities,
    'bootscope/setEnvironment': setEnvironment,
    'bootscope/reads': reads,
    'bootscope/units': units,
  },
};
