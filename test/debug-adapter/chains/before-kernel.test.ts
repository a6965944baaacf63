import { describe, expect, it } from 'vitest';
import type { ChainId, StageId } from '../../../debug-adapter/api';
import type { ChainContext } from '../../../debug-adapter/chains/chain';
import { chainOf } from '../../../debug-adapter/chains/detect';
import { chainErrors } from '../../../debug-adapter/errors/chains';
import { failure } from '../../../debug-adapter/errors/catalogue';

/** A kernel image that has nothing a reader looks for: a reader that comes to it says so. */
const emptyKernel = {
  level: 2,
  variable: (name: string) => {
    throw failure(chainErrors.noSymbol, { name, file: 'kernel' });
  },
  symbol: (name: string) => {
    throw failure(chainErrors.noSymbol, { name, file: 'kernel' });
  },
  hasVariable: () => false,
  hasSymbol: () => false,
  hasType: () => false,
  prefetch: () => Promise.resolve(),
};

const contextAt = (stage: StageId | null, { cpl = 0, kernel = true } = {}): ChainContext =>
  ({ machine: { registers: () => Promise.resolve({ cpl }) }, program: { modulesOf: () => [] }, ...(kernel ? { kernel: emptyKernel } : {}), stage, userland: () => undefined, serialText: () => '' }) as unknown as ChainContext;

const answers = async (id: ChainId, context: ChainContext): Promise<Record<string, unknown>> => {
  const chain = chainOf(id, { hasSymbol: () => false, serialText: () => '' });
  const { unknown: mounts } = await chain.mounts(context, {});
  const { unknown: processes } = await chain.processes(context);
  return {
    mounts,
    processes,
    ...(chain.mountTable === undefined ? {} : { mountTable: await chain.mountTable(context) }),
    ...(chain.resolvePath === undefined ? {} : { resolvePath: await chain.resolvePath(context, { path: '/' }) }),
    ...(chain.efiBootEntry === undefined ? {} : { efiBootEntry: await chain.efiBootEntry(context, { loader: '/boot/loader.efi' }) }),
    ...(chain.rerootForecast === undefined ? {} : { rerootForecast: await chain.rerootForecast(context) }),
    ...(chain.capabilities === undefined ? {} : { capabilities: await chain.capabilities(context) }),
  };
};

describe('before the kernel runs', () => {
  for (const id of ['freebsd', 'nextbsd', 'redox', 'linux'] as const) {
    it(`${id}: every answer of the kernel's memory says that the boot is in its loader or firmware`, async () => {
      for (const stage of ['loader', 'firmware'] as const) {
        const said = await answers(id, contextAt(stage));
        for (const answer of Object.values(said)) expect(JSON.stringify(answer)).toContain(`because the kernel does not run yet: the boot is still in its ${stage}`);
        expect(JSON.stringify(said)).not.toContain('mountlist');
      }
    });

    it(`${id}: reads in the kernel, at an unknown stage, and where a process runs that no stop or line has told of`, async () => {
      for (const context of [contextAt('kernel'), contextAt(null), contextAt('firmware', { cpl: 3 })]) expect(JSON.stringify(await answers(id, context))).not.toContain('does not run yet');
    });

    it(`${id}: asks for the image where none is given`, async () => {
      expect((await answers(id, contextAt('loader', { kernel: false })))['mounts']).toContain('no kernel image is placed');
    });
  }

  it('Linux: the command line too', async () => {
    const chain = chainOf('linux', { hasSymbol: () => false, serialText: () => '' });
    expect((await chain.environment(contextAt('loader'))).unknown).toContain('does not run yet');
  });
});
