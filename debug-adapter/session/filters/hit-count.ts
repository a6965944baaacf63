import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import { parseHitCondition } from '../breakpoints/hit-condition';
import type { RunController } from '../run/controller';
import type { StopReport } from '../run/stop-report';
import type { ActiveFilter, FilterHost } from './filter';
import { grammars } from './grammar';
import type { FilterId } from './grammar';

/** What may end every condition: at which of the stops that it asks for the machine really stops. */
const suffix = /(?:^|\s)hits\s*((?:>=|<=|==|=|>|<|%)?\s*\d+)\s*$/;

/** A condition without its hit count, and the count; left out: every hit stops. Throws BS336 for a count that can never be reached. */
export const splitHits = (filter: FilterId, text: string): { readonly condition: string; readonly counts?: (hits: number) => boolean } => {
  const found = suffix.exec(text);
  const count = found?.[1];
  if (!found || count === undefined) return { condition: text };
  try {
    return { condition: text.slice(0, found.index), counts: parseHitCondition(count) };
  } catch {
    throw failure(sessionErrors.filterSyntax, { filter, column: text.lastIndexOf(count) + 1, detail: `"${count}" is no count`, grammar: `${grammars[filter]} [hits [>=|==|<|%] N]` });
  }
};

/** Lets a filter stop the machine at some of its hits only; all are counted. */
export class HitCount {
  hits = 0;
  readonly #counts: (hits: number) => boolean;

  constructor(counts: (hits: number) => boolean = () => true) {
    this.#counts = counts;
  }

  /** The host of a filter that stops the machine by itself: for words on the console, a stage, a reset. */
  host(host: FilterHost): FilterHost {
    const run: Pick<RunController, 'stopFor'> = {
      stopFor: (make) => {
        const hits = ++this.hits;
        if (this.#counts(hits)) host.run.stopFor(async (stop) => numbered(await make(stop), hits));
      },
    };
    return { ...host, run };
  }

  /** A judgement of the filter, as the machine is to follow it. */
  judge(verdict: StopReport | 'mine' | undefined): StopReport | 'mine' | undefined {
    if (verdict === undefined || verdict === 'mine') return verdict;
    const hits = ++this.hits;
    return this.#counts(hits) ? numbered(verdict, hits) : 'mine';
  }

  /** The filter as the run controller is to ask it. */
  around(filter: ActiveFilter): ActiveFilter {
    const counted: ActiveFilter = {
      get verification() {
        return filter.verification;
      },
      onStop: async (stop) => this.judge(await filter.onStop(stop)),
      dispose: () => filter.dispose(),
    };
    if (filter.pass) counted.pass = (stop) => filter.pass?.(stop) ?? Promise.resolve(undefined);
    for (const hook of ['sync', 'onReset', 'onRewound'] as const) if (filter[hook]) counted[hook] = () => filter[hook]?.() ?? Promise.resolve();
    return counted;
  }
}

const numbered = (report: StopReport, hits: number): StopReport => (report.description === undefined || hits === 1 ? report : { ...report, description: `${report.description} (hit ${hits})` });
