import { afterAll, describe, expect, it } from 'vitest';
import type { ProgramView } from '../../../debug-adapter/inspect/view';
import { buildFreebsdLive } from '../../guests/freebsd-live/build.mjs';
import { boot, closeAll } from './freebsd-guest';

afterAll(closeAll);

const seed = Number(process.env['SHUFFLE'] ?? 1 + Math.floor(Math.random() * 100_000));
console.log(`SHUFFLE=${seed}`);

describe('500 mounts and 300 processes, scattered over pages', () => {
  it('are read by walking the lists side by side, one batch a step, all else in at most ten more', async () => {
    const { machine, chain, context, untilSaid } = await boot(await buildFreebsdLive({ shuffle: seed }), 'f', 'guest.mounts=500 guest.processes=300');
    await untilSaid('login:');
    const stopped = context('login');
    const kernel = stopped.kernel!;
    let batches = 0;
    const counting: ProgramView = new Proxy(kernel, {
      get: (target, key) => {
        if (key === 'prefetch') batches++;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const mounts = await chain.mounts({ ...stopped, kernel: counting }, {});
    const { processes } = await chain.processes(stopped);
    expect(mounts.kernel.length).toBeGreaterThanOrEqual(500);
    expect(processes.length).toBeGreaterThanOrEqual(300);
    expect(new Set(mounts.kernel.map(({ on }) => on)).size).toBeGreaterThanOrEqual(500);
    expect(processes.filter(({ name, root }) => name.startsWith('filler') && root === '/')).toHaveLength(300);
    expect(batches).toBeLessThanOrEqual(Math.max(mounts.kernel.length, processes.length) + 10);
    await machine.close('kill');
  });
});
