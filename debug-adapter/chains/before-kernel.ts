import type { Unknown } from '../api';
import type { Chain, ChainContext } from './chain';

/**
 * Why nothing of the kernel can be read: an image of it is given, and the boot is still in its firmware or loader. undefined: the kernel may run. The stage
 * is told by stops and serial lines; where neither came, a processor in user mode shows that a kernel is there.
 */
export const notYet = async ({ kernel, stage, machine }: Pick<ChainContext, 'kernel' | 'stage' | 'machine'>): Promise<Unknown | undefined> => {
  if (kernel === undefined || (stage !== 'firmware' && stage !== 'loader')) return undefined;
  if ((await machine.registers()).cpl === 3) return undefined;
  return { unknown: `because the kernel does not run yet: the boot is still in its ${stage}. Ask again at a stop in the kernel` };
};

/** Lets a chain say that its kernel does not run yet, wherever an answer comes from the kernel's memory alone, instead of which address cannot be read. */
export const answeringOnceKernelRuns = (chain: Chain): Chain => {
  const once =
    <Rest extends unknown[], Answer>(read: (context: ChainContext, ...rest: Rest) => Promise<Answer>, refusal: (why: Unknown) => Answer) =>
    async (context: ChainContext, ...rest: Rest): Promise<Answer> => {
      const why = await notYet(context);
      return why === undefined ? read.call(chain, context, ...rest) : refusal(why);
    };
  const { mountTable, resolvePath, efiBootEntry, rerootForecast, capabilities } = chain;
  chain.mounts = once(chain.mounts.bind(chain), (why) => ({ kernel: [], views: [], ...why }));
  chain.processes = once(chain.processes.bind(chain), (why) => ({ processes: [], ...why }));
  if (mountTable !== undefined) chain.mountTable = once(mountTable, (why) => why);
  if (resolvePath !== undefined) chain.resolvePath = once(resolvePath, (why) => ({ kernel: why, process: why, agree: false, sentence: `unknown: ${why.unknown}` }));
  if (efiBootEntry !== undefined) chain.efiBootEntry = once(efiBootEntry, (why) => ({ devicePath: why, stored: why, correct: why, agrees: false, why: `unknown: ${why.unknown}` }));
  if (rerootForecast !== undefined) chain.rerootForecast = once(rerootForecast, (why) => ({ mounts: [], newRoot: why, succeeds: why, sentence: `unknown: ${why.unknown}` }));
  if (capabilities !== undefined) chain.capabilities = once(capabilities, (why) => ({ filesystems: why, classes: why, modules: why, asked: [], missing: [] }));
  return chain;
};
