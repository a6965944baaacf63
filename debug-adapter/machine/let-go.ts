import { shapes } from '../wire/rsp/reply';
import type { QmpClient } from '../wire/qmp/client';
import type { Stub } from './stub';

/** The adapter promises to be gone 5 s after a disconnect. */
const closePatienceMs = 3500;

/** The part of the machine that parting from an attached QEMU needs. */
export interface LetGoHost {
  readonly stub: Stub;
  readonly qmp: QmpClient | undefined;
  /** Stops it where it runs. */
  halt(): Promise<void>;
  /** Takes every breakpoint out of it. */
  clear(): Promise<void>;
}

/** Runs `work` for at most so long. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms).unref()));
  await Promise.race([work, bound]).finally(() => clearTimeout(timer));
}

/** Lets a QEMU that is not ours run on, or ends it. Bounded in time; a QEMU that is gone or hangs is no error. */
export async function letGo(host: LetGoHost, how: 'detach' | 'kill'): Promise<void> {
  // Where this fails, closing the sockets is all that is left.
  await within(closePatienceMs, how === 'kill' ? quit(host) : detach(host)).catch(() => undefined);
}

async function detach(host: LetGoHost): Promise<void> {
  await host.halt();
  await host.clear();
  const [thread] = host.stub.threads;
  const pid = /^p([0-9a-f]+)\./i.exec(thread?.id ?? '')?.[1];
  await host.stub.batch([{ payload: pid === undefined ? 'D' : `D;${pid}`, shape: shapes.ok }], { silenceMs: 2000 });
}

async function quit(host: LetGoHost): Promise<void> {
  if (host.qmp !== undefined) {
    await host.qmp.execute('quit', {}, 2000);
    return;
  }
  await host.halt();
  await host.stub.batch([{ payload: 'vKill;1', shape: shapes.ok }], { silenceMs: 2000 });
}
