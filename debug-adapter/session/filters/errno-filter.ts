import { isProcess } from '../../program/placement/process';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import { errnoNumbers } from './errnos';
import { ProcessErrnoFilter } from './errno-process';
import type { ActiveFilter, FilterHost } from './filter';
import type { Condition } from './grammar';

/** The filter `errno` in the way its condition needs. Throws BS336 for an unknown error, BS337 without a limit, BS338 for an unknown function. */
export const createErrnoFilter = async (host: FilterHost, condition: Extract<Condition, { filter: 'errno' }>): Promise<ActiveFilter> => {
  if (condition.form === 'returns') throw failure(sessionErrors.filterNoFunction, { name: condition.function });
  const errnos = errnoNumbers(host.chainId(), condition.errnos);
  const place = condition.in;
  if (!place) throw failure(sessionErrors.filterNeedsLimit, { chain: host.chainId() });
  if (place.kind === 'process' || (place.kind === 'either' && (await isKnownProcess(host, place.name)))) return ProcessErrnoFilter.create(host, place.name, errnos);
  throw failure(sessionErrors.filterNoFunction, { name: place.name });
};

/** A process of the configuration or of the kernel's list. */
const isKnownProcess = async (host: FilterHost, name: string): Promise<boolean> => {
  if (host.program.modules.some(({ process }) => process === name)) return true;
  const listed = await host.chain.processSource.processes().catch(() => []);
  return listed.some((process) => isProcess(name, process));
};
