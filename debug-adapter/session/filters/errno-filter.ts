import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import type { ActiveFilter, FilterHost } from './filter';
import type { Condition } from './grammar';

/** The filter `errno` in the way its condition needs. */
export const createErrnoFilter = (host: FilterHost, condition: Extract<Condition, { filter: 'errno' }>): Promise<ActiveFilter> => {
  throw failure(sessionErrors.filterNeedsLimit, { chain: host.chainId(), condition: condition.form });
};
