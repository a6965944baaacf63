import { kenvNameLimit, kenvValueLimit } from '../../../boot/environment/freebsd';
import type { VariableFault } from '../../../boot/environment/knowledge';
import type { ProgramView } from '../../inspect/view';
import { Batch } from '../batch';
import { cStringStep, readText } from '../c-string';
import type { HeldVariable } from '../environment-book';
import { walkList } from '../lists';
import { hex } from '../unknown';

/** EV_NOKENV, stand/libsa/stand.h: the loader keeps the variable to itself (md_copyenv in stand/common/modinfo.c skips it). */
const notForKernel = 0x8n;

/** The FreeBSD loader's own variables: `environ`, a list of `struct env_var` (stand/libsa/environment.c, stand.h). A value is a `void *` that may be NULL. */
export const readLoaderEnvironment = async (loader: ProgramView): Promise<readonly HeldVariable[]> => {
  const batch = new Batch(loader);
  const entries = await walkList(batch, 'environ', 'env_var', loader.variable('environ', 'environment.c'), 'ev_next');
  return Promise.all(
    entries.map(async (entry) => {
      const [name, value] = [await entry.member('ev_name').integer(), await entry.member('ev_value').integer()];
      await Promise.all([name, value].map((address) => (address === 0n ? undefined : batch.need(address, cStringStep))));
      const [nameText, valueText] = [await readText(loader, name), value === 0n ? '' : await readText(loader, value)];
      const kept = ((await entry.member('ev_flags').integer()) & notForKernel) !== 0n;
      return { name: nameText, value: valueText, address: hex(value), editable: value !== 0n, faults: kept ? [keptFault] : tooLongForKernel(nameText, valueText) };
    }),
  );
};

const keptFault: VariableFault = { code: 'not-handed', message: 'marked EV_NOKENV: the loader does not hand it to the kernel' };

/** init_dynamic_kenv_from in sys/kern/kern_environment.c leaves out what is longer than both limits together. */
const tooLongForKernel = (name: string, value: string): VariableFault[] =>
  Buffer.byteLength(`${name}=${value}`) > kenvNameLimit + 1 + kenvValueLimit
    ? [{ code: 'not-handed', message: `with its name it is longer than ${kenvNameLimit + 1 + kenvValueLimit} bytes: the kernel ignores it ("too long kenv string")` }]
    : [];
