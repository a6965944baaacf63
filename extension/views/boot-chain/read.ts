import type { UnitGraph } from '../../../boot/languages/init-units/unit-graph';
import type { CustomRequests } from '../../../debug-adapter/api';
import { reason } from '../known';
import type { Answer, Contents } from './state';
import type { TabId } from './tabs';

/** Where the pages' contents come from. */
export interface Sources {
  /** A custom request to the session's adapter. */
  request<N extends keyof CustomRequests>(name: N, parameters: CustomRequests[N]['arguments']): Promise<CustomRequests[N]['answer']>;
  /** Milliseconds since the machine was started. */
  readonly nowMs: number;
  /** Variables on whose change the machine stops. */
  readonly breaksOn: readonly string[];
  /** Process whose mounts are wanted beside the usual ones. */
  readonly process: string | undefined;
  /** Units as the files order them. */
  unitGraph(): Promise<UnitGraph>;
}

const answer = async <T>(asked: Promise<T>): Promise<Answer<T>> => {
  try {
    return await asked;
  } catch (error) {
    return { failed: reason(error) };
  }
};

/** Reads one page; each part that the adapter refuses says why. */
export async function readPage(tab: TabId, from: Sources): Promise<Contents> {
  switch (tab) {
    case 'timeline': {
      const [stages, checkpoints] = await Promise.all([answer(from.request('bootscope/stages', {})), answer(from.request('bootscope/checkpoints', {}))]);
      return { timeline: { stages, checkpoints, nowMs: from.nowMs } };
    }
    case 'environment':
      return { environment: { environment: await answer(from.request('bootscope/environment', {})), breaksOn: from.breaksOn } };
    case 'mounts': {
      const [mounts, history] = await Promise.all([answer(from.request('bootscope/mounts', from.process === undefined ? {} : { process: from.process })), answer(from.request('bootscope/mountHistory', {}))]);
      return { mounts: { mounts, history } };
    }
    case 'reads':
      return { reads: { reads: await answer(from.request('bootscope/reads', {})) } };
    case 'units': {
      const [units, graph] = await Promise.all([answer(from.request('bootscope/units', {})), from.unitGraph().catch(() => undefined)]);
      return { units: { units, ...(graph ? { graph } : {}) } };
    }
  }
}

/** Every path that contents name: a page may open these and no others. */
export function pathsIn(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) for (const one of value) pathsIn(one, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value)) {
      if (name === 'path' && typeof one === 'string') found.add(one);
      else pathsIn(one, found);
    }
  }
  return found;
}
