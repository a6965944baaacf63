import type { ProgramView } from '../../inspect/view';
import { Batch } from '../batch';
import type { HeldVariable } from '../environment-book';
import { walkList } from '../lists';
import { hex } from '../unknown';

/** EV_NOKENV, stand/libsa/stand.h: the loader keeps the variable to itself (md_copyenv in stand/common/modinfo.c skips it). */
const notForKernel = 0x8n;

/** The FreeBSD loader's own variables: `environ`, a list of `struct env_var` (stand/libsa/environment.c, stand.h). */
export const readLoaderEnvironment = async (loader: ProgramView): Promise<readonly HeldVariable[]> => {
  const batch = new Batch(loader);
  const entries = await walkList(batch, 'environ', 'env_var', loader.variable('environ', 'environment.c'), 'ev_next');
  return Promise.all(
    entries.map(async (entry) => {
      const value = entry.member('ev_value');
      const kept = ((await entry.member('ev_flags').integer()) & notForKernel) !== 0n;
      return {
        name: await entry.member('ev_name').string(),
        value: (await value.isNull()) ? '' : await value.string(),
        address: hex(await value.integer()),
        ...(kept ? { faults: [{ code: 'not-handed' as const, message: 'marked EV_NOKENV: the loader does not hand it to the kernel' }] } : {}),
      };
    }),
  );
};
